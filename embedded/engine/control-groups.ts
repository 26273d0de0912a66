// Control groups outlive the processes that were in them: a killed engine
// leaves empty ones of its build steps, which are removed here.
import type { Dirent } from "node:fs";
import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** In every hierarchy: one folder in version 1, the root itself in version 2. */
export async function removeControlGroups(name: string, root = ROOT): Promise<void> {
    const hierarchies = [root, ...(await folders(root)).map((folder) => join(root, folder))];
    for (const hierarchy of hierarchies) await removeTree(join(hierarchy, name));
}

/** rmdir is all that can be done to a control group, from the innermost on. */
async function removeTree(group: string): Promise<void> {
    for (const inner of await folders(group)) await removeTree(join(group, inner));
    await rmdir(group).catch(() => {}); // not in this hierarchy, or still in use
}

async function folders(path: string): Promise<string[]> {
    const entries: Dirent[] = await readdir(path, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
