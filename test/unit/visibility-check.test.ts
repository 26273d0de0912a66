// What the check finds wrong, and says in its evidence; and how the app's
// processes end.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { journal } from "@nfs-storage-stack/contract";
import { type Env, onFreshShare, printed } from "./visibility-fixture";

describe("the check", function () {
    this.timeout(60_000);
    const { check, folder, run, writer } = onFreshShare();

    it("makes evidence also when the share never answers", async () => {
        // Another's journal does; the one that it looks at does not.
        const w = await writer({ writerName: "writer-b" });
        await mkdir(folder(), { recursive: true });
        execFileSync("mkfifo", [folder(journal.segment(1))]);
        const evidence = await check(w.port, { checkTimeoutMs: 4_000 });
        assert.equal(evidence.verdict, "failed");
        assert.match(evidence.reason, /gave up after 4 s: the share has not answered for [34] s/);
    });

    describe("fails, and its evidence says why,", () => {
        const failures: [string, Env, RegExp][] = [
            ["on the writer's own node", { nodeName: "node-1" }, /on one node, node-1/],
            [
                "when the writer writes another revision",
                { revision: "other", checkTimeoutMs: 500 },
                /writes revision rrrr.*other is expected/,
            ],
            [
                "when the mount lacks an option",
                { mountOptions: "hard,noac" },
                /does not have the requested noac; it has rw,vers/,
            ],
            ["when the share is no mount", { mountsFile: "/dev/null" }, /is not a mount; NFS is expected/],
            [
                "when the records do not come in time",
                { checkRecords: 100_000, checkTimeoutMs: 700 },
                /gave up after 0.7 s: \d+ of 100000 records/,
            ],
            [
                "when the writer cannot be reached",
                { writerUrl: "http://127.0.0.1:9", checkTimeoutMs: 500 },
                /gave up after 0.5 s: GET .*ECONNREFUSED/,
            ],
        ];
        for (const [when, env, reason] of failures) {
            it(when, async () => {
                const w = await writer();
                const evidence = await check(w.port, env);
                assert.equal(evidence.verdict, "failed");
                assert.match(evidence.reason, reason);
            });
        }
    });

    it("may be on one node when that is allowed, and the evidence says so", async () => {
        const w = await writer();
        const evidence = await check(w.port, { nodeName: "node-1", allowSameNode: true });
        assert.equal(evidence.verdict, "passed");
        assert.match(evidence.reason, /shared one node's cache/);
    });

    it("ends when it is told to, with evidence", async () => {
        const w = await writer();
        const app = run("check", {
            writerUrl: `http://127.0.0.1:${w.port}`,
            checkRecords: 100_000,
            terminationMessagePath: "/dev/stdout",
        });
        await printed(app, /0 of|\d+ of 100000/);
        app.child.kill("SIGTERM");
        assert.deepEqual(await app.ended, [1, null], app.output());
        assert.match(app.output(), /told to end/);
    });
});

describe("the app", function () {
    this.timeout(60_000);
    const { run, stop, writer } = onFreshShare();

    it("ends cleanly when told to", async () => {
        const w = await writer();
        await printed(w, /the journal begins/);
        await stop(w);
        assert.deepEqual(await w.ended, [0, null], w.output());
    });

    it("refuses an unknown role and a wrong environment", async () => {
        const unknown = run("juggler", {});
        assert.deepEqual(await unknown.ended, [2, null]);
        assert.match(unknown.output(), /"juggler"; it must be writer, reader, check/);
        const wrong = run("reader", { writerUrl: "" });
        assert.deepEqual(await wrong.ended, [1, null]);
        assert.match(wrong.output(), /WRITER_URL/);
    });
});
