// What the nodes and the control plane of a cluster are made of. Each part is
// built once and kept in the cache.
import { buildTree, debianTree, helperRootfs, servicesTree } from "../../debian";
import { nodeDisk } from "./disk";
import { nodeKernel } from "./kernel";
import { kubernetes } from "./kubernetes";

export { kubernetes, nodeDisk, nodeKernel };

export interface Artifacts {
    /** Program: Kubernetes and etcd. */
    kubernetes: string;
    /** Program: the kernel of the nodes. */
    kernel: string;
    /** Image: the nodes' root disk. */
    disk: string;
    /** Tree with dockerd and docker-registry. */
    services: string;
    /** Folder with the files of the sandbox image. */
    helper: string;
}

/**
 * All of them, at most two at a time: the compilers use every processor by themselves, while the packages of Debian
 * are mostly waited for. A failure is reported when the other line has ended, so that what it builds is kept.
 */
export async function artifacts(): Promise<Artifacts> {
    const [fromDebian, fromGo] = await Promise.allSettled([debianParts(), kubernetes()]);
    if (fromDebian.status === "rejected") throw fromDebian.reason;
    if (fromGo.status === "rejected") throw fromGo.reason;
    return { ...fromDebian.value, kubernetes: fromGo.value };
}

async function debianParts(): Promise<Omit<Artifacts, "kubernetes">> {
    await debianTree();
    await buildTree();
    // The kernel last: if anything is wrong with packages here, the quick ones tell.
    const [disk, services, helper] = [await nodeDisk(), await servicesTree(), await helperRootfs()];
    return { disk, services, helper, kernel: await nodeKernel() };
}
