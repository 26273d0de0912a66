// The journal's chain: what a reader takes for true, and what the writer does
// with a journal that a crash left behind.
import assert from "node:assert/strict";
import { chained, currentOf, encodeRecord, GENESIS, type JournalRecord, journal } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { advance, enterSegment, type Head, headOf, parseRecord } from "../../images/visibility/chain";
import { misplaced, parseCurrent, RecentHashes } from "../../images/visibility/current";
import { continuation, DamagedJournal } from "../../images/visibility/tail";

/** So many records, the first with this sequence. */
function records(count: number, first = 1, previous: string = GENESIS, message = "héllo"): JournalRecord[] {
    const made: JournalRecord[] = [];
    for (let i = 0; i < count; i++) {
        const body = {
            sequence: first + i,
            time: new Date(1_700_000_000_000 + i * 250).toISOString(),
            run: "run-1",
            elapsedMs: i * 250.5,
            writer: "writer-0",
            revision: "r1",
            message,
        };
        made.push(chained(body, made.at(-1)?.hash ?? previous));
    }
    return made;
}
const bytes = (list: readonly JournalRecord[]): Buffer => Buffer.from(list.map(encodeRecord).join(""));
const head = (record: JournalRecord | undefined): Head | undefined => record && headOf(record);

const anyMessage = fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 30 }));

describe("following the journal", () => {
    it("verifies every record, in whatever parts it arrives", () => {
        fc.assert(
            fc.property(
                fc.integer({ min: 1, max: 8 }),
                anyMessage,
                fc.array(fc.nat({ max: 4_000 })),
                (count, text, cuts) => {
                    const written = records(count, 1, GENESIS, Buffer.from(text).toString());
                    const whole = bytes(written);
                    const ends = [...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].toSorted(
                        (a, b) => a - b,
                    );
                    let state = enterSegment(1, undefined);
                    const seen: JournalRecord[] = [];
                    for (const end of ends) {
                        // As a reader does: from what was verified to what is there now.
                        const step = advance(state, whole.subarray(state.offset, end));
                        seen.push(...step.records);
                        if (step.problem) assert.equal(step.problem.kind, "torn");
                        state = step.state;
                    }
                    assert.deepEqual(seen, written);
                    assert.deepEqual(state, { first: 1, offset: whole.length, count, head: head(written.at(-1)) });
                },
            ),
        );
    });

    it("finds any single altered byte", () => {
        const written = records(5);
        const whole = bytes(written);
        fc.assert(
            fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
                const altered = Buffer.from(whole);
                altered[at] = (altered[at] ?? 0) ^ flip;
                const { records: seen, problem } = advance(enterSegment(1, undefined), altered);
                assert.ok(problem, `byte ${at} ^ ${flip} was not found`);
                assert.deepEqual(seen, written.slice(0, seen.length), "and nothing altered is taken for true");
            }),
            { numRuns: 5_000 },
        );
    });

    it("finds a record that is missing, doubled, exchanged or of another chain", () => {
        const [a, b, c, d] = records(4) as [JournalRecord, JournalRecord, JournalRecord, JournalRecord];
        const foreign = records(4, 1, GENESIS, "another").at(2) as JournalRecord;
        const kind = (...list: JournalRecord[]) => advance(enterSegment(1, undefined), bytes(list)).problem?.kind;
        assert.equal(kind(a, c, d), "missing");
        assert.equal(kind(b, c), "missing");
        assert.equal(kind(a, b, b), "disordered");
        assert.equal(kind(a, b, a), "disordered");
        assert.equal(kind(a, c, b, d), "missing", "it is not there where it belongs");
        assert.equal(kind(a, b, foreign, d), "altered");
    });

    it("begins in the middle when older segments are gone, but goes on only with the right one", () => {
        const all = records(6);
        const later = bytes(all.slice(3));
        assert.equal(advance(enterSegment(4, undefined), later).problem, undefined);
        assert.equal(advance(enterSegment(4, head(all[2])), later).problem, undefined);
        assert.equal(
            advance(enterSegment(4, { ...headOf(all[2] as JournalRecord), hash: GENESIS }), later).problem?.kind,
            "altered",
        );
        assert.equal(advance(enterSegment(5, undefined), later).problem?.kind, "disordered", "its name says otherwise");
    });

    it("requires the first record of all to begin the chain", () => {
        const elsewhere = records(1, 1, "a".repeat(64));
        assert.equal(advance(enterSegment(1, undefined), bytes(elsewhere)).problem?.kind, "altered");
    });

    it("keeps its memory bounded: a line without end is refused", () => {
        const endless = Buffer.alloc(journal.maxLineBytes + 1, "x");
        assert.equal(advance(enterSegment(1, undefined), endless).problem?.kind, "altered");
    });

    it("pads a record to the bytes that are wanted, and never beyond what it says by itself", () => {
        fc.assert(
            fc.property(anyMessage, fc.nat({ max: journal.maxLineBytes }), (text, size) => {
                const {
                    hash: _,
                    previous,
                    padding: __,
                    ...body
                } = records(1, 1, GENESIS, Buffer.from(text).toString())[0] as JournalRecord;
                const bare = Buffer.byteLength(encodeRecord(chained(body, previous)));
                const padded = chained(body, previous, size);
                assert.equal(Buffer.byteLength(encodeRecord(padded)), Math.max(bare, size));
                assert.deepEqual(parseRecord(Buffer.from(encodeRecord(padded)).subarray(0, -1)), padded);
            }),
        );
    });

    it("leaves room in a line for the longest message, however it is spelled", () => {
        for (const unit of ['"', "é", "😀", "\\", "\u0001"]) {
            const message = unit.repeat(Math.floor(journal.maxMessageBytes / Buffer.byteLength(unit)));
            const [record] = records(1, 1, GENESIS, message);
            assert.ok(record);
            assert.ok(encodeRecord(record).length <= journal.maxLineBytes, unit);
            assert.deepEqual(parseRecord(Buffer.from(encodeRecord(record)).subarray(0, -1)), record);
        }
    });
});

