// One embedded cluster for all tests that need one, beside the user's own: made
// before the first test, deleted after the last, also when they fail.

import { stopEngineWhenUnused } from "../../commands/down";
import { forgetStacks } from "../../commands/stack";
import { clusterDelete, clusterUp } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { prepareHost } from "../../embedded/host";
import { allDone } from "../../embedded/steps";
import { toolchain } from "../../embedded/toolchain";
import { testCluster } from "./instance";

// Tests read it when they are loaded, which is before the cluster is up.
process.env.TEST_KUBECONFIG = clusterFolder(testCluster).kubeconfig;

export async function mochaGlobalSetup(): Promise<void> {
    await prepareHost();
    // What has to be built for the one goes on beside what has to be built for the other.
    await allDone([clusterUp(testCluster), toolchain()]);
}

export async function mochaGlobalTeardown(): Promise<void> {
    await clusterDelete(testCluster);
    await forgetStacks(testCluster);
    await stopEngineWhenUnused();
}
