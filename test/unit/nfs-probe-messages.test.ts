// The probe's messages: XDR, record marking, and what an NFSv4 answer is taken
// to mean.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
    type CompoundAnswer,
    decodeCompound,
    decodeNull,
    encodeCompound,
    encodeNull,
    exportQuestion,
    NFS4_OK,
    NFS4ERR_GRACE,
    type Operation,
    readQuestion,
} from "../../images/nfs-server/nfs4";
import { markRecord, RecordAssembler, XdrError, XdrReader, XdrWriter } from "../../images/nfs-server/xdr";

const OPS = { PUTROOTFH: 24, LOOKUP: 15, GETATTR: 9, READ: 25 };

/** What a server answers: all operations succeed up to the failing one. */
function reply(
    xid: number,
    operations: readonly Operation[],
    { failing = -1, status = 0, data = Buffer.alloc(0), type = 2 } = {},
): Buffer {
    const out = new XdrWriter().uint32(xid).uint32(1).uint32(0).uint32(0).opaque("").uint32(0);
    const answered = failing < 0 ? operations : operations.slice(0, failing + 1);
    out.uint32(failing < 0 ? 0 : status)
        .opaque("probe")
        .uint32(answered.length);
    answered.forEach(({ op }, index) => {
        out.uint32(OPS[op]).uint32(index === failing ? status : 0);
        if (index === failing) return;
        if (op === "GETATTR") out.uint32(1).uint32(2).opaque(new XdrWriter().uint32(type).bytes());
        if (op === "READ") out.uint32(1).opaque(data);
    });
    return out.bytes();
}

const xid = fc.nat({ max: 2 ** 32 - 1 });

