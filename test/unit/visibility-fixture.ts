// What the tests of writer, reader and check together share: a folder in place
// of the share and the loopback address in place of the pods' network.
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Evidence, journal } from "@nfs-storage-stack/contract";
import { type Checked, runCheck } from "../../images/visibility/check";
import { startReader } from "../../images/visibility/reader";
import type { Running } from "../../images/visibility/running";
import type { CheckSettings, WriterSettings } from "../../images/visibility/settings";
import { startWriter } from "../../images/visibility/writer";

export const REVISION = "r".repeat(64);
export const PATIENCE_MS = 15_000;
const OPTIONS = ["nfsvers=4.2", "hard", "lookupcache=positive", "actimeo=1"];

/** For one `describe`: a share for each test, and the roles on it, which are stopped after it. */
export function onFreshShare() {
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
    return {
        /** Where it is, once a test runs. */
        get share() {
            return share;
        },
        folder,
        /** What the roles have said since the test began. */
        said,
        writer,
        reader,
        stop,
        check,
        checked,
        ask,
        until,
    };
}

/** Opens the pipe for writing again and again, which ends a reader's wait, until `done`. */
export async function release(path: string, done: Promise<void>): Promise<void> {
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
