// A reader's memory over 100,000 records: its own process on a folder of this
// machine, to which they are appended as quickly as it verifies them. What it
// holds must not grow with what it has seen.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { clientDefaults, clientPod, journal as constants, ReaderStatus } from "@nfs-storage-stack/contract";
import { dyingWithUs } from "../embedded/run";
import { step } from "../embedded/steps";
import { bundleImage } from "../images/bundle";
import { json, serve } from "../images/common/http";
import { Journal } from "../images/visibility/journal";
import { shareFiles } from "../images/visibility/share-files";
import { row } from "./figures";
import { counterIn } from "./reader-figures";

const PARTS = 10;
const RECORDS = 10_000;
const SYNCED = 1_000;
const NAME = "bench";
const PATIENCE_MS = 60_000;

interface Reader {
    url: string;
    child: ChildProcess;
}

/** What the image starts Node.js with. */
async function entryPoint(): Promise<string[]> {
    const context = await bundleImage("visibility");
    const [, text = "[]"] = /^ENTRYPOINT (.*)$/m.exec(readFileSync(join(context, "Dockerfile"), "utf8")) ?? [];
    const [, ...args] = JSON.parse(text) as string[];
    return args.map((arg) => arg.replace(/^\/app\//, `${context}/dist/`));
}

async function startReader(share: string, writerUrl: string): Promise<Reader> {
    const { env: names } = clientPod;
    const env = {
        [names.podName]: NAME,
        [names.nodeName]: NAME,
        [names.writerName]: NAME,
        [names.writerUrl]: writerUrl,
        [names.sharePath]: share,
        [names.httpHost]: "127.0.0.1",
        [names.httpPort]: "0",
    };
    const child = spawn(...dyingWithUs(process.execPath, [...(await entryPoint()), clientPod.commands.reader]), {
        env: { PATH: process.env.PATH, ...env },
        stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
        const port = /answering on port (\d+)/.exec(line)?.[1];
        if (port === undefined) continue;
        child.stdout.resume();
        return { url: `http://127.0.0.1:${port}`, child };
    }
    throw new Error("the reader ended before it answered");
}

async function untilVerified({ url, child }: Reader, sequence: number): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; ; await pause(50)) {
        const status = ReaderStatus.parse(await (await fetch(`${url}/status.json`)).json());
        if (status.lastSequence === sequence) return;
        const ended = child.exitCode !== null || child.signalCode !== null;
        if (ended || performance.now() > end) throw new Error(`record ${sequence} was not verified: ${status.reason}`);
    }
}

/** Megabytes after each part of the records. */
async function megabytes(share: string): Promise<number[]> {
    const startedAt = performance.now();
    const clock = (): number => performance.now() - startedAt;
    const status = { role: "writer", pod: NAME, node: NAME, name: NAME, ready: true, reason: "", revision: NAME };
    const counts = { recordsWritten: 0, lastSequence: 0, chainHead: null, lastWriteAgeMs: null, writeMs: null };
    const writer = await serve(
        {
            "/clock": () => json({ run: NAME, receive: clock(), transmit: clock() }),
            "/status.json": () =>
                json({
                    ...status,
                    ...counts,
                    errors: 0,
                    journalBytes: 0,
                    journalLimitBytes: clientDefaults.journalBytes,
                }),
        },
        { port: 0, host: "127.0.0.1" },
    );
    const limits = { journalBytes: clientDefaults.journalBytes, recordBytes: clientDefaults.recordBytes };
    const journal = Journal.open(shareFiles(share, constants.folderOf(NAME)), limits);
    let reader: Reader | undefined;
    try {
        reader = await startReader(share, `http://127.0.0.1:${writer.port}`);
        const found: number[] = [];
        for (let sequence = 0; sequence < PARTS * RECORDS; ) {
            for (const end = sequence + RECORDS; sequence < end; ) {
                for (const synced = sequence + SYNCED; sequence < synced; sequence++) {
                    const time = new Date().toISOString();
                    const body = { time, run: NAME, elapsedMs: clock(), writer: NAME, revision: NAME, message: "" };
                    journal.append(body);
                }
                journal.sync();
                journal.publish();
                await untilVerified(reader, sequence);
            }
            const metrics = await (await fetch(`${reader.url}/metrics`)).text();
            found.push(counterIn(metrics, "process_resident_memory_bytes") / 1e6);
        }
        return found;
    } finally {
        if (reader) {
            const ended = once(reader.child, "exit");
            reader.child.kill("SIGKILL");
            await ended;
        }
        journal.close();
        writer.close();
    }
}

export async function memory(): Promise<void> {
    const share = await mkdtemp(join(tmpdir(), "bench-memory-"));
    try {
        const found = await step(`A reader verifies ${PARTS * RECORDS} records`, () => megabytes(share));
        row(
            `reader's memory after each of ${PARTS} times ${RECORDS} records`,
            `${found.map((value) => value.toFixed(0)).join(", ")} MB`,
        );
        row("  ratio of the last to the first", ((found.at(-1) ?? Number.NaN) / (found[0] ?? Number.NaN)).toFixed(2));
    } finally {
        await rm(share, { recursive: true, force: true });
    }
}
