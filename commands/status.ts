// `make status`: the cluster and the stack on one screen.
import { clusterNames, clusterStatus, formatStatus } from "../embedded/cluster";
import { chosenCluster, chosenEnvironment } from "./environment";
import { describeEvidence, evidenceOf } from "./evidence";
import { objectOf } from "./kubernetes";
import { existingStack } from "./stack";
import { stackOutputs, stateResources } from "./state";

export async function status(): Promise<void> {
    const environment = chosenEnvironment();
    if (environment.context === undefined) {
        const name = chosenCluster();
        const exists = (await clusterNames()).includes(name);
        process.stdout.write(
            exists
                ? `${formatStatus(await clusterStatus(name))}\n\n`
                : `cluster ${name}: not made yet; \`make up\` makes it\n\n`,
        );
    } else {
        process.stdout.write(`cluster: context ${environment.context}\n\n`);
    }
    const stack = await existingStack("state");
    const resources = stack ? await stateResources(stack) : [];
    const objects = resources.filter((resource) => objectOf(resource) !== undefined);
    process.stdout.write(`stack ${environment.name}: ${objects.length} Kubernetes objects\n`);
    const evidence = stack && evidenceOf(await stackOutputs(stack));
    process.stdout.write(evidence ? describeEvidence(evidence) : "  no evidence yet: run `make up`\n");
}
