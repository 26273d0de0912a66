// The root folder of a node's kernel. Whoever is root in a node can make its
// kernel open any file by name (hostfs); with a root folder of its own, in which
// there is nothing but what the node needs, there is nothing else to open. The
// mounts are in the supervisor's own mount namespace and vanish with it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../run";
import { CAGE, type Programs } from "../commands";
import { CHANGES, type NodeFolder } from "../folder";

/** In memory, and seen by nobody else: mounted by mountMemory(). */
const MEMORY = "/dev/shm";

/** Before the first cage is made. The nodes' memory is here, as much as they use of it. */
export async function mountMemory(): Promise<void> {
    await run("mount", ["-t", "tmpfs", "-o", "mode=0700,size=100%", "tmpfs", MEMORY]);
}

/** Made anew for each boot: what a killed kernel left must not be found by the next. */
export async function makeCage(programs: Programs, node: string, folder: NodeFolder): Promise<string> {
    const cage = await mkdtemp(join(MEMORY, `${node}-`));
    await rm(join(folder.disks, CHANGES), { force: true });
    const at = (...parts: string[]): string => join(cage, ...parts);
    for (const name of [CAGE.scratch, CAGE.disks, CAGE.host, dirname(CAGE.rootDisk), "dev"]) await mkdir(at(name));
    for (const name of [CAGE.kernel, CAGE.rootDisk, "dev/null", "dev/random"]) await writeFile(at(name), "");
    // So that the cage is one thing to unmount.
    await mount(cage, cage);
    await mount(programs.kernel, at(CAGE.kernel), "ro");
    await mount(programs.disk, at(CAGE.rootDisk), "ro");
    await mount(folder.disks, at(CAGE.disks));
    await mount(folder.host, at(CAGE.host), "ro");
    await mount(folder.logs, at(CAGE.host, "logs"));
    await mount(programs.kubernetes, at(CAGE.host, "kubernetes"), "ro");
    for (const device of ["null", "random"]) await mount(`/dev/${device}`, at("dev", device));
    return cage;
}

/** Nothing in it is deleted: it shows files that are to stay. */
export async function leaveCage(cage: string): Promise<void> {
    await run("umount", ["--recursive", "--lazy", cage]);
}

async function mount(what: string, where: string, access: "ro" | "rw" = "rw"): Promise<void> {
    await run("mount", ["--bind", what, where]);
    if (access === "rw") return;
    // With what it has already, which root of a namespace only may not take away.
    const has = (await run("findmnt", ["-no", "VFS-OPTIONS", "-T", where])).trim();
    await run("mount", ["-o", `remount,bind,${has},ro`, where]);
}
