// What a reader makes of what its thread tells: how late records and changes of
// the document were seen.
import assert from "node:assert/strict";
import { chained, currentOf, encodeRecord, GENESIS, type JournalRecord, journal } from "@nfs-storage-stack/contract";
import type { SightMessage } from "../../images/visibility/messages";
import { ReaderFacts } from "../../images/visibility/reader-facts";
import { Reports } from "../../images/visibility/reports";
import { type Sight, Watch } from "../../images/visibility/watch";
import { MemoryShare } from "./visibility-memory";

const settings = {
    pod: "p",
    node: "n",
    name: "w",
    sharePath: "/share",
    httpPort: 0,
    pollIntervalMs: 50,
    auditIntervalMs: 1_000,
    patienceMs: 2_000,
    writerUrl: "http://127.0.0.1:1",
    freshnessMs: 10_000,
    volume: "",
    claim: "",
    mountsFile: "",
};
const body = { time: "2026-01-01T00:00:00.000Z", run: "run", writer: "w", revision: "r", message: "" };

/** So many records, one every 10 ms of the writer's clock. */
function records(count: number): JournalRecord[] {
    const made: JournalRecord[] = [];
    for (let sequence = 1; sequence <= count; sequence++) {
        made.push(chained({ ...body, sequence, elapsedMs: sequence * 10 }, made.at(-1)?.hash ?? GENESIS));
    }
    return made;
}

/** What the thread tells when it has seen these at once, and the document of one of them. */
function message(seenAt: number, seen: readonly JournalRecord[], document?: JournalRecord): SightMessage {
    return {
        records: seen.map((record) => ({ ...record, seenAt, live: true })),
        bytes: 0,
        seenAt,
        changed: document && currentOf(document),
        problem: undefined,
        lasting: undefined,
        caughtUp: true,
        headSequence: seen.at(-1)?.sequence ?? 0,
        chainHead: null,
        currentSequence: document?.sequence ?? 0,
        looks: 1,
        busyMs: 0,
        stalls: 0,
        space: undefined,
    };
}

describe("the delay of the replaced document", () => {
    const all = records(300);
    const facts = new ReaderFacts(settings);
    facts.clock = { run: "run", offsetMs: 0, uncertaintyMs: 0 };

    it("is that of each record until the document shows it or a later one, not of those that were met", () => {
        facts.take(message(1_005, all.slice(0, 100)));
        assert.equal(facts.status(1_005, 0, undefined).changeDelayMs, null, "nothing is known yet");
        facts.take(message(2_005, all.slice(100, 200), all[199]));
        // Record 1, of 10 ms, was shown 1995 ms later; record 200, of 2000 ms, 5 ms later.
        assert.deepEqual(facts.status(2_005, 0, undefined).changeDelayMs, { p50: 995, p99: 1_975, max: 1_995 });
        facts.take(message(3_005, all.slice(200, 300), all[249]));
        assert.equal(facts.changeDelays.count, 250, "the last 50 are still to be shown");
    });
});

describe("a client's cache that keeps the document for long", () => {
    it("is no false alarm, however many records come meanwhile", () => {
        const share = new MemoryShare();
        const watch = new Watch(share, { auditIntervalMs: 100, patienceMs: 2_000 });
        const all = records(2_000);
        const shown = (record: JournalRecord): void => {
            share.files.set(journal.current, Buffer.from(encodeRecord(currentOf(record))));
        };
        shown(all[0] as JournalRecord);
        for (let now = 0, sequence = 0; sequence < all.length; now += 500, sequence += 50) {
            const lines = all.slice(sequence, sequence + 50).map((record) => encodeRecord(record));
            const before = share.files.get(journal.segment(1)) ?? Buffer.alloc(0);
            share.files.set(journal.segment(1), Buffer.concat([before, Buffer.from(lines.join(""))]));
            const { problem } = watch.look(() => now);
            assert.equal(problem, undefined, problem?.reason);
        }
        shown(all.at(-1) as JournalRecord);
        assert.equal(watch.look(() => 50_000).changed?.sequence, all.length);
    });
});

describe("what the thread that watches the share tells", () => {
    const look = { records: [], bytes: 0, changed: undefined, problem: undefined, lasting: undefined, more: false };
    const load = { busyMs: 0, stalls: 0 };
    const follower = { caughtUp: true, headSequence: 1, chainHead: null, lastCurrentSequence: 1 };
    const all = records(20);

    it("is told at once when it changes anybody's mind, records a few times a second, each once and with its time", () => {
        const reports = new Reports();
        const add = (seenAt: number, more: Partial<Sight>) =>
            reports.add({ ...look, verifiedAt: seenAt - 1, ...more }, true, seenAt, follower, load);
        assert.ok(add(0, {}), "the first");
        for (let i = 0; i < 2; i++) assert.equal(add(200 + i * 200, { records: [all[i] as JournalRecord] }), undefined);
        const told = add(600, { records: [all[2] as JournalRecord] });
        assert.deepEqual(
            told?.records.map(({ sequence, seenAt, live }) => [sequence, seenAt, live]),
            [
                [1, 199, true],
                [2, 399, true],
                [3, 599, true],
            ],
        );
        assert.deepEqual([told?.looks, told?.seenAt], [3, 600]);
        assert.equal(add(610, { records: [all[3] as JournalRecord] }), undefined);
        const problem = { kind: "torn", reason: "being written" } as const;
        assert.equal(add(620, { problem })?.records.length, 1);
        assert.equal(add(630, { problem }), undefined, "the same again");
        assert.ok(add(640, { changed: currentOf(all[3] as JournalRecord) }));
        assert.equal(add(10_000, {}), undefined, "nothing new");
    });
});
