// XDR (RFC 4506), as far as the probe needs it, and the record marking that
// carries it over TCP (RFC 5531, section 11). Pure; what is said in it is in
// nfs4.ts.

/** The bytes are not what they should be: cut short, or a length that cannot be. */
export class XdrError extends Error {
    override name = "XdrError";
}

const padding = (length: number): number => (4 - (length % 4)) % 4;

export class XdrWriter {
    private readonly parts: Buffer[] = [];

    uint32(value: number): this {
        const part = Buffer.alloc(4);
        part.writeUInt32BE(value);
        this.parts.push(part);
        return this;
    }

    uint64(value: bigint): this {
        const part = Buffer.alloc(8);
        part.writeBigUInt64BE(value);
        this.parts.push(part);
        return this;
    }

    /** Bytes whose number both sides know. */
    fixed(bytes: Uint8Array): this {
        this.parts.push(Buffer.from(bytes), Buffer.alloc(padding(bytes.length)));
        return this;
    }

    /** Bytes with their number before them; a string as UTF-8. */
    opaque(bytes: Uint8Array | string): this {
        const buffer = Buffer.from(bytes as string);
        return this.uint32(buffer.length).fixed(buffer);
    }

    bytes(): Buffer {
        return Buffer.concat(this.parts);
    }
}

export class XdrReader {
    private at = 0;
    constructor(private readonly data: Buffer) {}

    private take(length: number): Buffer {
        if (length > this.data.length - this.at) {
            throw new XdrError(`the answer ends at byte ${this.data.length}, within a value of ${length} bytes`);
        }
        const taken = this.data.subarray(this.at, this.at + length);
        this.at += length;
        return taken;
    }

    uint32(): number {
        return this.take(4).readUInt32BE();
    }

    uint64(): bigint {
        return this.take(8).readBigUInt64BE();
    }

    fixed(length: number): Buffer {
        const bytes = this.take(length);
        this.take(padding(length));
        return bytes;
    }

    opaque(): Buffer {
        return this.fixed(this.uint32());
    }

    /** @throws XdrError when something is left over. */
    end(): void {
        if (this.at !== this.data.length) {
            throw new XdrError(`${this.data.length - this.at} bytes follow the end of the answer`);
        }
    }
}

const LAST_FRAGMENT = 0x8000_0000;

/** One message as one fragment. */
export function markRecord(message: Buffer): Buffer {
    return Buffer.concat([new XdrWriter().uint32(LAST_FRAGMENT + message.length).bytes(), message]);
}

/** Puts a message together from what TCP delivers, in whatever pieces. */
export class RecordAssembler {
    private received = Buffer.alloc(0);
    private readonly fragments: Buffer[] = [];
    private size = 0;
    constructor(
        /** A larger message is refused, so that a stranger on the port cannot take the memory. */
        private readonly limit: number,
    ) {}

    /** The message once it is whole. @throws XdrError when it would be larger than the limit. */
    push(chunk: Buffer): Buffer | undefined {
        this.received = Buffer.concat([this.received, chunk]);
        while (this.received.length >= 4) {
            const mark = this.received.readUInt32BE();
            const length = mark % LAST_FRAGMENT;
            if (this.size + length > this.limit) {
                throw new XdrError(
                    `the answer announces ${this.size + length} bytes; at most ${this.limit} are expected`,
                );
            }
            if (this.received.length < 4 + length) return undefined;
            if (length > 0) this.fragments.push(this.received.subarray(4, 4 + length));
            this.size += length;
            this.received = this.received.subarray(4 + length);
            if (mark >= LAST_FRAGMENT) return Buffer.concat(this.fragments);
        }
        return undefined;
    }
}
