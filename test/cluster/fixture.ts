// One embedded cluster for all tests that share one, beside the user's own: made
// before the first test, deleted after the last, also when they fail. instance.ts
// has those that a file has for itself.

import { stopEngineWhenUnused } from "../../commands/down";
import { clusterDelete, clusterNames, clusterUp } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { prepareHost } from "../../embedded/host";
import { allDone } from "../../embedded/steps";
import { toolchain } from "../../embedded/toolchain";
import { sharedCluster } from "./instance";

// Tests read it when they are loaded, which is before the cluster is up.
process.env.TEST_KUBECONFIG = clusterFolder(sharedCluster).kubeconfig;

let cleaning: Promise<void> | undefined;
/** The shared cluster goes, and those of files that were cut off. */
function cleanUp(): Promise<void> {
    cleaning ??= (async () => {
        const ours = (await clusterNames()).filter(
            (name) => name === sharedCluster || name.startsWith(`${sharedCluster}-`),
        );
        await Promise.all(ours.map(clusterDelete));
        await stopEngineWhenUnused();
    })();
    return cleaning;
}

export async function mochaGlobalSetup(): Promise<void> {
    // At ctrl-C mocha ends its processes without a teardown, and itself by a second signal.
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.on(name, () => void cleanUp().finally(() => process.exit(130)));
    }
    await prepareHost();
    // What has to be built for the one goes on beside what has to be built for the other.
    await allDone([clusterUp(sharedCluster), toolchain()]);
}

export const mochaGlobalTeardown = cleanUp;
