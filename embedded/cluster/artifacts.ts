// The programs and disks of a cluster, built or fetched when they are missing.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { helperRootfs, servicesTree } from "../debian";
import { allDone } from "../steps";
import { nodeDisk } from "./build/disk";
import { nodeKernel, willBuildKernel } from "./build/kernel";
import { kubernetes } from "./build/kubernetes";
import type { Programs } from "./commands";

/**
 * In two lines: the compilers of one use the processors while the other waits for the network, unpacks or links. The
 * kernel comes last, so that if anything is wrong with Debian's packages here, the quick parts tell.
 */
export async function programs(): Promise<Programs> {
    willBuildKernel();
    const [fromGo, fromDebian] = await allDone([kubernetes(), debianParts()]);
    return { kubernetes: fromGo, ...fromDebian };
}

async function debianParts(): Promise<Omit<Programs, "kubernetes">> {
    return {
        services: await servicesTree(),
        disk: await nodeDisk(),
        helper: await helperRootfs(),
        kernel: await nodeKernel(),
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
