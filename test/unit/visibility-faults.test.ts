// What writer, reader and check do about a share that goes wrong: torn and
// altered records, stale data, no space, no answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { journal, WriterStatus } from "@nfs-storage-stack/contract";
import { getJson } from "../../images/visibility/clock";
import { onFreshShare, release } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const { ask, check, folder, reader, said, stop, until, writer } = onFreshShare();

    it("repair a record that a crash left torn, and lose none that was safe", async () => {
        const w1 = await writer();
        await until(w1.port, "/ready", 200, /record [1-9]/);
        await stop(w1);
        const path = folder(journal.segment(1));
        const safe = await readFile(path);
        await writeFile(path, Buffer.concat([safe, Buffer.from('{"sequence":99,"ti')]));
        const w2 = await writer();
        await until(w2.port, "/ready", 200);
        assert.match(said.join("\n"), /18 bytes of an unfinished record were cut off/);
        assert.deepEqual((await readFile(path)).subarray(0, safe.length), safe);
        assert.equal((await check(w2.port)).verdict, "passed");
    });

    it("find a record altered at rest: the reader is not ready, the check fails, the writer refuses to continue", async () => {
        const w1 = await writer();
        await until(w1.port, "/ready", 200, /record [1-9]\d/);
        const path = folder(journal.segment(1));
        const altered = await readFile(path, "latin1");
        await stop(w1);
        const whole = await readFile(path, "latin1");
        await writeFile(path, altered.replace("hello", "hallo") + whole.slice(altered.length), "latin1");
        const w2 = await writer();
        const refused = await until(w2.port, "/ready", 503, /hash/);
        assert.match(refused, /not continued/);
        const r = await reader(w2.port);
        await until(r.port, "/ready", 503, /line 1 .*hash/);
        assert.equal((await ask(r.port, "/live")).status, 200);
        const evidence = await check(w2.port);
        assert.equal(evidence.verdict, "failed");
        assert.match(evidence.reason, /line 1 .*hash/);
        // Mended, all of it is verified anew.
        await writeFile(path, whole, "latin1");
        await until(w2.port, "/ready", 200);
        await until(r.port, "/ready", 200);
    });

    it("tell stale data: the reader is not ready when the writer has stopped", async () => {
        const w = await writer();
        const r = await reader(w.port, 500);
        await until(r.port, "/ready", 200);
        await stop(w);
        await until(r.port, "/ready", 503, /no new record after \d+ for/);
        const again = await reader(w.port, 500);
        await until(again.port, "/ready", 503, /since this reader started/);
    });

    it("wait out a full share: the writer says so, and goes on where it was", async () => {
        await mkdir(folder());
        await symlink("/dev/full", folder(`${journal.current}.new`));
        const w = await writer();
        await until(w.port, "/ready", 503, /the share is full \(ENOSPC/);
        assert.equal((await ask(w.port, "/live")).status, 200);
        await rm(folder(`${journal.current}.new`));
        await until(w.port, "/ready", 200);
        assert.equal((await check(w.port)).verdict, "passed");
        const status = WriterStatus.parse(await getJson(`http://127.0.0.1:${w.port}/status.json`, 1_000));
        assert.ok(status.errors > 0);
    });

    it("outlive a share that never answers: liveness and reasons come at once", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        await stop(w);
        // Opening a pipe that nobody writes to waits for ever, as a hard mount without its server does.
        execFileSync("mkfifo", [folder("pipe")]);
        await rename(folder("pipe"), folder(journal.current));
        const path = folder(journal.current);
        try {
            await until(r.port, "/ready", 503, /the share has not answered for \d+ s/);
            const asked = performance.now();
            assert.equal((await ask(r.port, "/live")).status, 200);
            assert.equal((await ask(r.port, "/status.json")).status, 200);
            assert.ok(performance.now() - asked < 1_000);
        } finally {
            // Lets go whoever waits, until the reader has ended.
            await release(path, stop(r));
        }
    });
});
