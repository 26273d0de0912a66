// The programs and disks of a cluster, built or fetched when they are missing.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { debianTree, helperRootfs, servicesTree } from "../debian";
import { nodeDisk } from "./build/disk";
import { nodeKernel } from "./build/kernel";
import { kubernetes } from "./build/kubernetes";
import type { Programs } from "./commands";

/** One after the other: each uses all processors and says how far it is. */
export async function programs(): Promise<Programs> {
    await debianTree();
    return {
        kubernetes: await kubernetes(),
        kernel: await nodeKernel(),
        disk: await nodeDisk(),
        services: await servicesTree(),
        helper: await helperRootfs(),
    };
}

/** The image that every pod's sandbox runs; its tag changes with what is in it. */
export async function sandboxImage(helper: string): Promise<{ repository: string; tag: string; entrypoint: string[] }> {
    const hash = createHash("sha256");
    for (const file of (await readdir(join(helper, "bin"))).sort()) {
        hash.update(file).update(await readFile(join(helper, "bin", file)));
    }
    return { repository: "embedded/sandbox", tag: hash.digest("hex").slice(0, 12), entrypoint: ["/bin/pause"] };
}
