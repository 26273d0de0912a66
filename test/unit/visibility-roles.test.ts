// Writer, reader and check together, as processes on real files: what is written
// and changed is seen, over restarts too. visibility-faults.test.ts has what may
// go wrong on the share, visibility-check.test.ts why the check fails.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { journal, ReaderStatus, WriterStatus } from "@nfs-storage-stack/contract";
import { ask, onFreshShare, printed, REVISION, until } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const { check, folder, reader, stop, writer } = onFreshShare();
    const readerStatus = async (port: number) => ReaderStatus.parse(JSON.parse((await ask(port, "/status.json")).body));

    it("show that what is written and changed is seen, with evidence", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        const evidence = await check(w.port);
        assert.equal(evidence.verdict, "passed", evidence.reason);
        assert.deepEqual(evidence.writer, { pod: "writer-0", node: "node-1" });
        assert.deepEqual(evidence.checker, { pod: "check-1", node: "node-2" });
        assert.equal(evidence.revision, REVISION);
        assert.ok(evidence.records >= 20);
        assert.equal(evidence.lastSequence - evidence.firstSequence + 1, evidence.records);
        assert.equal(evidence.changedDataSeen, true);
        assert.ok(evidence.delayMs && evidence.delayMs.p50 <= evidence.delayMs.max);
        assert.ok(evidence.delayMs.p50 >= -evidence.delayMs.clockUncertainty, "nothing is seen before it is written");
        assert.match(evidence.chainHead ?? "", /^[0-9a-f]{64}$/);
        const status = await readerStatus(r.port);
        assert.deepEqual([status.ready, status.verdict, status.name], [true, "fresh", "writer-a"]);
        assert.deepEqual(status.found, { missing: 0, torn: 0, altered: 0, disordered: 0, contested: 0 });
        assert.ok(status.changesSeen > 0 && status.bytesVerified > 0 && status.delayMs);
    });

    it("answer every path that the contract names", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        for (const { port } of [w, r]) {
            for (const path of ["/startup", "/ready", "/live", "/status.json", "/metrics", "/"]) {
                assert.equal((await ask(port, path)).status, 200, path);
            }
            assert.match((await ask(port, "/metrics")).body, /^nfs_visibility_ready 1$/m);
            assert.equal((await ask(port, "/constructor")).status, 404);
        }
        assert.match((await ask(w.port, "/clock")).body, /"run":"\w+","receive":[\d.]+,"transmit":/);
    });

    it("go on with one chain over restarts, new revisions, segments and deletions", async () => {
        // The least journal there is, and records that fill it in a few seconds.
        const small = { journalBytes: journal.minBytes, recordBytes: 32_000, writeIntervalMs: 10 };
        const w1 = await writer({ ...small, revision: "old" });
        const r = await reader(w1.port);
        await until(r.port, "/ready", 200, /record \d\d/);
        await stop(w1);
        const w2 = await writer(small);
        await until(w2.port, "/ready", 200, /record \d\d/);
        const first = (await segments())[0];
        for (let now = first; now === first; ) now = (await segments())[0];
        assert.equal((await check(w2.port)).verdict, "passed", "only the new revision counts");
        assert.deepEqual((await readerStatus(r.port)).found, {
            missing: 0,
            torn: 0,
            altered: 0,
            disordered: 0,
            contested: 0,
        });
        assert.ok((await segments()).length <= journal.segments);
        const status = WriterStatus.parse(JSON.parse((await ask(w2.port, "/status.json")).body));
        assert.ok(status.journalBytes <= status.journalLimitBytes, `${status.journalBytes} bytes`);
        // One that comes late begins with what is left.
        const late = await reader(w2.port, { podName: "late" });
        await until(late.port, "/ready", 200);
    });

    it("make several records safe at once when they are told to, and lose none at the end", async () => {
        const w = await writer({ recordsPerSync: 10 });
        const r = await reader(w.port);
        await until(r.port, "/ready", 200, /record \d\d/);
        await stop(w);
        const written = Number(/"sequence":(\d+)/.exec((await ask(r.port, "/state.json")).body)?.[1]);
        const w2 = await writer({ recordsPerSync: 10 });
        await until(w2.port, "/ready", 200);
        await printed(
            w2,
            new RegExp(
                `continues after record (${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => written + n).join("|")})$`,
                "m",
            ),
        );
        assert.doesNotMatch(w2.output(), /cut off/);
        await until(r.port, "/ready", 200);
        assert.deepEqual((await readerStatus(r.port)).found, {
            missing: 0,
            torn: 0,
            altered: 0,
            disordered: 0,
            contested: 0,
        });
    });

    it("share one claim under different names, each with a journal of its own", async () => {
        const a = await writer();
        const b = await writer({ podName: "writer-b-0", writerName: "writer-b", message: "from b" });
        const readers = [await reader(a.port), await reader(b.port, { writerName: "writer-b" })];
        for (const { port } of readers) await until(port, "/ready", 200);
        const messages = await Promise.all(readers.map(async ({ port }) => (await ask(port, "/state.json")).body));
        assert.match(messages[0] ?? "", /"message":"hello"/);
        assert.doesNotMatch(messages[0] ?? "", /from b/);
        assert.match(messages[1] ?? "", /"message":"from b"/);
        assert.equal((await check(b.port, { writerName: "writer-b" })).verdict, "passed");
    });

    it("come in any order: a reader waits for the writer, and knows nothing wrong", async () => {
        const r = await reader(9);
        await until(r.port, "/ready", 503, /there is no journal yet/);
        const w = await writer();
        await until(r.port, "/ready", 200);
        await stop(w);
        await stop(r);
        const again = await reader(9);
        await until(again.port, "/ready", 503, /since this reader started/);
        assert.deepEqual((await readerStatus(again.port)).found, {
            missing: 0,
            torn: 0,
            altered: 0,
            disordered: 0,
            contested: 0,
        });
    });

    it("tell the page where things are, and what the kubelet was answered", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        await ask(r.port, "/ready", { "user-agent": "kube-probe/1.35" });
        await until(r.port, "/state.json", 200, /"before":\{/);
        const state = JSON.parse(await until(r.port, "/state.json", 200, /"writer":\{"pod"/));
        assert.deepEqual(state.writer, { pod: "writer-0", node: "node-1" });
        assert.deepEqual([state.storage.claim, state.storage.volume], ["the-claim", "the-volume"]);
        assert.equal(state.storage.source, "10.0.0.1:/share");
        assert.ok(state.storage.options.includes("vers=4.2"));
        const [startup, readiness] = state.probes;
        assert.equal(startup.askedAgoMs, null, "only the kubelet counts");
        assert.equal(readiness.answeredStatus, 200);
        assert.ok(state.document.after.sequence > state.document.before.sequence);
        assert.ok(state.records.length > 1 && state.records[0].sequence === state.records[1].sequence + 1);
    });

    const segments = async (): Promise<string[]> =>
        (await readdir(folder())).filter((name) => journal.segmentPattern.test(name)).toSorted();
});
