// What the components of a cluster take of the machine's memory and disk, looked
// up when somebody asks.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Usage } from "../status";

export interface Taker {
    name: string;
    pid: number | undefined;
    /** What it keeps on disk. */
    folders: readonly string[];
}

export async function usageOf(takers: readonly Taker[]): Promise<Record<string, Usage>> {
    const entries = takers.map(async ({ name, pid, folders }): Promise<[string, Usage]> => {
        const memory =
            pid === undefined ? undefined : memoryIn(await readFile(`/proc/${pid}/status`, "utf8").catch(() => ""));
        const sizes = await Promise.all(folders.map(diskBytes));
        const disk = sizes.reduce((sum, size) => sum + size, 0);
        return [name, { ...(memory !== undefined && { memory }), ...(folders.length > 0 && { disk }) }];
    });
    return Object.fromEntries(await Promise.all(entries));
}

/**
 * From the text of /proc/PID/status: what would be free without it. Programs that others run, too, are not counted; of
 * a node's kernel the memory of the node is, a file that it shares with the node's processes.
 */
export function memoryIn(status: string): number | undefined {
    const kilobytes = ["RssAnon", "RssShmem"].map(
        (name) => new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1],
    );
    if (kilobytes.includes(undefined)) return undefined;
    return kilobytes.reduce((sum, value) => sum + Number(value), 0) * 1024;
}

/** What is allocated, not how large the files seem: disks are sparse. */
async function diskBytes(path: string): Promise<number> {
    const found = await stat(path).catch(() => undefined); // it may have gone meanwhile
    if (!found) return 0;
    if (!found.isDirectory()) return found.blocks * 512;
    const names = await readdir(path).catch(() => []);
    const sizes = await Promise.all(names.map((name) => diskBytes(join(path, name))));
    return sizes.reduce((sum, size) => sum + size, found.blocks * 512);
}
