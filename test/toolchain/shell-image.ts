// An image with a shell for pods that really run, on the nodes of the embedded
// cluster that TEST_KUBECONFIG belongs to.
import { type ClusterAccess, clusterAccess, clusterNames } from "../../embedded/cluster";
import { testKubeconfig } from "./kubernetes-fixture";

async function testCluster(): Promise<ClusterAccess> {
    for (const name of await clusterNames()) {
        const access = await clusterAccess(name);
        if (access?.kubeconfig === testKubeconfig()) return access;
    }
    throw new Error(`TEST_KUBECONFIG (${testKubeconfig()}) must be the kubeconfig of a running embedded cluster`);
}

/** The one image that every embedded cluster has: that of its pods' sandboxes, with a shell in it. */
export async function shellImage(): Promise<string> {
    const { registry } = await testCluster();
    const authorization = `Basic ${Buffer.from(`${registry.username}:${registry.password}`).toString("base64")}`;
    const answer = await fetch(`http://${registry.server}/v2/embedded/sandbox/tags/list`, {
        headers: { authorization },
    });
    const { tags } = (await answer.json()) as { tags: string[] };
    return `${registry.server}/embedded/sandbox:${tags[0]}`;
}
