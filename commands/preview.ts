// `make preview`: what `make up` would change, with the policies enforced.
import { openStack, policyArguments } from "./stack";

export async function preview(): Promise<void> {
    const stack = await openStack("cluster");
    await stack.show(["preview", ...policyArguments]);
}
