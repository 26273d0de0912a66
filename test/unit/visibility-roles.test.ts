// Writer, reader and check together, over a folder in place of the share and
// the loopback address in place of the pods' network.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { decodeEvidence, type Evidence, journal, ReaderStatus, WriterStatus } from "@nfs-storage-stack/contract";
import { bundleImage } from "../../images/bundle";
import { type Checked, runCheck } from "../../images/visibility/check";
import { getJson } from "../../images/visibility/clock";
import { startReader } from "../../images/visibility/reader";
import type { CheckSettings, WriterSettings } from "../../images/visibility/settings";
import { type Running, startWriter } from "../../images/visibility/writer";

const REVISION = "r".repeat(64);
const PATIENCE_MS = 15_000;
const OPTIONS = ["nfsvers=4.2", "hard", "lookupcache=positive", "actimeo=1"];

describe("writer, reader and check", function () {
    this.timeout(60_000);
    let share: string;
    let mountsFile: string;
    let running: Running[];
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);

    beforeEach(async () => {
        share = await mkdtemp(join(tmpdir(), "visibility-"));
        mountsFile = `${share}.mounts`;
        await writeFile(
            mountsFile,
            `10.0.0.1:/share ${share} nfs4 rw,vers=4.2,hard,acregmin=1,acregmax=1,acdirmin=1,acdirmax=1,lookupcache=pos 0 0\n`,
        );
        running = [];
        said.length = 0;
    });
    afterEach(async () => {
        await Promise.all(running.map((each) => each.stop()));
        await rm(share, { recursive: true, force: true });
        await rm(mountsFile, { force: true });
    });

    const folder = (...names: string[]): string => join(share, journal.folder, ...names);
    async function writer(options: Partial<WriterSettings> = {}) {
        const started = await startWriter(
            {
                pod: "writer-0",
                node: "node-1",
                sharePath: share,
                httpPort: 0,
                httpHost: "127.0.0.1",
                revision: REVISION,
                message: "hello",
                writeIntervalMs: 20,
                ...options,
            },
            say,
        );
        running.push(started);
        return started;
    }
    async function reader(writerPort: number, freshnessMs = 3_000) {
        const started = await startReader(
            {
                pod: "reader-a",
                node: "node-2",
                sharePath: share,
                httpPort: 0,
                httpHost: "127.0.0.1",
                pollIntervalMs: 20,
                freshnessMs,
                writerUrl: `http://127.0.0.1:${writerPort}`,
            },
            say,
        );
        running.push(started);
        return started;
    }
    async function stop(which: Running): Promise<void> {
        running = running.filter((each) => each !== which);
        await which.stop();
    }
    async function check(writerPort: number, options: Partial<CheckSettings> = {}): Promise<Evidence> {
        return (await checked(writerPort, options)).evidence;
    }
    const checked = (writerPort: number, options: Partial<CheckSettings>): Promise<Checked> =>
        runCheck(
            {
                pod: "check-1",
                node: "node-2",
                sharePath: share,
                revision: REVISION,
                pollIntervalMs: 20,
                writerUrl: `http://127.0.0.1:${writerPort}`,
                records: 20,
                timeoutMs: 20_000,
                mountOptions: OPTIONS,
                allowSameNode: false,
                terminationMessagePath: `${share}.message`,
                mountsFile,
                ...options,
            },
            say,
        );
    const ask = async (port: number, path: string): Promise<{ status: number; body: string }> => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        return { status: response.status, body: await response.text() };
    };
    /** Asks until the answer is as wanted. */
    async function until(port: number, path: string, status: number, body = /./): Promise<string> {
        let answer = await ask(port, path);
        for (const end = performance.now() + PATIENCE_MS; performance.now() < end; answer = await ask(port, path)) {
            if (answer.status === status && body.test(answer.body)) return answer.body;
            await pause(20);
        }
        throw new Error(`${path} still answers ${answer.status} ${answer.body}`);
    }
    async function printed(output: () => string, what: RegExp): Promise<void> {
        for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(20)) {
            if (what.test(output())) return;
        }
        throw new Error(`not printed: ${what}; but ${output()}`);
    }

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

    /** Opens the pipe for writing again and again, which ends a reader's wait, until `done`. */
    async function release(path: string, done: Promise<void>): Promise<void> {
        let over = false;
        void done.finally(() => {
            over = true;
        });
        while (!over) {
            try {
                closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
            } catch {
                // Nobody waits just now.
            }
            await pause(10);
        }
        await done;
    }

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

    describe("as the image runs them", () => {
        const children: ChildProcess[] = [];
        afterEach(() => {
            for (const child of children.splice(0)) child.kill("SIGKILL");
        });
        const run = (role: string, env: Record<string, string>) => {
            const child = spawn(process.execPath, [join(bundleImage("visibility"), "dist", "visibility.js"), role], {
                env: {
                    POD_NAME: "p",
                    NODE_NAME: "node-9",
                    REVISION,
                    HTTP_PORT: "0",
                    HTTP_HOST: "127.0.0.1",
                    SHARE_PATH: share,
                    ...env,
                },
                stdio: ["ignore", "pipe", "pipe"],
            });
            children.push(child);
            let output = "";
            for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
            return { child, ended: once(child, "close"), output: () => output };
        };

        it("the writer ends cleanly when told to", async () => {
            const { child, ended, output } = run("writer", {});
            await printed(output, /the journal begins/);
            child.kill("SIGTERM");
            assert.deepEqual(await ended, [0, null], output());
        });

        it("the writer ends when told to although the share does not answer", async () => {
            await mkdir(folder());
            execFileSync("mkfifo", [folder(journal.current)]);
            const { child, ended, output } = run("writer", {});
            await printed(output, /answering on port/);
            child.kill("SIGTERM");
            assert.deepEqual(await ended, [null, "SIGABRT"], output());
            assert.match(output(), /still waiting: this process aborts/);
        });

        it("the check leaves its evidence behind when it fails", async () => {
            const message = `${share}.message`;
            const { ended, output } = run("check", {
                WRITER_URL: "http://127.0.0.1:9",
                CHECK_TIMEOUT_MS: "300",
                TERMINATION_MESSAGE_PATH: message,
            });
            assert.deepEqual(await ended, [1, null], output());
            const evidence = decodeEvidence(await readFile(message, "utf8"));
            assert.match(evidence.reason, /gave up after 0.3 s/);
            assert.equal(evidence.revision, REVISION);
            await rm(message);
        });

        it("an unknown role and a wrong environment are refused", async () => {
            const unknown = run("juggler", {});
            assert.deepEqual(await unknown.ended, [2, null]);
            assert.match(unknown.output(), /"juggler"; it must be writer, reader, check/);
            const wrong = run("reader", { WRITER_URL: "" });
            assert.deepEqual(await wrong.ended, [1, null]);
            assert.match(wrong.output(), /WRITER_URL/);
        });
    });
});
