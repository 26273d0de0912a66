// The app in the clients' pods: `visibility writer|reader|check`. Process 1 of
// its container, without privilege. Settings come from the environment
// (contract/src/pods.ts).
import { writeFile } from "node:fs/promises";
import { isMainThread, workerData } from "node:worker_threads";
import { runCheck } from "./check";
import { fittingEvidence } from "./findings";
import { startReader } from "./reader";
import type { Running } from "./running";
import { checkSettings, type Role, readerSettings, writerSettings } from "./settings";
import type { ThreadData } from "./share-thread";
import { runWatch } from "./watch-thread";
import { startWriter } from "./writer";
import { runWriter } from "./writer-thread";

/** Before the kubelet kills what did not end (its default is 30 s). */
const STOP_PATIENCE_MS = 5_000;

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

/**
 * Node.js waits for its threads before it exits, and one that waits for a hard
 * mount never ends; as process 1 it cannot kill itself either. Aborting does not
 * wait.
 */
function end(code: number, stuck: boolean): never {
    if (stuck) {
        say("an operation on the share is still waiting: this process aborts");
        process.abort();
    }
    process.exit(code);
}

const signalled = (): AbortSignal => {
    const controller = new AbortController();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.on(signal, () => controller.abort(signal));
    }
    return controller.signal;
};

async function stay(start: () => Promise<Running>): Promise<void> {
    const signal = signalled();
    const running = await start();
    const told = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([told, running.ended]);
    say(`${signal.reason}: ending`);
    setTimeout(() => end(0, running.stuck()), STOP_PATIENCE_MS);
    await running.stop();
    end(0, false);
}

async function check(): Promise<void> {
    const settings = checkSettings(process.env);
    const { evidence, stuck } = await runCheck(settings, say, signalled());
    const text = fittingEvidence(evidence);
    say(`${evidence.verdict}: ${evidence.reason}`);
    say(text);
    await writeFile(settings.terminationMessagePath, text);
    end(evidence.verdict === "passed" ? 0 : 1, stuck);
}

const roles: Record<Role, () => Promise<void>> = {
    writer: () => stay(() => startWriter(writerSettings(process.env), say)),
    reader: () => stay(() => startReader(readerSettings(process.env), say)),
    check,
};

function start(): void {
    const name = process.argv[2] ?? "";
    const role = Object.hasOwn(roles, name) ? roles[name as Role] : undefined;
    if (role === undefined) {
        process.stderr.write(`the role is ${JSON.stringify(name)}; it must be ${Object.keys(roles).join(", ")}\n`);
        process.exit(2);
    }
    role().catch((error: unknown) => {
        say(`cannot go on: ${(error as Error).message}`);
        process.exit(1);
    });
}

/** The same file, as a thread of one that was started so. */
function startThread({ thread, settings, memory }: ThreadData): void {
    if (thread === "writer") runWriter(settings as Parameters<typeof runWriter>[0], memory);
    else runWatch(settings as Parameters<typeof runWatch>[0], memory);
}

if (isMainThread) start();
else startThread(workerData as ThreadData);
