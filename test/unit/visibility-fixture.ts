// What the tests of writer, reader and check together share: the app's own
// processes, a folder in place of the share, and the loopback address in place
// of the pods' network.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { clientPod, decodeEvidence, type Evidence, journal } from "@nfs-storage-stack/contract";
import { bundleImage } from "../../images/bundle";

export const REVISION = "r".repeat(64);
export const PATIENCE_MS = 15_000;
export const WRITER = "writer-a";
const OPTIONS = ["nfsvers=4.2", "hard", "lookupcache=positive", "actimeo=1"];
const { env: names } = clientPod;

/** Values of the environment, by the names that the contract gives them. */
export type Env = Partial<Record<keyof typeof names, string | number | boolean>>;

export interface App {
    /** Where it answers; 0 for the check. */
    port: number;
    child: ChildProcess;
    /** Exit code and signal. */
    ended: Promise<[number | null, NodeJS.Signals | null]>;
    output(): string;
}

/** For one `describe`: a share for each test, and the app's processes on it, which are stopped after it. */
export function onFreshShare() {
    let share: string;
    let mountsFile: string;
    let apps: App[] = [];
    let program: string;

    before(async () => {
        program = join(await bundleImage("visibility"), "dist", "visibility.js");
    });
    beforeEach(async () => {
        share = await mkdtemp(join(tmpdir(), "visibility-"));
        mountsFile = `${share}.mounts`;
        await writeFile(
            mountsFile,
            `10.0.0.1:/share ${share} nfs4 rw,vers=4.2,hard,acregmin=1,acregmax=1,acdirmin=1,acdirmax=1,lookupcache=pos 0 0\n`,
        );
    });
    afterEach(async () => {
        for (const { child } of apps) child.kill("SIGKILL");
        await Promise.all(apps.map(({ ended }) => ended));
        apps = [];
        for (const path of [share, mountsFile, `${share}.message`]) await rm(path, { recursive: true, force: true });
    });

    const folder = (...parts: string[]): string => join(share, journal.folderOf(WRITER), ...parts);

    /** Starts the app with one role. */
    function run(role: string, env: Env): App {
        const values = {
            podName: "p",
            nodeName: "node-9",
            writerName: WRITER,
            revision: REVISION,
            httpPort: 0,
            httpHost: "127.0.0.1",
            sharePath: share,
            mountsFile,
            ...env,
        };
        const variables = Object.entries(values).map(([key, value]) => [
            names[key as keyof typeof names],
            String(value),
        ]);
        const child = spawn(process.execPath, [program, role], {
            env: Object.fromEntries(variables),
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
        const ended = once(child, "close") as App["ended"];
        const app: App = { port: 0, child, ended, output: () => output };
        apps.push(app);
        return app;
    }

    /** Resolves when it answers. */
    async function answering(app: App): Promise<App> {
        const port = await Promise.race([
            printed(app, /answering on port (\d+)/),
            app.ended.then(() => Promise.reject(new Error(`it ended: ${app.output()}`))),
        ]);
        app.port = Number(port);
        return app;
    }
    const writer = (env: Env = {}): Promise<App> =>
        answering(
            run("writer", {
                podName: "writer-0",
                podUid: "uid-of-writer-0",
                nodeName: "node-1",
                message: "hello",
                writeIntervalMs: 20,
                ...env,
            }),
        );
    const reader = (writerPort: number, env: Env = {}): Promise<App> =>
        answering(
            run("reader", {
                podName: "reader-a",
                nodeName: "node-2",
                pollIntervalMs: 20,
                auditIntervalMs: 100,
                patienceMs: 500,
                freshnessMs: 3_000,
                writerUrl: `http://127.0.0.1:${writerPort}`,
                volumeName: "the-volume",
                claimName: "the-claim",
                ...env,
            }),
        );
    /** As the kubelet stops a pod. */
    async function stop(app: App): Promise<void> {
        app.child.kill("SIGTERM");
        await app.ended;
    }
    async function check(writerPort: number, env: Env = {}): Promise<Evidence> {
        const message = `${share}.message`;
        const app = run("check", {
            podName: "check-1",
            nodeName: "node-2",
            pollIntervalMs: 20,
            patienceMs: 500,
            writerUrl: `http://127.0.0.1:${writerPort}`,
            checkRecords: 20,
            checkTimeoutMs: 20_000,
            mountOptions: OPTIONS.join(","),
            terminationMessagePath: message,
            ...env,
        });
        await app.ended;
        return decodeEvidence(await readFile(message, "utf8"));
    }
    return {
        /** Where it is, once a test runs. */
        get share() {
            return share;
        },
        folder,
        run,
        writer,
        reader,
        stop,
        check,
    };
}

/** Not by fetch(): of a connection that is closed before its request is sent it may never tell (Node.js 20). */
export function ask(port: number, path: string, headers = {}): Promise<{ status: number; body: string }> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return new Promise((resolve, reject) => {
        get({ host: "127.0.0.1", port, path, headers, agent: false, signal }, async (response) => {
            try {
                resolve({ status: response.statusCode ?? 0, body: await text(response) });
            } catch (error) {
                reject(error);
            }
        }).on("error", reject);
    });
}

/** Asks until the answer is as wanted. */
export async function until(port: number, path: string, status: number, body = /./): Promise<string> {
    let answer = await ask(port, path);
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; answer = await ask(port, path)) {
        if (answer.status === status && body.test(answer.body)) return answer.body;
        await pause(20);
    }
    throw new Error(`${path} still answers ${answer.status} ${answer.body}`);
}

/** What it prints is like this; the first group, or all of the match. */
export async function printed({ output }: App, what: RegExp): Promise<string> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(10)) {
        const match = what.exec(output());
        if (match) return match[1] ?? match[0];
    }
    throw new Error(`not printed: ${what}; but ${output()}`);
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
