// Why something of the stack did not come up, in the words of the cluster. A
// plugin says that a pod was not ready in time; the reason is in the pod's
// termination message, its events or its log. Pulumi's engine calls an error hook
// when an operation failed, and what the hook finds is an error beside that one.
import { ErrorHook, log, mergeOptions, runtime } from "@pulumi/pulumi";
import { type ClusterChoice, connect } from "../kube-api";
import { causes } from "./causes";
import { readPods } from "./read";

export { warnOfGrowth } from "./growth";

/** What has pods. */
const WORKLOADS = new Set([
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:Pod",
]);

/**
 * From now on, for every resource of the stack that has pods.
 * @param namespaces of the stack's, whose pods depend on each other
 */
export function explainFailures(cluster: ClusterChoice, namespaces: readonly string[]): void {
    const hook = new ErrorHook("explain", async ({ failedOperation }) => {
        if (failedOperation !== "delete") await explain(cluster, namespaces);
        // Whether to do it again is not ours to say.
        return false;
    });
    runtime.registerStackTransformation(({ type, props, opts }) =>
        WORKLOADS.has(type) ? { props, opts: mergeOptions(opts, { hooks: { onError: [hook] } }) } : undefined,
    );
}

/** What is not known is left out: the plugin's own error is there in any case. */
async function explain(cluster: ClusterChoice, namespaces: readonly string[]): Promise<void> {
    try {
        const { pods, events, logs } = await readPods(await connect(cluster), namespaces);
        const lines = causes(pods, events, logs);
        if (lines.length === 0) return;
        await log.error(
            `the cluster says why; the first is most likely the cause of the rest:\n  ${lines.join("\n  ")}`,
        );
    } catch (error) {
        await log.info(`why it failed could not be read from the cluster: ${(error as Error).message}`);
    }
}
