// The CLI's locks of a file backend that is ours alone: one whose process was
// killed would stay for ever, and keep everybody out.
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { PROJECT } from "./environment";

/** As the CLI writes it (pkg/backend/diy/lock.go). */
export interface Lock {
    pid: number;
    hostname: string;
}

/** @param program what runs under that process id on this machine; undefined when nothing does */
export function isStale(lock: Lock, here: string, program: string | undefined): boolean {
    return lock.hostname === here && (program === undefined || !program.startsWith("pulumi"));
}

/** Deletes the locks of processes that are gone. */
export async function removeStaleLocks(backend: string, stack: string): Promise<void> {
    const folder = join(backend, ".pulumi/locks/organization", PROJECT, stack);
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
        const file = join(folder, name);
        const lock = await readLock(file);
        if (!lock) continue;
        const program = await readFile(`/proc/${lock.pid}/comm`, "utf8").catch(() => undefined);
        if (isStale(lock, hostname(), program)) await rm(file, { force: true });
    }
}

/** Undefined when it is no lock as we know them, or gone meanwhile: then it is the CLI's business. */
async function readLock(file: string): Promise<Lock | undefined> {
    try {
        const { pid, hostname } = JSON.parse(await readFile(file, "utf8")) as Partial<Lock>;
        return typeof pid === "number" && typeof hostname === "string" ? { pid, hostname } : undefined;
    } catch {
        return undefined;
    }
}
