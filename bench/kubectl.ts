// kubectl on the cluster of a stack.
import type { Stack } from "../commands/stack";
import { kubectlProgram } from "../embedded/cluster";
import { run } from "../embedded/run";

/** What it prints; objects are its input. */
export type Kubectl = (args: readonly string[], objects?: readonly object[]) => Promise<string>;

/** The program, and what comes before other arguments. */
export async function kubectlCommand(stack: Stack): Promise<[program: string, ...args: string[]]> {
    const [program = "", ...first] = await kubectlProgram();
    return [program, ...first, "--kubeconfig", stack.cluster?.kubeconfig ?? ""];
}

export async function kubectlOn(stack: Stack): Promise<Kubectl> {
    const [program, ...first] = await kubectlCommand(stack);
    return (args, objects) =>
        run(program, [...first, ...args], {
            ...(objects && { input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }) }),
        });
}
