// A client of NFS 4.1 or 4.2 that says on the wire what a test wants to ask a
// server (RFC 8881; numbers as there): who it is, and what it answers to a lock
// that has to wait. A kernel shows neither.
import { connect, type Socket } from "node:net";
import { accepted, call, PROCEDURE, statusName } from "../../images/nfs-server/nfs4";
import { markRecord, RecordAssembler, XdrReader, type XdrWriter } from "../../images/nfs-server/xdr";

const OP = {
    getFh: 10,
    lock: 12,
    lookup: 15,
    open: 18,
    putFh: 22,
    putRootFh: 24,
    exchangeId: 42,
    createSession: 43,
    sequence: 53,
    reclaimComplete: 58,
} as const;
const DENIED = 10010;
const GRACE = 10013;
const LARGEST_ANSWER = 65_536;

export const lockTypes = { read: 1, write: 2, readThatWaits: 3, writeThatWaits: 4 } as const;

export interface ServerIdentity {
    clientId: bigint;
    owner: string;
    minorId: bigint;
    scope: string;
}
/** What a denied lock says of the one that is in its way. */
export interface Holder {
    offset: bigint;
    length: bigint;
    type: number;
    clientId: bigint;
    owner: string;
}
export interface OpenFile {
    handle: Buffer;
    stateid: Buffer;
}

type Encode = (out: XdrWriter) => void;
type Decode<T> = (from: XdrReader) => T;
/** A number, its arguments, and what a good answer says. */
interface Operation<T> {
    number: number;
    encode: Encode;
    decode: Decode<T>;
}
const operation = <T>(number: number, encode: Encode, decode: Decode<T>): Operation<T> => ({ number, encode, decode });
const nothing = (): void => {};
/** Ganesha counts the end of a C string in. */
const text = (bytes: Buffer): string => bytes.toString().replace(/\0$/, "");

export class NfsStatus extends Error {
    constructor(
        readonly status: number,
        what: number,
        /** After the status, of the operation that failed. */
        readonly rest: XdrReader,
    ) {
        super(`operation ${what} was answered with ${statusName(status)}`);
    }
}

export class Nfs41Client {
    private xid = 1;
    private assembler = new RecordAssembler(LARGEST_ANSWER);
    private waiting: { resolve(answer: Buffer): void; reject(error: Error): void } | undefined;
    private session: { id: Buffer; sequence: number } | undefined;
    clientId = 0n;

    private constructor(
        private readonly socket: Socket,
        private readonly name: string,
        private readonly minorVersion: 1 | 2,
    ) {
        socket.on("data", (chunk) => {
            const answer = this.assembler.push(chunk);
            if (answer === undefined) return;
            this.assembler = new RecordAssembler(LARGEST_ANSWER);
            this.waiting?.resolve(answer);
        });
        socket.on("error", (error) => this.waiting?.reject(error));
        socket.on("close", () => this.waiting?.reject(new Error("the server closed the connection")));
    }

    /** @param name another client has another */
    static connect(port: number, name: string, minorVersion: 1 | 2 = 2): Promise<Nfs41Client> {
        return new Promise((resolve, reject) => {
            const socket = connect({ host: "127.0.0.1", port });
            socket.once("error", reject);
            socket.once("connect", () => resolve(new Nfs41Client(socket, name, minorVersion)));
        });
    }

    close(): void {
        this.socket.destroy();
    }

    /** EXCHANGE_ID: who the server is, and who it says that we are. */
    async identity(): Promise<ServerIdentity> {
        const [identity] = await this.compound([
            operation(
                OP.exchangeId,
                (out) => out.fixed(Buffer.from("verifier")).opaque(this.name).uint32(0).uint32(0).uint32(0),
                (from) => {
                    const clientId = from.uint64();
                    from.uint32(); // sequence
                    from.uint32(); // flags
                    from.uint32(); // no state protection
                    const minorId = from.uint64();
                    const owner = text(from.opaque());
                    const scope = text(from.opaque());
                    if (from.uint32() === 1) {
                        from.opaque();
                        from.opaque();
                        from.uint64();
                        from.uint32();
                    }
                    return { clientId, minorId, owner, scope };
                },
            ),
        ]);
        return identity as ServerIdentity;
    }

