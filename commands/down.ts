// `make down`: the stack destroyed in reverse order, then a look at what could
// be left (objects, NFS mounts on nodes), then the embedded cluster stopped.
import { clusterNames, clusterRuns, clusterStop, kubectlProgram } from "../embedded/cluster";
import { engineStop } from "../embedded/engine";
import { step, UserError } from "../embedded/steps";
import { chosenCluster, chosenEnvironment } from "./environment";
import { objectOf, reclaimed, stillThere } from "./kubernetes";
import { describeMount, nfsMounts, releaseDeadMounts } from "./mounts";
import { existingStack, openStack } from "./stack";
import { stateResources } from "./state";

export async function down(): Promise<void> {
    const idle = await existingStack("running");
    const resources = idle ? await stateResources(idle) : [];
    if (idle && (resources.length > 0 || idle.isUnfinished())) {
        const stack = idle.cluster || idle.environment.context !== undefined ? idle : await openStack("cluster");
        const consent = stack.environment.context === undefined ? ["--yes", "--skip-preview"] : [];
        const { cluster } = stack;
        if (cluster) await releaseDeadMounts(cluster.name, cluster.nodes);
        await stack.show(["destroy", ...consent]);
        if (cluster) {
            const objects = resources.map(objectOf).filter((object) => object !== undefined);
            await step("Look for objects and NFS mounts left behind", async () => {
                const kubectl = [...(await kubectlProgram()), "--kubeconfig", cluster.kubeconfig];
                const mounts = await nfsMounts(cluster.name, cluster.nodes);
                const made = [...objects, ...(await reclaimed(kubectl, objects))];
                const left = [...(await stillThere(kubectl, made)), ...mounts.map(describeMount)];
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

/** One engine serves all clusters of a user: it goes when the last of them has stopped. */
export async function stopEngineWhenUnused(): Promise<void> {
    const running = await Promise.all((await clusterNames()).map((name) => clusterRuns(name)));
    if (!running.includes(true)) await engineStop();
}
