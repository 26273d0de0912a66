// What a program and all that it has started have taken of the processor, by
// part. Pure but for the last function, which looks at /proc.
import { readdir, readFile } from "node:fs/promises";

/** Of Linux, the same everywhere since long. */
const TICKS_PER_SECOND = 100;

export interface ProcessTime {
    pid: number;
    parent: number;
    /** Of the processor, by itself and by children that have ended. */
    seconds: number;
}

/** From the text of /proc/PID/stat, proc(5). */
export function timeIn(stat: string): ProcessTime {
    // The name stands in parentheses, and may have some itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}

/**
 * Processor time of all that descends from `root`, itself included, summed up by part.
 * @param partOf what a process begins, with its descendants; undefined: it belongs to its parent's part
 */
export function timesOf(
    processes: readonly ProcessTime[],
    root: number,
    partOf: (pid: number) => string | undefined,
): Map<string, number> {
    const children = new Map<number, ProcessTime[]>();
    for (const one of processes) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
    const times = new Map<string, number>();
    const add = ({ pid, seconds }: ProcessTime, inherited: string): void => {
        const part = partOf(pid) ?? inherited;
        times.set(part, (times.get(part) ?? 0) + seconds);
        for (const child of children.get(pid) ?? []) add(child, part);
    };
    const first = processes.find(({ pid }) => pid === root);
    if (first) add(first, "");
    return times;
}

export async function allProcesses(): Promise<ProcessTime[]> {
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
    const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
    return stats.filter((stat) => stat !== "").map(timeIn);
}
