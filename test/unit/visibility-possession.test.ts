// One journal, one writer: a second one does not write, one that has lost its
// journal stops, and a reader says "two writers" where two have written.
import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { chained, encodeRecord, JournalOwner, type JournalRecord, journal } from "@nfs-storage-stack/contract";
import { advance, enterSegment } from "../../images/visibility/chain";
import { Journal } from "../../images/visibility/journal";
import { Contested, Possession, WATCH_MS } from "../../images/visibility/possession";
import { Watch } from "../../images/visibility/watch";
import { ask, onFreshShare, printed, until, WRITER } from "./visibility-fixture";
import { MemoryShare } from "./visibility-memory";

const LIMITS = { journalBytes: 1_048_576, recordBytes: 0 };
const FOLDER = journal.folderOf(WRITER);

const writerOf = (share: MemoryShare, name: string, podUid = `uid-of-${name}`): Possession =>
    new Possession(share, { run: `run-of-${name}`, pod: name, podUid, node: `node-of-${name}` }, FOLDER);
const body = (name: string, message = "") => ({
    time: new Date(0).toISOString(),
    run: `run-of-${name}`,
    elapsedMs: 1,
    writer: name,
    revision: "r",
    message,
});
/** So many records by one who has the journal. */
function write(share: MemoryShare, possession: Possession, name: string, records = 1): Journal {
    const opened = Journal.open(share, LIMITS, possession.leaveSegment);
    for (let i = 0; i < records; i++) opened.append(body(name));
    opened.sync();
    opened.publish();
    return opened;
}
const segments = (share: MemoryShare): string[] => share.names().filter((name) => journal.segmentPattern.test(name));

describe("possession of a journal", () => {
    it("goes to one of two that come together, and the other says who has it", () => {
        const share = new MemoryShare();
        writerOf(share, "a").take(0);
        assert.throws(() => writerOf(share, "b").take(0), /^Contested: .*a on node-of-a.* visibility\/writer-a/);
    });

    it("goes on at once after a writer that has ended, and after an earlier container of the same pod", () => {
        const share = new MemoryShare();
        const a = writerOf(share, "a");
        a.take(0);
        write(share, a, "a");
        a.release();
        const b = writerOf(share, "b");
        b.take(1);
        assert.equal(b.leaveSegment, false);
        new Possession(share, { run: "another", pod: "b", podUid: "uid-of-b", node: "n" }, FOLDER).take(2);
        assert.throws(() => b.confirm(), /^Contested: two writers: b on n writes the journal/);
    });

    it("is taken over from one that is silent, in a segment of its own, and not a moment earlier", () => {
        const share = new MemoryShare();
        const a = writerOf(share, "a");
        a.take(0);
        const late = write(share, a, "a", 2);
        const b = writerOf(share, "b");
        for (const now of [0, 1, WATCH_MS - 1]) assert.throws(() => b.take(now), /looking whether a on node-of-a/);
        b.take(WATCH_MS);
        write(share, b, "b");
        assert.equal(segments(share).length, 2);
        assert.throws(() => a.confirm(), Contested);
        // A write of the old one that was still under way spoils nothing that was verified.
        const watch = new Watch(share, { auditIntervalMs: 1, patienceMs: 0 });
        let now = 0;
        const look = () => watch.look(() => ++now);
        while (look().more);
        late.append(body("a", "late"));
        for (let i = 0; i < 10; i++) assert.equal(look().problem, undefined);
        assert.equal(watch.follower.headSequence, 3);
    });

    it("is not taken from one that writes, or that only shows that it is there", () => {
        for (const move of [
            (share: MemoryShare, a: Possession) => void write(share, a, "a"),
            (_: MemoryShare, a: Possession) => a.beat(),
        ]) {
            const share = new MemoryShare();
            const a = writerOf(share, "a");
            a.take(0);
            const b = writerOf(share, "b");
            for (let now = 0; now < 10 * WATCH_MS; now += WATCH_MS - 1) {
                assert.throws(() => b.take(now), Contested);
                move(share, a);
            }
            assert.throws(() => b.take(10 * WATCH_MS), /two writers: a on node-of-a writes/);
            a.confirm();
        }
    });

    it("is watched for also where somebody left a journal and no name", () => {
        const share = new MemoryShare();
        Journal.open(share, LIMITS);
        const b = writerOf(share, "b");
        assert.throws(() => b.take(0), /a writer that left no name/);
        b.take(WATCH_MS);
    });

    it("ends with the folder, and begins anew", () => {
        const share = new MemoryShare();
        const a = writerOf(share, "a");
        a.take(0);
        share.files.clear();
        assert.throws(
            () => a.confirm(),
            (error: Error) => !(error instanceof Contested) && /not there/.test(error.message),
        );
        a.take(1);
        a.confirm();
    });

    it("leaves one owner's file", () => {
        const share = new MemoryShare();
        for (let i = 0; i < 5; i++) {
            const one = writerOf(share, `w${i}`);
            one.take(i);
            one.release();
        }
        const owners = share.names().filter((name) => journal.ownerPattern.test(name));
        assert.deepEqual(owners, [journal.owner(5)]);
        assert.equal(JournalOwner.parse(JSON.parse(String(share.files.get(journal.owner(5))))).pod, "w4");
    });
});

