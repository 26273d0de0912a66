// One embedded cluster for all tests that need one, beside the user's own: made
// before the first test, deleted after the last, also when they fail.

import { stopEngineWhenUnused } from "../../commands/down";
import { forgetStacks } from "../../commands/stack";
import { clusterDelete, clusterUp } from "../../embedded/cluster";
import { prepareHost } from "../../embedded/host";
import { testCluster } from "./instance";

export async function mochaGlobalSetup(): Promise<void> {
    await prepareHost();
    const access = await clusterUp(testCluster);
    process.env.TEST_KUBECONFIG = access.kubeconfig;
}

export async function mochaGlobalTeardown(): Promise<void> {
    await clusterDelete(testCluster);
    await forgetStacks(testCluster);
    await stopEngineWhenUnused();
}
