// What the check finds wrong, and says in its evidence.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { journal } from "@nfs-storage-stack/contract";
import type { CheckSettings } from "../../images/visibility/settings";
import { onFreshShare, release } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const { check, checked, folder, stop, writer } = onFreshShare();

    it("make evidence also when the share never answers", async () => {
        const elsewhere = await mkdtemp(join(tmpdir(), "visibility-"));
        const w = await writer({ sharePath: elsewhere });
        await mkdir(folder());
        execFileSync("mkfifo", [folder(journal.current)]);
        const { evidence, stuck } = await checked(w.port, { timeoutMs: 4_000 });
        assert.equal(stuck, true);
        assert.equal(evidence.verdict, "failed");
        assert.match(evidence.reason, /gave up after 4 s: the share has not answered for [34] s/);
        await release(folder(journal.current), pause(100));
        await stop(w);
        await rm(elsewhere, { recursive: true });
    });

    describe("the check fails, and its evidence says why,", () => {
        const failures: [string, Partial<CheckSettings>, RegExp][] = [
            ["on the writer's own node", { node: "node-1" }, /on one node, node-1/],
            [
                "when the writer writes another revision",
                { revision: "other", timeoutMs: 500 },
                /writes revision rrrr.*other is expected/,
            ],
            [
                "when the mount lacks an option",
                { mountOptions: ["hard", "noac"] },
                /does not have the requested noac; it has rw,vers/,
            ],
            ["when the share is no mount", { mountsFile: "/dev/null" }, /is not a mount; NFS is expected/],
            [
                "when the records do not come in time",
                { records: 100_000, timeoutMs: 700 },
                /gave up after 0.7 s: \d+ of 100000 records/,
            ],
            [
                "when the writer cannot be reached",
                { writerUrl: "http://127.0.0.1:9", timeoutMs: 500 },
                /gave up after 0.5 s: GET .*ECONNREFUSED/,
            ],
        ];
        for (const [when, settings, reason] of failures) {
            it(when, async () => {
                const w = await writer();
                const evidence = await check(w.port, settings);
                assert.equal(evidence.verdict, "failed");
                assert.match(evidence.reason, reason);
            });
        }
    });

    it("may be on one node when that is allowed, and the evidence says so", async () => {
        const w = await writer();
        const evidence = await check(w.port, { node: "node-1", allowSameNode: true });
        assert.equal(evidence.verdict, "passed");
        assert.match(evidence.reason, /one node's cache/);
    });
});
