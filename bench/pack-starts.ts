// How long a policy pack takes to start: until it serves, by the clock and by the
// processor. The engine starts packs before it starts the program.
import { readFileSync } from "node:fs";
import { packNames, startPack } from "../test/policies/packs";

/** Of Linux, the same everywhere since long. */
const TICKS_PER_SECOND = 100;

export interface PackStart {
    pack: string;
    seconds: number[];
    cpuSeconds: number[];
}

export async function packStarts(rounds: number): Promise<PackStart[]> {
    const starts: PackStart[] = [];
    for (const pack of packNames) {
        // The first one may have to bundle it.
        await (await startPack(pack)).stop();
        const start: PackStart = { pack, seconds: [], cpuSeconds: [] };
        for (let i = 0; i < rounds; i++) {
            const begun = performance.now();
            const started = await startPack(pack);
            start.seconds.push((performance.now() - begun) / 1000);
            start.cpuSeconds.push(cpuSeconds(started.process.pid ?? 0));
            await started.stop();
        }
        starts.push(start);
    }
    return starts;
}

/** User and system time of a process so far: fields 14 and 15 of its stat, counted after its name. */
function cpuSeconds(pid: number): number {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
