// `make outputs`: the stack's outputs as JSON on stdout, and nothing else.
import { existingStack } from "./stack";
import { stackOutputs } from "./state";

export async function outputs(): Promise<void> {
    const stack = await existingStack("state");
    process.stdout.write(`${JSON.stringify(stack ? await stackOutputs(stack) : {}, null, 2)}\n`);
}
