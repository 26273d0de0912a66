// Processes that tests watch: what a command has started, until all of it is gone.
import { readdir, readFile } from "node:fs/promises";

export interface Process {
    pid: number;
    /** Its arguments, by which it is known again: process ids are used more than once. */
    command: string;
}

const read = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/** What a process has started, and what that has started. */
export async function descendants(pid: number): Promise<Process[]> {
    // The kernel notes a child with the thread that made it, and a Go program has many.
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    const lists = await Promise.all(threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`)));
    const children = lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
    const here = await Promise.all(children.map(async (child) => ({ pid: child, command: await commandOf(child) })));
    return [...here, ...(await Promise.all(children.map(descendants))).flat()];
}

export const commandOf = (pid: number): Promise<string> => read(`/proc/${pid}/cmdline`);

export async function gone(processes: readonly Process[]): Promise<void> {
    for (const { pid, command } of processes) await until(async () => (await commandOf(pid)) !== command);
}

/** A step of a build that does not end by itself, and that nobody else's build has. */
export const LONG_STEP = `sleep ${1_000_000 + process.pid}`;

/** Whether an engine runs that step, in a container or, as BuildKit does, without one. */
export async function longStepRuns(): Promise<boolean> {
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const commands = await Promise.all(pids.map(commandOf));
    return commands.some((command) => command.replaceAll("\0", " ").includes(LONG_STEP));
}

/** Resolves when something that nobody announces has become true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
