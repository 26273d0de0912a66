// Writer, reader and check together: what is written and changed is seen, over
// restarts too. visibility-faults.test.ts has what may go wrong on the share,
// visibility-check.test.ts why the check fails, visibility-process.test.ts the
// programs in the image.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { journal, ReaderStatus } from "@nfs-storage-stack/contract";
import { getJson } from "../../images/visibility/clock";
import { onFreshShare, REVISION } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const { ask, check, folder, reader, said, stop, until, writer } = onFreshShare();

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
        assert.match(evidence.chainHead ?? "", /^[0-9a-f]{64}$/);
        const status = ReaderStatus.parse(await getJson(`http://127.0.0.1:${r.port}/status.json`, 1_000));
        assert.equal(status.ready, true);
        assert.equal(status.failures, 0);
        assert.ok(status.changesSeen > 0);
        assert.ok(status.delayMs);
    });

    it("answer every path that the contract names", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        for (const port of [w.port, r.port]) {
            for (const path of ["/startup", "/ready", "/live", "/clock", "/status.json", "/metrics", "/"]) {
                assert.equal((await ask(port, path)).status, 200, path);
            }
            assert.match((await ask(port, "/metrics")).body, /^nfs_visibility_ready 1$/m);
            assert.match((await ask(port, "/")).body, /Ready:/);
            assert.equal((await ask(port, "/constructor")).status, 404);
        }
        assert.match((await ask(r.port, "/")).body, /hello/, "the reader's page shows the message");
    });

    it("go on with one chain over restarts, new revisions, segments and deletions", async () => {
        const limits = { recordsPerSegment: 5, segmentsKept: 3 };
        const w1 = await writer({ ...limits, revision: "old" });
        const r = await reader(w1.port);
        await until(r.port, "/ready", 200);
        await stop(w1);
        const before = (await segments()).at(-1);
        const w2 = await writer(limits);
        assert.equal((await check(w2.port)).verdict, "passed", "only the new revision counts");
        const status = ReaderStatus.parse(await getJson(`http://127.0.0.1:${r.port}/status.json`, 1_000));
        assert.equal(status.failures, 0, said.join("\n"));
        const names = await segments();
        assert.ok(names.length <= 4, `older segments are deleted: ${names}`);
        assert.ok((names[0] ?? "") > (before ?? ""), "they have moved on");
    });

    const segments = async (): Promise<string[]> =>
        (await readdir(folder())).filter((name) => journal.segmentPattern.test(name)).toSorted();
});
