// What the probe says to the NFS server, and what the answer means: one NFSv4.0
// COMPOUND (RFC 7530) in one RPC call (RFC 5531). It uses no OPEN and no client
// id: those are refused in grace, just when the server must be reachable, and a
// client record that never reclaims makes every later restart wait out the whole
// grace. Pure; probe.ts sends it.
import { XdrError, XdrReader, XdrWriter } from "./xdr";

const NFS_PROGRAM = 100003;
const NFS_V4 = 4;
export const PROCEDURE = { null: 0, compound: 1 } as const;
const AUTH_NONE = 0;
const AUTH_SYS = 1;
const OP = { GETATTR: 9, LOOKUP: 15, PUTROOTFH: 24, READ: 25 } as const;
/** Attribute number 1 is the type of the object (RFC 7530, section 5.6). */
const TYPE_BITMAP = 1 << 1;
const DIRECTORY = 2;
/** All zeros: a READ that belongs to no open file. */
const ANONYMOUS_STATEID = Buffer.alloc(16);

export const NFS4_OK = 0;
export const NFS4ERR_GRACE = 10013;

/** Those that a mistake in the configuration or on the disk leads to (RFC 7530, section 13). */
const statusNames: Record<number, string> = {
    1: "NFS4ERR_PERM",
    2: "NFS4ERR_NOENT",
    5: "NFS4ERR_IO",
    13: "NFS4ERR_ACCESS",
    20: "NFS4ERR_NOTDIR",
    21: "NFS4ERR_ISDIR",
    22: "NFS4ERR_INVAL",
    28: "NFS4ERR_NOSPC",
    30: "NFS4ERR_ROFS",
    70: "NFS4ERR_STALE",
    10006: "NFS4ERR_SERVERFAULT",
    10008: "NFS4ERR_DELAY",
    10013: "NFS4ERR_GRACE",
    10016: "NFS4ERR_WRONGSEC",
    10018: "NFS4ERR_RESOURCE",
    10021: "NFS4ERR_MINOR_VERS_MISMATCH",
};
export const statusName = (status: number): string => statusNames[status] ?? `status ${status}`;

export type Operation =
    | { op: "PUTROOTFH" }
    | { op: "LOOKUP"; name: string }
    | { op: "GETATTR" }
    | { op: "READ"; count: number };

/** PUTROOTFH and a LOOKUP for each part of a path such as /share. */
function walk(path: string): Operation[] {
    const names = path.split("/").filter((name) => name !== "");
    return [{ op: "PUTROOTFH" }, ...names.map((name): Operation => ({ op: "LOOKUP", name }))];
}

/** Whether the export answers: its attributes. */
export const exportQuestion = (path: string): Operation[] => [...walk(path), { op: "GETATTR" }];
/** Whether data can be read: the beginning of a file. */
export const readQuestion = (path: string, count: number): Operation[] => [...walk(path), { op: "READ", count }];

/** The RPC header of a call; what follows are its arguments. */
export function call(xid: number, procedure: number): XdrWriter {
    const credential = new XdrWriter().uint32(0).opaque("probe").uint32(0).uint32(0).uint32(0).bytes();
    return new XdrWriter()
        .uint32(xid)
        .uint32(0) // a call
        .uint32(2) // of RPC version 2
        .uint32(NFS_PROGRAM)
        .uint32(NFS_V4)
        .uint32(procedure)
        .uint32(AUTH_SYS)
        .opaque(credential)
        .uint32(AUTH_NONE)
        .opaque("");
}

/** The call that does nothing: it shows that requests are being worked on, and touches no file. */
export const encodeNull = (xid: number): Buffer => call(xid, PROCEDURE.null).bytes();

export function encodeCompound(xid: number, operations: readonly Operation[]): Buffer {
    const out = call(xid, PROCEDURE.compound).opaque("probe").uint32(0).uint32(operations.length);
    for (const operation of operations) {
        out.uint32(OP[operation.op]);
        if (operation.op === "LOOKUP") {
            out.opaque(operation.name);
        } else if (operation.op === "GETATTR") {
            out.uint32(1).uint32(TYPE_BITMAP);
        } else if (operation.op === "READ") {
            out.fixed(ANONYMOUS_STATEID).uint64(0n).uint32(operation.count);
        }
    }
    return out.bytes();
}

export interface CompoundAnswer {
    /** NFS4_OK when every operation succeeded. */
    status: number;
    /** The operation that failed, such as "LOOKUP share". */
    failed?: string;
    /** Whether GETATTR said that it is a folder. */
    isDirectory?: boolean;
    /** What READ gave. */
    data?: Buffer;
}

/** Reads the RPC header. @throws XdrError when the call was not accepted, or it answers another call. */
export function accepted(reader: XdrReader, xid: number): void {
    if (reader.uint32() !== xid) throw new XdrError("the answer is to another call");
    if (reader.uint32() !== 1) throw new XdrError("the answer is not a reply");
    if (reader.uint32() !== 0) throw new XdrError("the call was denied (RPC version or credential)");
    reader.uint32();
    reader.opaque();
    const state = reader.uint32();
    if (state !== 0) {
        const reasons = ["", "no such program", "no NFS version 4", "no such procedure", "garbage", "system error"];
        throw new XdrError(`the call was not carried out: ${reasons[state] ?? `accept status ${state}`}`);
    }
}

/** @throws XdrError when it is no successful answer to the call. */
export function decodeNull(message: Buffer, xid: number): void {
    const reader = new XdrReader(message);
    accepted(reader, xid);
    reader.end();
}

const describe = (operation: Operation): string =>
    operation.op === "LOOKUP" ? `LOOKUP ${operation.name}` : operation.op;

/** @throws XdrError when it is no answer to these operations. */
export function decodeCompound(message: Buffer, xid: number, operations: readonly Operation[]): CompoundAnswer {
    const reader = new XdrReader(message);
    accepted(reader, xid);
    const answer: CompoundAnswer = { status: reader.uint32() };
    reader.opaque();
    const count = reader.uint32();
    if (count > operations.length) {
        throw new XdrError(`${count} operations are answered; ${operations.length} were asked for`);
    }
    for (const operation of operations.slice(0, count)) {
        decodeResult(reader, operation, answer);
        if (answer.failed !== undefined) break;
    }
    reader.end();
    if (answer.status === NFS4_OK && count !== operations.length) {
        throw new XdrError(`only ${count} of ${operations.length} operations are answered`);
    }
    if (answer.status !== NFS4_OK && answer.failed === undefined) {
        answer.failed = "COMPOUND";
    }
    return answer;
}

function decodeResult(reader: XdrReader, operation: Operation, answer: CompoundAnswer): void {
    const op = reader.uint32();
    if (op !== OP[operation.op]) throw new XdrError(`operation ${op} is answered in place of ${operation.op}`);
    const status = reader.uint32();
    if (status !== NFS4_OK) {
        answer.status = status;
        answer.failed = describe(operation);
    } else if (operation.op === "GETATTR") {
        const words = reader.uint32();
        if (words > 4) throw new XdrError(`an attribute map of ${words} words`);
        for (let word = 0; word < words; word++) reader.uint32();
        answer.isDirectory = new XdrReader(reader.opaque()).uint32() === DIRECTORY;
    } else if (operation.op === "READ") {
        reader.uint32(); // whether that was the end of the file
        answer.data = reader.opaque();
    }
}