describe("continuing the journal after a crash", () => {
    const all = records(6);
    const whole = bytes(all);
    /** Where each record ends. */
    const ends = all.map((_, index) => bytes(all.slice(0, index + 1)).length);

    it("keeps every synced record at any point of a crash, and cuts off only what was not finished", () => {
        fc.assert(
            fc.property(
                fc.nat({ max: all.length }),
                fc.nat(),
                fc.constantFrom("cut", "zeros", "zeros and newline"),
                fc.boolean(),
                (synced, extra, how, published) => {
                    // `synced` records are safe; of the next, some bytes had reached the disk.
                    const safe = synced === 0 ? 0 : (ends[synced - 1] ?? 0);
                    const next = whole.subarray(safe, ends[synced] ?? safe);
                    const reached = Math.min(extra % (next.length + 1), next.length);
                    const tail = Buffer.from(next.subarray(0, reached));
                    if (how !== "cut" && tail.length > 2) tail.fill(0, Math.floor(tail.length / 2));
                    if (how === "zeros and newline" && tail.length > 2) tail[tail.length - 1] = 0x0a;
                    const content = Buffer.concat([whole.subarray(0, safe), tail]);
                    // The document may be one record behind: it is replaced after the record is synced.
                    const named = all[synced - (published ? 1 : 2)];
                    const found = continuation(1, content, undefined, named && currentOf(named));
                    const complete = tail.equals(whole.subarray(safe, ends[synced] ?? safe)) && tail.length > 0;
                    assert.equal(found.segment.head?.sequence ?? 0, complete ? synced + 1 : synced);
                    assert.equal(found.segment.offset + found.cutBytes, content.length);
                    assert.equal(found.cutBytes, complete ? 0 : tail.length);
                    // What is continued is what a reader verifies.
                    const more = records(
                        2,
                        (found.segment.head?.sequence ?? 0) + 1,
                        found.segment.head?.hash ?? GENESIS,
                    );
                    const continued = Buffer.concat([content.subarray(0, found.segment.offset), bytes(more)]);
                    assert.equal(advance(enterSegment(1, undefined), continued).problem, undefined);
                },
            ),
            { numRuns: 2_000 },
        );
    });

    it("refuses a journal with damage before its end", () => {
        fc.assert(
            fc.property(fc.nat({ max: (ends[4] ?? 0) - 2 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
                const damaged = Buffer.from(whole);
                damaged[at] = (damaged[at] ?? 0) ^ flip;
                assert.throws(() => continuation(1, damaged, undefined, undefined), DamagedJournal);
            }),
            { numRuns: 1_000 },
        );
    });

    it("refuses to cut off a record that the document shows to have been safe", () => {
        const torn = whole.subarray(0, whole.length - 5);
        const [fifth, sixth] = all.slice(4) as [JournalRecord, JournalRecord];
        assert.equal(continuation(1, torn, undefined, currentOf(fifth)).cutBytes > 0, true);
        assert.throws(() => continuation(1, torn, undefined, currentOf(sixth)), /record 6, which was safely written/);
        assert.throws(() => continuation(1, Buffer.alloc(0), undefined, currentOf(sixth)), /ends at 0/);
    });

    it("refuses a document of another journal", () => {
        const other = records(6, 1, GENESIS, "another").at(-1) as JournalRecord;
        assert.throws(() => continuation(1, whole, undefined, currentOf(other)), /different records 6/);
    });

    it("goes on in a segment that was begun and holds nothing yet", () => {
        const last = all.at(-1) as JournalRecord;
        const found = continuation(7, Buffer.from("{"), head(last), currentOf(last));
        assert.deepEqual(found, { segment: { first: 7, offset: 0, count: 0, head: head(last) }, cutBytes: 1 });
        assert.throws(() => continuation(9, Buffer.alloc(0), head(last), currentOf(last)), /does not follow record 6/);
        assert.throws(() => continuation(9, Buffer.alloc(0), undefined, undefined), /is gone/);
    });
});

describe("the replaced document", () => {
    const all = records(10);
    const recent = new RecentHashes(4);
    for (const { sequence, hash } of all) recent.add(sequence, hash);
    const of = (index: number) => currentOf(all[index] as JournalRecord);
    const seen = (index: number) => ({ sequence: of(index).sequence, hash: of(index).chain });
    const known = { headSequence: 10, seen: seen(7), recent };

    it("with any single altered byte is found", () => {
        const text = Buffer.from(encodeRecord(of(9)));
        assert.deepEqual(parseCurrent(text), of(9));
        fc.assert(
            fc.property(fc.nat({ max: text.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
                const altered = Buffer.from(text);
                altered[at] = (altered[at] ?? 0) ^ flip;
                assert.equal(typeof parseCurrent(altered), "string", `byte ${at} ^ ${flip}`);
            }),
            { numRuns: 3_000 },
        );
    });

    it("cut short anywhere is found", () => {
        const text = Buffer.from(encodeRecord(of(9)));
        for (let length = 0; length < text.length; length++) {
            assert.equal(typeof parseCurrent(text.subarray(0, length)), "string");
        }
    });

    it("must belong to the chain and never go back", () => {
        assert.equal(misplaced(of(9), known), undefined);
        assert.equal(misplaced(of(7), known), undefined, "it has not moved yet");
        assert.match(misplaced(of(6), known)?.reason ?? "", /went back from record 8 to 7/);
        assert.match(misplaced(of(9), { ...known, headSequence: 9 })?.reason ?? "", /journal ends at 9/);
        const foreign = currentOf(records(10, 1, GENESIS, "another").at(-1) as JournalRecord);
        assert.match(misplaced(foreign, known)?.reason ?? "", /another record 10/);
        assert.match(misplaced(of(0), { ...known, seen: undefined })?.reason ?? "", /still names record 1/);
    });

    it("that was in its place is not called out of it while a cache keeps it, only altered when it is", () => {
        assert.equal(misplaced(of(0), { ...known, seen: seen(0) }), undefined);
        const other = { ...seen(0), hash: GENESIS };
        assert.match(misplaced(of(0), { ...known, seen: other })?.reason ?? "", /another record 1/);
    });
});
