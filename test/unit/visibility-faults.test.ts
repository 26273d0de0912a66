// What writer, reader and check do about a share that goes wrong: torn and
// altered records, stale data, no space, no answer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, open, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { journal, ReaderStatus, WriterStatus } from "@nfs-storage-stack/contract";
import { ask, onFreshShare, printed, release, until } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const { check, folder, reader, stop, writer } = onFreshShare();
    const segment = () => folder(journal.segment(1));
    const verdictOf = async (port: number) =>
        ReaderStatus.parse(JSON.parse((await ask(port, "/status.json")).body)).verdict;

    /** Changes bytes in place, as a fault or a person behind the writer's back would. */
    async function overwrite(path: string, position: number, text: string): Promise<string> {
        const handle = await open(path, "r+");
        try {
            const before = Buffer.alloc(Buffer.byteLength(text));
            await handle.read(before, 0, before.length, position);
            await handle.write(text, position);
            return before.toString();
        } finally {
            await handle.close();
        }
    }

    it("repair a record that a crash left torn, and lose none that was safe", async () => {
        const w1 = await writer();
        await until(w1.port, "/ready", 200, /record [1-9]/);
        await stop(w1);
        const safe = await readFile(segment());
        await writeFile(segment(), Buffer.concat([safe, Buffer.from('{"sequence":99,"ti')]));
        const w2 = await writer();
        await until(w2.port, "/ready", 200);
        await printed(w2, /18 bytes of an unfinished record were cut off/);
        assert.deepEqual((await readFile(segment())).subarray(0, safe.length), safe);
        assert.equal((await check(w2.port)).verdict, "passed");
    });

    it("are killed at any moment and go on with the same chain", async () => {
        const r = await reader((await writer()).port);
        for (let time = 0; time < 3; time++) {
            const w = await writer({ writerName: "writer-c", writeIntervalMs: 10 });
            await until(w.port, "/ready", 200, /record \d/);
            w.child.kill("SIGKILL");
            await w.ended;
        }
        const w = await writer({ writerName: "writer-c" });
        const last = await reader(w.port, { writerName: "writer-c" });
        await until(last.port, "/ready", 200);
        await until(r.port, "/ready", 200);
    });

    it("find a record altered while they run, and that it is mended", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200, /record \d\d/);
        const at = (await readFile(segment(), "latin1")).indexOf("hello");
        const was = await overwrite(segment(), at, "hallo");
        await until(r.port, "/ready", 503, /line 1 .*hash/);
        assert.equal(await verdictOf(r.port), "altered");
        assert.equal((await ask(r.port, "/live")).status, 200);
        const evidence = await check(w.port);
        assert.equal(evidence.verdict, "failed");
        assert.match(evidence.reason, /line 1 .*hash/);
        await overwrite(segment(), at, was);
        await until(r.port, "/ready", 200);
    });

    it("find a record altered at rest: the writer refuses to hide it", async () => {
        const w1 = await writer();
        await until(w1.port, "/ready", 200, /record [1-9]\d/);
        await stop(w1);
        const at = (await readFile(segment(), "latin1")).indexOf("hello");
        const was = await overwrite(segment(), at, "hallo");
        const w2 = await writer();
        const refused = await until(w2.port, "/ready", 503, /hash/);
        assert.match(refused, /not continued/);
        const r = await reader(w2.port);
        await until(r.port, "/ready", 503, /line 1 .*hash/);
        // Mended, all of it is verified anew.
        await overwrite(segment(), at, was);
        await until(w2.port, "/ready", 200);
        await until(r.port, "/ready", 200);
    });

    it("find records that are gone", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200, /record \d\d/);
        await stop(w);
        const whole = await readFile(segment());
        const last = whole.toString().trimEnd().split("\n").length;
        await until(r.port, "/ready", 200, new RegExp(`record ${last}\\b`));
        await truncate(segment(), whole.lastIndexOf("\n", whole.length - 2) + 1);
        await until(r.port, "/ready", 503, /has shrunk/);
        assert.equal(await verdictOf(r.port), "missing");
        const late = await reader(w.port);
        await until(late.port, "/ready", 503, /current.json names record \d+, but the journal ends at/);
        await rm(segment());
        await until(r.port, "/ready", 503, /no journal any more|is gone/);
    });

    it("tell stale data: the reader is not ready when the writer has stopped", async () => {
        const w = await writer();
        const r = await reader(w.port, { freshnessMs: 2_000 });
        await until(r.port, "/ready", 200);
        await stop(w);
        await until(r.port, "/ready", 503, /no new record after \d+ for/);
        assert.equal(await verdictOf(r.port), "stale");
        const again = await reader(w.port, { freshnessMs: 2_000 });
        await until(again.port, "/ready", 503, /since this reader started/);
    });

    it("log why the kubelet is told that they are not ready, each reason once", async () => {
        const asks = (port: number) => ask(port, "/ready", { "user-agent": "kube-probe/1.35" });
        const w = await writer();
        const r = await reader(w.port, { freshnessMs: 2_000 });
        await until(r.port, "/ready", 200);
        await asks(r.port);
        await stop(w);
        for (const reason of [/for 2\.\d s/, /for 3\.\d s/]) {
            await until(r.port, "/ready", 503, reason);
            await asks(r.port);
        }
        const w2 = await writer();
        await until(r.port, "/ready", 200);
        await asks(r.port);
        await until(w2.port, "/ready", 200);
        await asks(w2.port);
        await printed(r, /not ready: .*Z ready: /s);
        const told = r.output().match(/ (not )?ready: .*/g) ?? [];
        assert.match(
            told.join("\n"),
            /^ ready: verified up to record .*\n not ready: no new record after \d+ for .*\n ready: .*$/,
        );
        await printed(w2, / ready: record \d+ was written/);
    });

    it("wait out a full share: the writer says so, and goes on where it was", async () => {
        await mkdir(folder(), { recursive: true });
        await symlink("/dev/full", folder(`${journal.current}.new`));
        const w = await writer();
        await until(w.port, "/ready", 503, /the share is full \(ENOSPC/);
        assert.equal((await ask(w.port, "/live")).status, 200);
        await rm(folder(`${journal.current}.new`));
        await until(w.port, "/ready", 200);
        assert.equal((await check(w.port)).verdict, "passed");
        const status = WriterStatus.parse(JSON.parse((await ask(w.port, "/status.json")).body));
        assert.ok(status.errors > 0);
        await printed(w, /cannot write: the share is full.*writing again/s);
    });

    it("outlive a share that never answers: liveness and reasons come at once", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        await stop(w);
        // Opening a pipe that nobody writes to waits for ever, as a hard mount without its server does.
        execFileSync("mkfifo", [folder("pipe")]);
        await rename(folder("pipe"), folder(journal.current));
        await until(r.port, "/ready", 503, /the share has not answered for \d+ s/);
        assert.equal(await verdictOf(r.port), "silent");
        const asked = performance.now();
        for (const path of ["/live", "/status.json", "/metrics"]) assert.equal((await ask(r.port, path)).status, 200);
        assert.ok(performance.now() - asked < 1_000);
        await release(folder(journal.current), stop(r));
        assert.deepEqual(await r.ended, [0, null]);
    });

    it("end when they are told to although the share does not answer", async () => {
        await mkdir(folder(), { recursive: true });
        execFileSync("mkfifo", [folder(journal.current)]);
        const w = await writer();
        await until(w.port, "/ready", 503, /the share has not answered/);
        await stop(w);
        assert.deepEqual(await w.ended, [null, "SIGABRT"], w.output());
        assert.match(w.output(), /still waiting: this process aborts/);
    });
});