describe("XDR", () => {
    it("reads back what was written, whatever it is", () => {
        const value = fc.oneof(
            fc.record({ kind: fc.constant("uint32" as const), value: fc.nat({ max: 2 ** 32 - 1 }) }),
            fc.record({ kind: fc.constant("uint64" as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
            fc.record({ kind: fc.constant("opaque" as const), value: fc.uint8Array({ maxLength: 40 }) }),
        );
        fc.assert(
            fc.property(fc.array(value), (values) => {
                const writer = new XdrWriter();
                for (const v of values) {
                    if (v.kind === "uint32") writer.uint32(v.value);
                    else if (v.kind === "uint64") writer.uint64(v.value);
                    else writer.opaque(v.value);
                }
                const bytes = writer.bytes();
                assert.equal(bytes.length % 4, 0);
                const reader = new XdrReader(bytes);
                for (const v of values) {
                    if (v.kind === "uint32") assert.equal(reader.uint32(), v.value);
                    else if (v.kind === "uint64") assert.equal(reader.uint64(), v.value);
                    else assert.deepEqual(new Uint8Array(reader.opaque()), new Uint8Array(v.value));
                }
                reader.end();
            }),
        );
    });

    it("says so when the bytes end within a value", () => {
        assert.throws(() => new XdrReader(Buffer.from([0, 0, 0, 9, 1])).opaque(), XdrError);
    });
});

describe("record marking", () => {
    it("puts a message together however it was cut into fragments and packets", () => {
        fc.assert(
            fc.property(
                fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 }),
                fc.array(fc.nat({ max: 300 }), { maxLength: 20 }),
                (fragments, cuts) => {
                    const stream = Buffer.concat(
                        fragments.map((fragment, index) => {
                            const marked = markRecord(Buffer.from(fragment));
                            if (index < fragments.length - 1) marked[0] = 0;
                            return marked;
                        }),
                    );
                    const borders = [...new Set([0, ...cuts.map((c) => Math.min(c, stream.length)), stream.length])];
                    borders.sort((a, b) => a - b);
                    const assembler = new RecordAssembler(1_000);
                    const messages = borders
                        .slice(1)
                        .flatMap((end, index) => assembler.push(stream.subarray(borders[index], end)) ?? []);
                    assert.deepEqual(messages, [Buffer.concat(fragments)]);
                },
            ),
        );
    });

    it("refuses a message that is larger than expected before it arrives", () => {
        assert.throws(() => new RecordAssembler(100).push(Buffer.from([0x80, 0, 1, 0])), /at most 100/);
    });

    it("has no memory to spend on empty fragments without end", () => {
        const assembler = new RecordAssembler(100);
        assert.equal(assembler.push(Buffer.alloc(4_000)), undefined);
    });
});

describe("the question to the export", () => {
    it("walks from the root to the export and asks what it is", () => {
        assert.deepEqual(exportQuestion("/a/b"), [
            { op: "PUTROOTFH" },
            { op: "LOOKUP", name: "a" },
            { op: "LOOKUP", name: "b" },
            { op: "GETATTR" },
        ]);
    });

    it("is a version 4 call, minor version 0, without any operation that is refused in grace", () => {
        const reader = new XdrReader(encodeCompound(77, readQuestion("/canary/canary", 9)));
        const header = Array.from({ length: 6 }, () => reader.uint32());
        assert.deepEqual(header, [77, 0, 2, 100003, 4, 1]);
        assert.equal(reader.uint32(), 1, "AUTH_SYS");
        reader.opaque();
        reader.uint32();
        reader.opaque();
        assert.equal(reader.opaque().toString(), "probe");
        assert.equal(reader.uint32(), 0, "minor version");
        assert.equal(reader.uint32(), 4);
        assert.equal(reader.uint32(), OPS.PUTROOTFH);
        for (let i = 0; i < 2; i++) {
            assert.equal(reader.uint32(), OPS.LOOKUP);
            assert.equal(reader.opaque().toString(), "canary");
        }
        assert.equal(reader.uint32(), OPS.READ);
        assert.deepEqual(reader.fixed(16), Buffer.alloc(16), "the anonymous stateid");
        assert.equal(reader.uint64(), 0n);
        assert.equal(reader.uint32(), 9);
        reader.end();
    });
});

describe("the answer", () => {
    it("gives the data that was read", () => {
        fc.assert(
            fc.property(xid, fc.uint8Array({ maxLength: 100 }), (id, data) => {
                const question = readQuestion("/canary/canary", 100);
                const answer = decodeCompound(reply(id, question, { data: Buffer.from(data) }), id, question);
                assert.equal(answer.status, NFS4_OK);
                assert.deepEqual(answer.data, Buffer.from(data));
            }),
        );
    });

    it("names the operation that failed, and how", () => {
        const question = exportQuestion("/a/b");
        const missing = decodeCompound(reply(1, question, { failing: 2, status: 2 }), 1, question);
        assert.deepEqual(missing, { status: 2, failed: "LOOKUP b" } satisfies CompoundAnswer);
        const read = readQuestion("/c", 1);
        assert.equal(
            decodeCompound(reply(1, read, { failing: 2, status: NFS4ERR_GRACE }), 1, read).status,
            NFS4ERR_GRACE,
        );
    });

    it("tells a folder from anything else", () => {
        const question = exportQuestion("/a");
        assert.equal(decodeCompound(reply(1, question), 1, question).isDirectory, true);
        assert.equal(decodeCompound(reply(1, question, { type: 1 }), 1, question).isDirectory, false);
    });

    it("is refused when it is to another call", () => {
        const question = exportQuestion("/a");
        assert.throws(() => decodeCompound(reply(1, question), 2, question), /another call/);
        assert.throws(() => decodeNull(reply(1, question), 1), XdrError, "or more than NULL's");
    });

    it("is never taken for a success when it is cut short, and fails in no other way than XdrError", () => {
        const question = readQuestion("/canary/canary", 100);
        const whole = reply(5, question, { data: Buffer.from("canary") });
        for (let length = 0; length < whole.length; length++) {
            assert.throws(() => decodeCompound(whole.subarray(0, length), 5, question), XdrError);
        }
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
                try {
                    decodeCompound(Buffer.from(bytes), 5, question);
                } catch (error) {
                    assert.ok(error instanceof XdrError, String(error));
                }
            }),
        );
    });

    it("with any one byte altered is an error, another status or other data, never the same success", () => {
        const data = Buffer.from("canary data!");
        const question = readQuestion("/canary/canary", 100);
        const whole = reply(5, question, { data });
        fc.assert(
            fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
                const altered = Buffer.from(whole);
                altered[at] = (altered[at] ?? 0) ^ flip;
                let answer: CompoundAnswer;
                try {
                    answer = decodeCompound(altered, 5, question);
                } catch (error) {
                    assert.ok(error instanceof XdrError);
                    return;
                }
                // What says nothing: the verifier's flavour, the tag, whether the file ended there.
                if (answer.status === NFS4_OK && answer.data?.equals(data)) {
                    const silent = [
                        [12, 16],
                        [28, 40],
                        [76, 80],
                    ];
                    assert.ok(
                        silent.some(([from = 0, to = 0]) => at >= from && at < to),
                        `byte ${at}`,
                    );
                }
            }),
            { numRuns: 2_000 },
        );
    });

    it("to NULL is just an accepted call", () => {
        const accepted = new XdrWriter().uint32(9).uint32(1).uint32(0).uint32(0).opaque("").uint32(0).bytes();
        assert.doesNotThrow(() => decodeNull(accepted, 9));
        const unavailable = new XdrWriter().uint32(9).uint32(1).uint32(0).uint32(0).opaque("").uint32(2).bytes();
        assert.throws(() => decodeNull(unavailable, 9), /no NFS version 4/);
        assert.equal(encodeNull(9).length, 68);
    });
});
