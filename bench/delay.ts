// How long it takes from a record's writing to its sight on another node, by
// what the readers themselves measure, and what a reader costs. Two readers on
// one node follow the same writer at the same time: the stack's own, and one
// whose mount has no options (delay-objects.ts).
import { setTimeout as pause } from "node:timers/promises";
import type { ReaderStatus } from "@nfs-storage-stack/contract";
import { openStack } from "../commands/stack";
import { step } from "../embedded/steps";
import { added, HASHED_MEBIBYTES } from "./delay-objects";
import { Scene } from "./delay-scene";
import { row } from "./figures";
import { shareOfCore, type Use } from "./node-use";
import { type Delays, delayIn, delayText, worstOf } from "./reader-figures";

interface Rate {
    perSecond: number;
    /** A setting. */
    writeInterval: string;
    /** How often a reader is asked: its percentiles are of the last 1,000 records. */
    windows: number;
    windowMs: number;
}
const rates: readonly Rate[] = [
    { perSecond: 10, writeInterval: "100ms", windows: 1, windowMs: 100_000 },
    { perSecond: 100, writeInterval: "10ms", windows: 3, windowMs: 10_000 },
];
/** Until a reader that comes knows the clock and how often records come. */
const SETTLED_MS = 15_000;

/** Of one reader at one rate. */
interface Measured extends Delays {
    perSecond: number;
}

interface Measurement {
    ours: Measured;
    plain: Measured;
    /** Of the stack's reader, and of the idle process, a share of a core and memory. */
    reader: { share: number; use: Use };
    idle: { share: number; use: Use };
}

async function measure(scene: Scene, { windows, windowMs }: Rate): Promise<Measurement> {
    const { ours, plain } = await scene.freshReaders();
    await pause(SETTLED_MS);
    const readers = [ours, plain];
    const measured = [ours, await scene.pod(added.idle)];
    const begun = performance.now();
    const before = await Promise.all(readers.map(({ name }) => scene.metrics(name)));
    const useBefore = await scene.uses(measured);
    const seen: ReaderStatus[][] = [[], []];
    for (let window = 0; window < windows; window++) {
        await pause(windowMs);
        const now = await Promise.all(readers.map(({ name }) => scene.status(name)));
        for (const [index, status] of now.entries()) seen[index]?.push(status);
    }
    const useAfter = await scene.uses(measured);
    const after = await Promise.all(readers.map(({ name }) => scene.metrics(name)));
    const seconds = (performance.now() - begun) / 1000;
    const figures = readers.map((_, index): Measured => {
        const { records, ...delays } = delayIn(before[index] ?? "", after[index] ?? "");
        return { ...delays, ...worstOf(seen[index] ?? []), records, perSecond: records / seconds };
    });
    const costs = measured.map((_, index) => {
        const [from, to] = [useBefore[index] as Use, useAfter[index] as Use];
        return { share: shareOfCore(from, to), use: to };
    });
    return { ours: figures[0], plain: figures[1], reader: costs[0], idle: costs[1] } as Measurement;
}

function show({ perSecond }: Rate, { ours, plain, reader, idle }: Measurement, hashSeconds: number): void {
    row(`at ${perSecond} records a second: seen`, `${ours.perSecond.toFixed(1)} a second`);
    row("  journal, the stack's mount options", `${delayText(ours.journal)}; ${percent(ours.journalInTime)} in 0.1 s`);
    row("  journal, none", `${delayText(plain.journal)}; ${percent(plain.journalInTime)} in 0.1 s`);
    row("  replaced document, the stack's", `${delayText(ours.document)}; ${percent(ours.documentInTime)} in 1 s`);
    row("  replaced document, none", `${delayText(plain.document)}; ${percent(plain.documentInTime)} in 1 s`);
    row("    ratio of the p99", ((plain.document?.p99 ?? Number.NaN) / (ours.document?.p99 ?? Number.NaN)).toFixed(1));
    row("  reader's processor time", `${percent(reader.share)} of a core (an idle process ${percent(idle.share)})`);
    const mebibytes = (reader.share * 60 * HASHED_MEBIBYTES) / hashSeconds;
    row("    ratio", `a minute of it costs what the SHA-256 of ${mebibytes.toFixed(0)} MiB does there`);
    const memory = ({ megabytes, mostMegabytes }: Use): string =>
        `${megabytes.toFixed(0)} MB, at most ${mostMegabytes.toFixed(0)} MB`;
    row("  reader's memory", `${memory(reader.use)} (an idle process ${memory(idle.use)})`);
    row("    ratio", (reader.use.megabytes / idle.use.megabytes).toFixed(2));
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export async function delay(cluster: string): Promise<void> {
    let scene: Scene | undefined;
    for (const rate of rates) {
        process.env.SETTINGS = JSON.stringify({ readers: 1, writeInterval: rate.writeInterval });
        const stack = await openStack("cluster");
        await step(`up, ${rate.perSecond} records a second`, () =>
            stack.read(["up", "--yes", "--skip-preview", "--suppress-outputs"]),
        );
        scene ??= await Scene.on(cluster, stack);
        const there = scene;
        const found = await step(`Measure the delay at ${rate.perSecond} records a second`, () => measure(there, rate));
        show(rate, found, await there.hashed());
    }
}