/** As two writers leave a journal that both append to, each after what it knows: the first's, the second's, … */
function mixed(...writers: string[]): Buffer {
    const made: JournalRecord[] = [];
    for (const name of writers) {
        const before = made.findLast(({ writer }) => writer === name) ?? made[0];
        made.push(chained({ ...body(name), sequence: (before?.sequence ?? 0) + 1 }, before?.hash ?? "0".repeat(64)));
    }
    return Buffer.from(made.map(encodeRecord).join(""));
}

describe("a journal that two writers continue", () => {
    it("is called so, with both names, and not altered", () => {
        const { problem } = advance(enterSegment(1, undefined), mixed("a", "b", "a", "b"));
        assert.deepEqual(problem, { kind: "contested", reason: "two writers continue one journal: a and b" });
    });

    it("is not what one leaves that follows on another, or that altered data looks like", () => {
        assert.equal(advance(enterSegment(1, undefined), mixed("a", "a", "a")).problem, undefined);
        assert.notEqual(advance(enterSegment(1, undefined), mixed("a", "a", "b", "b")).problem?.kind, "contested");
        const altered = mixed("a", "a", "a", "a");
        altered[altered.indexOf('"message"') + 3] = 0x58;
        assert.equal(advance(enterSegment(1, undefined), altered).problem?.kind, "altered");
    });

    it("is found where each goes on in a segment of its own", () => {
        const share = new MemoryShare();
        const [a, b] = [writerOf(share, "a"), writerOf(share, "b")];
        a.take(0);
        const first = write(share, a, "a", 3);
        assert.throws(() => b.take(0), Contested);
        b.take(WATCH_MS);
        write(share, b, "b");
        first.append(body("a", "late"));
        const watch = new Watch(share, { auditIntervalMs: 1, patienceMs: 0 });
        let now = 0;
        let sight = watch.look(() => ++now);
        for (let i = 0; i < 10; i++) sight = watch.look(() => (now += 1_000));
        assert.deepEqual(sight.lasting, { kind: "contested", reason: "two writers continue one journal: a and b" });
    });
});

describe("two writers of one name", () => {
    const { folder, writer, reader, stop } = onFreshShare();
    const statusOf = async (port: number) => JSON.parse((await ask(port, "/status.json")).body);

    it("do not both write: the second says who does, and goes on when that one has ended", async () => {
        const first = await writer();
        await until(first.port, "/ready", 200);
        const r = await reader(first.port);
        await until(r.port, "/ready", 200);
        const second = await writer({
            podName: "writer-1",
            nodeName: "node-2",
            podUid: "2",
            message: "from the second",
        });
        await until(second.port, "/ready", 503, /two writers: writer-0 on node-1 writes the journal/);
        assert.equal((await ask(second.port, "/live")).status, 200);
        for (const port of [first.port, r.port]) assert.equal((await ask(port, "/ready")).status, 200);
        await stop(first);
        await until(second.port, "/ready", 200);
        await printed(second, /two writers: .*continues after record \d+/s);
        await until(r.port, "/state.json", 200, /from the second/);
        const { found } = await statusOf(r.port);
        assert.deepEqual(new Set(Object.values(found)), new Set([0]));
    });

    it("stops when another has taken its journal, and says so", async () => {
        const w = await writer();
        await until(w.port, "/ready", 200);
        const other = { run: "x", pod: "other-0", podUid: "x", node: "node-9", beat: 0, ended: false };
        await writeFile(folder(journal.owner(2)), JSON.stringify(other));
        await until(w.port, "/ready", 503, /two writers: other-0 on node-9 writes the journal visibility\/writer-a/);
        const stopped = await readFile(folder(journal.segment(1)));
        await printed(w, /cannot write: two writers/);
        assert.deepEqual(await readFile(folder(journal.segment(1))), stopped);
    });

    it("stops when a writer that leaves no name, as those before it did, continues its journal", async () => {
        const w = await writer({ writeIntervalMs: 1_000 });
        await until(w.port, "/ready", 200);
        const lines = (await readFile(folder(journal.segment(1)), "utf8")).trimEnd().split("\n");
        const last = JSON.parse(lines.at(-1) ?? "") as JournalRecord;
        const foreign = chained({ ...body("stranger"), sequence: last.sequence + 1 }, last.hash);
        await appendFile(folder(journal.segment(1)), encodeRecord(foreign));
        await until(w.port, "/ready", 503, /two writers: stranger writes the journal/);
    });
});
