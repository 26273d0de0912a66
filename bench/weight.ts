// What an embedded cluster weighs: how long it takes to start and to stop, what
// it takes of processor and memory while nothing runs on it, and the caches' disk.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { clusterDelete, clusterStop, clusterUp } from "../embedded/cluster";
import { clusterFolder } from "../embedded/cluster/folder";
import { cacheDirectory } from "../embedded/paths";
import { run } from "../embedded/run";
import { step } from "../embedded/steps";
import { type Process, processesOf } from "../test/cluster/belongings";
import { row, seconds, secondsText } from "./figures";
import { allProcesses, timesOf } from "./process-tree";

const ROUNDS = Number(process.env.BENCH_ROUNDS || 3);
/** After a start controllers still look around. */
const SETTLED_MS = 45_000;
const IDLE_MS = 60_000;
/** Goals of the project: seconds, cores and GiB. */
const goal = { start: 8, stop: 4, cores: 0.1, memory: 1.2 };
const GIB = 1024 ** 3;

export async function weight(cluster: string): Promise<void> {
    const starts: number[] = [];
    const stops: number[] = [];
    const again: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
        await clusterDelete(cluster);
        starts.push(await seconds(() => clusterUp(cluster)));
        stops.push(await seconds(() => clusterStop(cluster)));
        again.push(await seconds(() => clusterUp(cluster)));
    }
    const parts = await step("Let it idle", () => idle(cluster));
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
    row("nothing to both nodes Ready, new cluster", `${secondsText(starts)}, goal ${goal.start}`);
    row("nothing to both nodes Ready, cluster that was stopped", secondsText(again));
    row("stop", `${secondsText(stops)}, goal ${goal.stop}`);
    row("idle, of one core", `${sum(parts.map(({ cores }) => cores)).toFixed(3)}, goal ${goal.cores}`);
    for (const { name, cores } of parts) row(`  ${name}`, cores.toFixed(3));
    row("memory", `${(sum(parts.map(({ bytes }) => bytes)) / GIB).toFixed(2)} GiB, goal ${goal.memory}`);
    for (const { name, bytes } of parts) row(`  ${name}`, `${(bytes / 1024 ** 2).toFixed(0)} MiB`);
    for (const [folder, gib] of await caches()) row(`disk of the caches, ${folder}`, `${gib.toFixed(1)} GiB`);
}

interface Part {
    name: string;
    cores: number;
    bytes: number;
}

async function idle(cluster: string): Promise<Part[]> {
    const { root } = clusterFolder(cluster);
    await pause(SETTLED_MS);
    const processes = await processesOf(root);
    const outermost = processes.find(({ parent }) => !processes.some(({ pid }) => pid === parent));
    const names = new Map(processes.map((one) => [one.pid, partOf(one)]));
    const times = async () => timesOf(await allProcesses(), outermost?.pid ?? 0, (pid) => names.get(pid));
    const begun = performance.now();
    const before = await times();
    await pause(IDLE_MS);
    const after = await times();
    const passed = (performance.now() - begun) / 1000;
    const bytes = await memoryOf(await processesOf(root));
    return [...after]
        .map(([name, time]) => ({
            name,
            cores: (time - (before.get(name) ?? 0)) / passed,
            bytes: bytes.get(name) ?? 0,
        }))
        .sort((a, b) => b.bytes - a.bytes);
}

/** Which part a process is of: what is nothing else is the supervisor's. */
function partOf({ command }: Process): string {
    const [, node, component] = /umid=(node-\d+)|\/kubernetes ([a-z-]+) /.exec(command) ?? [];
    return node ?? component ?? (command.includes("docker-registry") ? "registry" : "supervisor");
}

/**
 * The proportional share of each process, so that what several use is counted once. A node's processes are threads and
 * children of its kernel that share its memory.
 */
async function memoryOf(processes: readonly Process[]): Promise<Map<string, number>> {
    const sums = new Map<string, number>();
    for (const one of processes) {
        const text = await readFile(`/proc/${one.pid}/smaps_rollup`, "utf8").catch(() => "");
        const kib = Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
        const name = partOf(one);
        sums.set(name, (sums.get(name) ?? 0) + kib * 1024);
    }
    return sums;
}

async function caches(): Promise<[string, number][]> {
    const folders = (await readdir(cacheDirectory(), { withFileTypes: true })).filter((entry) => entry.isDirectory());
    return Promise.all(
        folders.map(async ({ name }): Promise<[string, number]> => {
            const text = await run("du", ["-sB1", join(cacheDirectory(), name)]);
            return [name, Number.parseInt(text, 10) / GIB];
        }),
    );
}
