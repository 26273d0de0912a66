// `make outputs`: the stack's outputs as JSON on stdout, and nothing else.
import { openStack, stackOutputs } from "./stack";

export async function outputs(): Promise<void> {
    const stack = await openStack("state");
    process.stdout.write(`${JSON.stringify(await stackOutputs(stack), null, 2)}\n`);
}
