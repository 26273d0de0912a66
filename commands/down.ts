// `make down`: the stack destroyed in reverse order, then a look at what could
// be left (objects, NFS mounts on nodes), then the embedded cluster stopped.
import { clusterNames, clusterRuns, clusterStop, kubectlProgram, nodeCommand } from "../embedded/cluster";
import { engineStop } from "../embedded/engine";
import { step, UserError } from "../embedded/steps";
import { chosenCluster, chosenEnvironment } from "./environment";
import { objectOf, stillThere } from "./kubernetes";
import { existingStack, openStack, stateResources } from "./stack";

export async function down(): Promise<void> {
    const idle = await existingStack("running");
    const resources = idle ? await stateResources(idle) : [];
    if (idle && resources.length > 0) {
        const stack = idle.cluster || idle.environment.context !== undefined ? idle : await openStack("cluster");
        const consent = stack.environment.context === undefined ? ["--yes", "--skip-preview"] : [];
        await stack.show(["destroy", ...consent]);
        const { cluster } = stack;
        if (cluster) {
            const objects = resources.map(objectOf).filter((object) => object !== undefined);
            await step("Look for objects and NFS mounts left behind", async () => {
                const kubectl = [...(await kubectlProgram()), "--kubeconfig", cluster.kubeconfig];
                const left = [
                    ...(await stillThere(kubectl, objects)),
                    ...(await nfsMounts(cluster.name, cluster.nodes)),
                ];
                if (left.length > 0) {
                    throw new UserError(
                        `the stack is destroyed but these are left: ${left.join("; ")}. The cluster is kept running so that you can look: make status`,
                    );
                }
            });
        }
    }
    if (chosenEnvironment().context === undefined) {
        await clusterStop(chosenCluster());
        await stopEngineWhenUnused();
    }
}

/** NFS mounts of all nodes, as "node: server:/path on /mount/point". */
export async function nfsMounts(cluster: string, nodes: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
        nodes.map(async (node) => {
            const mounts = await nodeCommand(cluster, node, ["cat", "/proc/mounts"]);
            return mounts
                .split("\n")
                .map((line) => line.split(" "))
                .filter(([, , type]) => type === "nfs" || type === "nfs4")
                .map(([what, where]) => `${node}: ${what} mounted on ${where}`);
        }),
    );
    return found.flat();
}

/** One engine serves all clusters of a user: it goes when the last of them has stopped. */
export async function stopEngineWhenUnused(): Promise<void> {
    const running = await Promise.all((await clusterNames()).map((name) => clusterRuns(name)));
    if (!running.includes(true)) await engineStop();
}
