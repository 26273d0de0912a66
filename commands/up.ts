// `make up`: everything set up, the stack deployed, its evidence shown.
import { UserError } from "../embedded/steps";
import { describeEvidence, evidenceOf } from "./evidence";
import { openStack, policyArguments } from "./stack";
import { stackOutputs } from "./state";

export async function up(): Promise<void> {
    const stack = await openStack("cluster");
    // Of an embedded lab nothing can be lost, so nobody is asked; a cluster of one's own is previewed first.
    const consent =
        stack.environment.context === undefined
            ? ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress"]
            : [];
    // What was changed in the cluster since, by hand or by an accident, is seen, and put right.
    await stack.show(["up", "--refresh", ...consent, ...policyArguments]);
    const evidence = evidenceOf(await stackOutputs(stack));
    if (!evidence) {
        throw new UserError("the stack has no evidence in its outputs: run `make verify`");
    }
    process.stdout.write(`\nData written on one node and read on another:\n${describeEvidence(evidence)}`);
    process.stdout.write("\nNext: make open (the reader's page), make verify, make status, make down\n");
}
