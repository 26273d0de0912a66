// `make soak`: both nodes of a cluster of its own under load for SOAK_MINUTES,
// on a machine that is loaded, too. Every second each node's disk and clock are
// tried: an answer that takes over a second is told, one of over ten seconds
// fails the run, and so do anything that had to be started again and a disk that
// grows with what was written and deleted. soak-load.ts is the load, stalls.ts
// what is made of the answers.
import { setTimeout as pause } from "node:timers/promises";
import { clusterDelete, clusterStatus, clusterUp, nodeCheck } from "../embedded/cluster";
import { main, step, UserError } from "../embedded/steps";
import { type Load, loadMachine, loadNodes } from "./soak-load";
import { FAILING_MS, Stalls, TOLD_MS } from "./stalls";

const GIB = 1024 ** 3;
const minutes = Number(process.env.SOAK_MINUTES || 60);
const cluster = `soak-${process.pid}`;
const EVERY_MS = 1000;
/** Of a node's disks on this machine: three times what its pods, and images that are there at once, take of them. */
const MOST_DISK_BYTES = 6 * GIB;

/** Told to end. */
let ending = false;

const clock = (): string => new Date().toISOString().slice(11, 19);
const tell = (text: string): void => void process.stdout.write(`${clock()} ${text}\n`);

/** Until `end`, which is of performance.now(). */
async function watch(node: string, stalls: Stalls, end: number): Promise<void> {
    while (performance.now() < end && !ending) {
        const begun = performance.now();
        const failure = await nodeCheck(cluster, node).then(
            () => undefined,
            (error: Error) => error.message,
        );
        const took = performance.now() - begun;
        stalls.add(took);
        if (failure !== undefined) tell(`${node}: ${failure}`);
        else if (took > TOLD_MS) tell(`${node} answered after ${(took / 1000).toFixed(1)} s`);
        await pause(Math.max(0, EVERY_MS - took));
    }
}

async function soak(nodes: readonly string[], loads: readonly Load[]): Promise<string[]> {
    const end = performance.now() + minutes * 60_000;
    const answers = nodes.map((node) => ({ node, stalls: new Stalls() }));
    await step(`Load both nodes and this machine for ${minutes} minutes`, async (progress) => {
        const timer = setInterval(() => {
            const left = Math.ceil((end - performance.now()) / 60_000);
            progress(`${left} min left; ${answers.map(({ node, stalls }) => `${node} ${stalls.line()}`).join("; ")}`);
        }, 5000);
        try {
            await Promise.all(answers.map(({ node, stalls }) => watch(node, stalls, end)));
        } finally {
            clearInterval(timer);
        }
    });
    const problems: string[] = [];
    const status = await clusterStatus(cluster);
    for (const load of loads) for (const line of await load.stop()) tell(line);
    for (const { node, stalls } of answers) {
        const kept = status.nodes.find(({ name }) => name === node)?.keptEvents ?? 0;
        const disk = status.usage?.[node]?.disk ?? 0;
        tell(`${node}: ${stalls.line()}; ${kept} lost interrupts made good; disk ${(disk / GIB).toFixed(1)} GiB`);
        if (disk > MOST_DISK_BYTES) {
            problems.push(`${node} takes ${(disk / GIB).toFixed(1)} GiB of disk, more than ${MOST_DISK_BYTES / GIB}`);
        }
        if (stalls.worst > FAILING_MS) problems.push(`${node} stalled for ${(stalls.worst / 1000).toFixed(1)} s`);
    }
    const parts = [...status.components, ...status.nodes.flatMap(({ services }) => services)];
    for (const { name, restarts } of parts) {
        for (const { at, reason } of restarts) problems.push(`${name} was started again at ${at}: ${reason}`);
    }
    return problems;
}

main(async () => {
    if (!(minutes > 0)) throw new UserError(`SOAK_MINUTES is "${process.env.SOAK_MINUTES}": minutes, more than 0`);
    const loads: Load[] = [];
    let cleaning: Promise<void> | undefined;
    const cleanUp = (): Promise<void> => {
        ending = true;
        cleaning ??= (async () => {
            await Promise.allSettled(loads.map((load) => load.stop()));
            await clusterDelete(cluster);
        })();
        return cleaning;
    };
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.once(name, () => void cleanUp().finally(() => process.exit(130)));
    }
    try {
        const access = await clusterUp(cluster);
        loads.push(loadMachine());
        loads.push(...(await loadNodes(access)));
        const problems = await soak(access.nodes, loads);
        if (problems.length > 0) throw new UserError(`the soak failed:\n  ${problems.join("\n  ")}`);
        tell(`${minutes} minutes without a stall of over ${FAILING_MS / 1000} s and without a restart`);
    } finally {
        await cleanUp();
    }
});