    /** A session, in which files can be opened. */
    async begin(): Promise<void> {
        this.clientId = (await this.identity()).clientId;
        const channel = (out: XdrWriter): XdrWriter =>
            [0, 65_536, 65_536, 4_096, 16, 1, 0].reduce((to, value) => to.uint32(value), out);
        const [id] = await this.compound([
            operation(
                OP.createSession,
                (out) => {
                    out.uint64(this.clientId).uint32(1).uint32(0);
                    channel(channel(out)).uint32(0x4000_0000).uint32(1).uint32(0);
                },
                (from) => {
                    const session = Buffer.from(from.fixed(16));
                    for (let i = 0; i < 2; i++) from.uint32();
                    for (let i = 0; i < 2; i++) {
                        for (let value = 0; value < 6; value++) from.uint32();
                        if (from.uint32() === 1) from.uint32();
                    }
                    return session;
                },
            ),
        ]);
        this.session = { id: id as Buffer, sequence: 0 };
        await this.inSession([operation(OP.reclaimComplete, (out) => out.uint32(0), nothing)]);
    }

    /** Opens a file of an export for reading and writing, and makes it where there is none. Waits out a grace. */
    async open(exportPath: string, file: string): Promise<OpenFile> {
        for (;;) {
            try {
                return await this.openOnce(exportPath, file);
            } catch (error) {
                if (!(error instanceof NfsStatus) || error.status !== GRACE) throw error;
            }
        }
    }

    private async openOnce(exportPath: string, file: string): Promise<OpenFile> {
        const names = exportPath.split("/").filter((name) => name !== "");
        const answers = await this.inSession<unknown>([
            operation(OP.putRootFh, nothing, nothing),
            ...names.map((name) => operation(OP.lookup, (out) => out.opaque(name), nothing)),
            operation(
                OP.open,
                (out) => {
                    out.uint32(0).uint32(3).uint32(0).uint64(this.clientId).opaque(`${this.name}'s opens`);
                    out.uint32(1).uint32(0).uint32(0).opaque(""); // made, if need be, with no attributes
                    out.uint32(0).opaque(file);
                },
                (from) => {
                    const stateid = Buffer.from(from.fixed(16));
                    from.uint32();
                    from.uint64();
                    from.uint64();
                    from.uint32();
                    for (let words = from.uint32(); words > 0; words--) from.uint32();
                    from.uint32(); // no delegation
                    return stateid;
                },
            ),
            operation(OP.getFh, nothing, (from) => Buffer.from(from.opaque())),
        ]);
        const [stateid, handle] = answers.slice(-2) as Buffer[];
        return { handle: handle as Buffer, stateid: stateid as Buffer };
    }

    /** What is in the way, when it is denied. */
    async lock(
        { handle, stateid }: OpenFile,
        { type, offset, length, owner }: Omit<Holder, "clientId">,
    ): Promise<Holder | undefined> {
        const lock = operation(
            OP.lock,
            (out) => {
                out.uint32(type).uint32(0).uint64(offset).uint64(length);
                out.uint32(1).uint32(0).fixed(stateid).uint32(0).uint64(this.clientId).opaque(owner);
            },
            (from) => void from.fixed(16),
        );
        try {
            await this.inSession<unknown>([operation(OP.putFh, (out) => out.opaque(handle), nothing), lock]);
            return undefined;
        } catch (error) {
            if (!(error instanceof NfsStatus) || error.status !== DENIED) throw error;
            const { rest } = error;
            const [at, size, held] = [rest.uint64(), rest.uint64(), rest.uint32()];
            return { offset: at, length: size, type: held, clientId: rest.uint64(), owner: text(rest.opaque()) };
        }
    }

    private async inSession<T>(operations: readonly Operation<T>[]): Promise<T[]> {
        const { session } = this;
        if (session === undefined) throw new Error("begin() comes first");
        session.sequence++;
        const sequence = operation(
            OP.sequence,
            (out) => out.fixed(session.id).uint32(session.sequence).uint32(0).uint32(0).uint32(0),
            (from) => {
                from.fixed(16);
                for (let i = 0; i < 5; i++) from.uint32();
            },
        );
        return (await this.compound<unknown>([sequence, ...operations])).slice(1) as T[];
    }

    private async compound<T>(operations: readonly Operation<T>[]): Promise<T[]> {
        const xid = this.xid++;
        const out = call(xid, PROCEDURE.compound).opaque("test").uint32(this.minorVersion).uint32(operations.length);
        for (const { number, encode } of operations) {
            out.uint32(number);
            encode(out);
        }
        const answer = await new Promise<Buffer>((resolve, reject) => {
            this.waiting = { resolve, reject };
            this.socket.write(markRecord(out.bytes()));
        });
        const from = new XdrReader(answer);
        accepted(from, xid);
        const overall = from.uint32();
        from.opaque();
        const count = from.uint32();
        if (count === 0) throw new NfsStatus(overall, 0, from);
        return operations.slice(0, count).map(({ number, decode }) => {
            from.uint32();
            const status = from.uint32();
            if (status !== 0) throw new NfsStatus(status, number, from);
            return decode(from);
        });
    }
}
