// NFS mounts on the nodes of the embedded cluster: what is there, and letting
// go of those whose server is gone.
import { clusterAccess, nodeCommand } from "../embedded/cluster";
import { step } from "../embedded/steps";

export interface Mount {
    node: string;
    /** server:/path */
    what: string;
    where: string;
}

/** A server that restarts answers again within this time, its grace included. */
const SERVER_PATIENCE_SECONDS = 20;

/** Of the text of /proc/mounts. */
export function nfsMountsOf(node: string, text: string): Mount[] {
    return text
        .split("\n")
        .map((line) => line.split(" "))
        .filter(([, , type]) => type === "nfs" || type === "nfs4")
        .map(([what = "", where = ""]) => ({ node, what, where }));
}

export const describeMount = ({ node, what, where }: Mount): string => `${node}: ${what} mounted on ${where}`;

export async function nfsMounts(cluster: string, nodes: readonly string[]): Promise<Mount[]> {
    const found = await Promise.all(
        nodes.map(async (node) => nfsMountsOf(node, await asked(cluster, node, ["cat", "/proc/mounts"]))),
    );
    return found.flat();
}

/** A node that is just being started again is waited for. */
async function asked(cluster: string, node: string, argv: readonly string[]): Promise<string> {
    try {
        return await nodeCommand(cluster, node, argv);
    } catch (error) {
        if ((await clusterAccess(cluster)) === undefined) throw error;
        return nodeCommand(cluster, node, argv);
    }
}

/**
 * A kubelet waits for ever at a hard mount whose server does not come back, and the pods that have it never go. Where the
 * stack is destroyed anyway, what was not written yet is given up, and the mount with it.
 */
export async function releaseDeadMounts(cluster: string, nodes: readonly string[]): Promise<void> {
    const mounts = await nfsMounts(cluster, nodes);
    const answers = await Promise.all(mounts.map((mount) => isAnswered(cluster, mount)));
    const dead = mounts.filter((_, index) => !answers[index]);
    if (dead.length === 0) return;
    await step(`Let go of ${dead.length} NFS mounts whose server does not answer`, async (progress) => {
        for (const mount of dead) {
            progress(describeMount(mount));
            await nodeCommand(cluster, mount.node, ["umount", "-f", "-l", mount.where]);
        }
    });
}

/** Asked in a process of its own, which a signal ends however long the server is silent. */
async function isAnswered(cluster: string, { node, where }: Mount): Promise<boolean> {
    const ask = ["timeout", "--signal=KILL", String(SERVER_PATIENCE_SECONDS), "stat", "--file-system", where];
    return nodeCommand(cluster, node, ask).then(
        () => true,
        () => false,
    );
}
