// What a CLI that was killed leaves behind, on a file backend that is ours
// alone: its lock, which would keep everybody out for ever, and plugins, which
// go on waiting for the cluster for up to five minutes.
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { sendSignal } from "../embedded/signal";
import { PROJECT } from "./environment";

/** Of the stacks in that folder: the CLI and its plugins are told of it in their environment, which tells them from others'. */
export const passphraseFile = (home: string): string => join(home, "passphrase");
export const PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE";

/** As the CLI writes it (pkg/backend/diy/lock.go). */
export interface Lock {
    pid: number;
    hostname: string;
}

/** @param program what runs under that process id on this machine; undefined when nothing does */
export function isStale(lock: Lock, here: string, program: string | undefined): boolean {
    return lock.hostname === here && (program === undefined || !program.startsWith("pulumi"));
}

/** Ends the plugins of CLIs that are gone, and deletes their locks. */
export async function removeLeftovers(home: string, stack: string): Promise<void> {
    await endOrphans(passphraseFile(home));
    const folder = join(home, "backend/.pulumi/locks/organization", PROJECT, stack);
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((one) => !one.endsWith(ATTRIBUTES))) {
        const file = join(folder, name);
        const lock = await readLock(file);
        if (!lock || !isStale(lock, hostname(), await programOf(lock.pid))) continue;
        await rm(file, { force: true });
    }
    const held = new Set(await readdir(folder).catch(() => []));
    for (const name of held) {
        if (name.endsWith(ATTRIBUTES) && !held.has(name.slice(0, -ATTRIBUTES.length)))
            await rm(join(folder, name), { force: true });
    }
}

/** Beside each file of a backend, of the library that writes it. */
const ATTRIBUTES = ".attrs";

const programOf = (pid: number | string): Promise<string | undefined> =>
    readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);

/** Plugins of these stacks whose parent is no CLI any more. They hold nothing: what they began is in the state as begun. */
async function endOrphans(passphrase: string): Promise<void> {
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
        if (!(await programOf(pid))?.startsWith("pulumi-")) continue;
        const [environment, status] = await Promise.all(
            ["environ", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
        );
        const isOurs = environment?.split("\0").includes(`${PASSPHRASE_FILE}=${passphrase}`);
        const parent = /^PPid:\t(\d+)$/m.exec(status ?? "")?.[1];
        if (!isOurs || parent === undefined || (await programOf(parent))?.startsWith("pulumi")) continue;
        sendSignal(Number(pid), "SIGKILL");
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
