// One embedded cluster for all tests that share one, beside the user's own: made
// before the first test, deleted after the last, also when they fail. instance.ts
// has those that a file has for itself.

import { stopEngineWhenUnused } from "../../commands/down";
import { forgetStacks } from "../../commands/stack";
import { clusterDelete, clusterUp } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { prepareHost } from "../../embedded/host";
import { allDone } from "../../embedded/steps";
import { toolchain } from "../../embedded/toolchain";
import { sharedCluster } from "./instance";

// Tests read it when they are loaded, which is before the cluster is up.
process.env.TEST_KUBECONFIG = clusterFolder(sharedCluster).kubeconfig;

export async function mochaGlobalSetup(): Promise<void> {
    await prepareHost();
    // What has to be built for the one goes on beside what has to be built for the other.
    await allDone([clusterUp(sharedCluster), toolchain()]);
}

export async function mochaGlobalTeardown(): Promise<void> {
    await clusterDelete(sharedCluster);
    await forgetStacks(sharedCluster);
    await stopEngineWhenUnused();
}
