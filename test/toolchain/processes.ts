// Processes that tests watch: what a command has started, until all of it is gone.
import { readdir, readFile } from "node:fs/promises";
import type { Engine } from "../../embedded/engine/api";

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

const commandOf = (pid: number): Promise<string> => read(`/proc/${pid}/cmdline`);

export async function gone(processes: readonly Process[]): Promise<void> {
    for (const { pid, command } of processes) await until(async () => (await commandOf(pid)) !== command);
}

/** Whether the engine, which other builds use too, runs a build's step with this command. */
export async function stepRuns(engine: Engine, command: string): Promise<boolean> {
    const running = (await engine.json("/containers/json")) as { Command: string }[];
    return running.some(({ Command }) => Command.includes(command));
}

/** Resolves when something that nobody announces has become true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
