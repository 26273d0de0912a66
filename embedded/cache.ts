// Things that are built once: each in a folder of the cache directory whose
// name is a hash of all it was built from, complete as soon as it exists.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { minutesLeft, type Work } from "./forecast";
import { cacheDirectory } from "./paths";
import { type Progress, step } from "./steps";

export interface Recipe {
    /** Names the folder: letters, digits and hyphens. */
    name: string;
    /** Shown while it is built, such as "Build the kernel of the nodes". */
    title: string;
    /** Processor time that building it took where it was measured, if that is minutes. @default not in the forecast */
    seconds?: number;
    /** Everything that the result depends on: texts, versions, paths of other built things. */
    inputs: readonly (string | Buffer)[];
    /** Builds into an empty folder; long output goes to `log`, a file that is kept when it fails. */
    build(into: string, progress: Progress, log: string): Promise<void>;
}

/** The folder that a recipe is, or will be, built in. */
export function builtPath(recipe: Pick<Recipe, "name" | "inputs">): string {
    const hash = createHash("sha256");
    for (const input of recipe.inputs) {
        hash.update(`${Buffer.byteLength(input)}:`).update(input);
    }
    return join(cacheDirectory(), "built", `${recipe.name}-${hash.digest("hex").slice(0, 16)}`);
}

const building = new Map<string, Promise<string>>();

/** What takes minutes and is built, or will be, by this process. */
const works = new Map<string, Work>();
let begun = 0;

/** Makes what is built later count in what is said of the time that is left. */
export function willBuild(recipe: Recipe): void {
    const path = builtPath(recipe);
    if (recipe.seconds === undefined || works.has(path) || existsSync(path)) return;
    if (works.size === 0) begun = performance.now();
    works.set(path, { seconds: recipe.seconds, share: 0 });
}

/** With the time that is left of everything that takes minutes. */
function forecasting(progress: Progress, path: string): Progress {
    const work = works.get(path);
    if (work === undefined) return progress;
    return (text, share = work.share) => {
        work.share = share;
        const minutes = minutesLeft([...works.values()], (performance.now() - begun) / 1000, availableParallelism());
        progress(`${text}; everything takes about ${minutes} min more`);
    };
}

/** Builds it unless that was done before; all who want the same thing, also in other processes, build it once. */
export async function built(recipe: Recipe): Promise<string> {
    const path = builtPath(recipe);
    if (existsSync(path)) return path;
    willBuild(recipe);
    const going = building.get(path) ?? build(recipe, path).finally(() => building.delete(path));
    building.set(path, going);
    return going;
}

function build(recipe: Recipe, path: string): Promise<string> {
    return step(recipe.title, async (progress) => {
        await mkdir(join(cacheDirectory(), "built"), { recursive: true });
        await mkdir(join(cacheDirectory(), "logs"), { recursive: true });
        const unlock = await lock(`${path}.lock`, progress);
        try {
            if (existsSync(path)) return path;
            const partial = `${path}.partial`;
            const log = join(cacheDirectory(), "logs", `${recipe.name}.log`);
            await rm(partial, { recursive: true, force: true });
            await rm(log, { force: true });
            await mkdir(partial);
            await recipe.build(partial, forecasting(progress, path), log);
            await rename(partial, path);
            works.set(path, { seconds: recipe.seconds ?? 0, share: 1 });
            return path;
        } finally {
            await unlock();
        }
    });
}

/** A process by its id and when it started, because ids are used again. One that only waits to be reaped is gone. */
export async function processIdentity(pid: number): Promise<string | undefined> {
    try {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        // The name, in parentheses, may hold spaces; the start time is the 20th field after it (proc(5)).
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return fields[0] === "Z" ? undefined : `${pid} ${fields[19]}`;
    } catch {
        return undefined;
    }
}

/**
 * Waits until the lock is ours; one left by a process that is gone is taken over. The lock is a link whose text is the
 * owner: it is there with its text or not at all, whenever its owner is killed.
 */
export async function lock(file: string, progress: Progress): Promise<() => Promise<void>> {
    const mine = (await processIdentity(process.pid)) ?? String(process.pid);
    for (;;) {
        try {
            await symlink(mine, file);
            return () => rm(file, { force: true });
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
        const owner = await ownerOf(file);
        if (owner === undefined) continue;
        const [pid = ""] = owner.split(" ");
        if ((await processIdentity(Number(pid))) !== owner) {
            await rm(file, { force: true });
            continue;
        }
        progress(`waiting for process ${pid}, which works on the same`);
        await pause(500);
    }
}

/** Undefined when the lock has just been given back. */
async function ownerOf(file: string): Promise<string | undefined> {
    try {
        return await readlink(file);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}
