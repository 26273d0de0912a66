// What Pulumi knows of a stack: its state and its outputs, as the CLI gives them.

/** Runs the CLI on a stack and gives what it prints; stack.ts has such. */
export interface Readable {
    read(args: readonly string[]): Promise<string>;
}

/** A resource of the stack's state, as far as commands look at it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    custom: boolean;
    /** Only read: it belongs to somebody else, and stays when the stack goes. */
    external?: boolean;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

export interface Deployment {
    readonly resources?: readonly StateResource[];
    /** What was begun, and not ended, by a CLI that was killed. */
    readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
}

/** Nothing before its first `up`. */
export async function deploymentOf(stack: Readable): Promise<Deployment> {
    return (JSON.parse(await stack.read(["stack", "export"])) as { deployment?: Deployment }).deployment ?? {};
}

/** What the stack holds now. */
export const stateResources = async (stack: Readable): Promise<readonly StateResource[]> =>
    (await deploymentOf(stack)).resources ?? [];

/** The stack's outputs; an empty object before its first `up`. */
export async function stackOutputs(stack: Readable): Promise<Record<string, unknown>> {
    return JSON.parse(await stack.read(["stack", "output", "--json"])) as Record<string, unknown>;
}
