// `make status`: the cluster and the stack on one screen.
import { clusterNames, clusterStatus, formatStatus } from "../embedded/cluster";
import { chosenCluster } from "./environment";
import { describeEvidence, evidenceOf } from "./evidence";
import { openStack, stackOutputs, stateResources } from "./stack";

export async function status(): Promise<void> {
    const stack = await openStack("state");
    if (stack.environment.context === undefined) {
        const name = chosenCluster();
        const exists = (await clusterNames()).includes(name);
        process.stdout.write(
            exists
                ? `${formatStatus(await clusterStatus(name))}\n`
                : `cluster ${name}: not made yet; \`make up\` makes it\n`,
        );
    } else {
        process.stdout.write(`cluster: context ${stack.environment.context}\n\n`);
    }
    const resources = await stateResources(stack);
    const objects = resources.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
    process.stdout.write(`stack ${stack.environment.name}: ${objects.length} Kubernetes objects\n`);
    const evidence = evidenceOf(await stackOutputs(stack));
    process.stdout.write(evidence ? describeEvidence(evidence) : "  no evidence yet: run `make up`\n");
}
