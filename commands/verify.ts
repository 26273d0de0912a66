// `make verify`: the visibility check once more, on demand; `up` without changes
// does not repeat it. It goes through the engine, so that the outputs hold the
// fresh evidence and the policies judge it.
import { UserError } from "../embedded/steps";
import { describeEvidence, evidenceOf } from "./evidence";
import { openStack, policyArguments } from "./stack";
import { stackOutputs, stateResources } from "./state";

export async function verify(): Promise<void> {
    const stack = await openStack("cluster");
    const check = (await stateResources(stack)).find(
        ({ urn, type }) => type === "kubernetes:core/v1:Pod" && urn.includes("index:VisibilityCheck$"),
    );
    if (!check) {
        throw new UserError(`the stack ${stack.environment.name} has no visibility check yet: run \`make up\` first`);
    }
    const before = evidenceOf(await stackOutputs(stack));
    await stack.show([
        "up",
        "--yes",
        "--skip-preview",
        "--suppress-outputs",
        "--suppress-progress",
        "--replace",
        check.urn,
        ...policyArguments,
    ]);
    const evidence = evidenceOf(await stackOutputs(stack));
    if (!evidence || evidence.checkedAt === before?.checkedAt) {
        throw new UserError("the check left no fresh evidence in the stack's outputs");
    }
    process.stdout.write(`\n${describeEvidence(evidence)}`);
}
