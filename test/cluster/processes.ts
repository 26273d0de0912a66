// The processes of an embedded cluster, as this machine sees them: what tests
// kill, stop, and look for when nothing may be left.
import assert from "node:assert/strict";
import { readdir, readFile, readlink } from "node:fs/promises";
import { clusterFolder } from "../../embedded/cluster/folder";

/** Each that has anything in the folder open or on its command line, as "PID COMMAND". */
export async function processesOf(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir("/proc")).filter(
        (entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid,
    )) {
        const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
        const links = await readdir(`/proc/${pid}/fd`).catch(() => []);
        const open = await Promise.all(links.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
        if ([command, ...open].some((text) => text.includes(folder))) found.push(`${pid} ${command}`);
    }
    return found;
}

/** The kernel of a node, or a program of the control plane such as kube-apiserver. */
export async function processOf(cluster: string, component: string): Promise<number> {
    const form = component.startsWith("node-") ? new RegExp(`umid=${component} `) : new RegExp(` ${component} --`);
    const found = (await processesOf(clusterFolder(cluster).root)).find((line) => form.test(line));
    assert.ok(found, `${component} of cluster ${cluster} must run`);
    return Number(found.split(" ")[0]);
}
