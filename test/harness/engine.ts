// A small engine for tests: runs a Pulumi program on Pulumi's own run-time,
// against a monitor in this process (monitor.ts) that keeps every registration
// with its parent, dependencies and options, which the SDK's mocks do not show.
// What follows from the registrations is in graph.ts.
import { log, runtime } from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { Monitor, type Outputs, type RegisteredResource } from "./monitor";
import { type Plain, secretPaths } from "./wire";

export { deletionOrder, type Placed, tree } from "./graph";
export type { Outputs, RegisteredOptions, RegisteredResource } from "./monitor";
export { type Plain, UNKNOWN } from "./wire";

export interface ProvisionOptions {
    /** A preview: ids and outputs that nobody gave are unknown. @default false */
    preview?: boolean;
    /** @default "project" */
    project?: string;
    /** @default "stack" */
    stack?: string;
    /** @default "organization", as with a file backend */
    organization?: string;
    /** By full key, such as `nfs-storage-stack:readers`; what is not a string is given as JSON, as the engine does. */
    config?: Record<string, unknown>;
    /** Keys of `config` that are secret. */
    secretConfig?: string[];
    /** See Outputs. @default the inputs, with the resource's name as its id */
    outputs?: Outputs;
}

export interface Provisioned {
    /** In the order of registration; the first is the stack itself. */
    resources: RegisteredResource[];
    /** The stack's. */
    outputs: Plain;
    /** Names of the stack's outputs that are, or hold, secrets. */
    secretOutputs: string[];
}

/** The SDK's own way of running one program after another in one process (its Automation API does so). */
const { withLocalStorage } = state as unknown as { withLocalStorage<T>(run: () => Promise<T>): Promise<T> };

let running = false;

/**
 * Runs a program to its end. Rejects with what the program failed with, also when it failed in a promise that
 * nobody waits for. One at a time, because the process tells about such promises, not the program.
 */
export async function provision(program: () => unknown, options: ProvisionOptions = {}): Promise<Provisioned> {
    if (running) throw new Error("another program is being provisioned, or one never ended; wait for it first");
    running = true;
    const failures = collectFailures();
    try {
        return await withLocalStorage(() => inOwnStore(program, options, failures));
    } finally {
        failures.stop();
        running = false;
    }
}

async function inOwnStore(program: () => unknown, options: ProvisionOptions, failures: Failures): Promise<Provisioned> {
    const { project = "project", stack = "stack", preview = false, organization = "organization" } = options;
    const monitor = new Monitor(project, stack, preview, options.outputs ?? (() => undefined));
    runtime.setMockOptions(monitor, project, stack, preview, organization);
    runtime.setAllConfig(texts(options.config ?? {}), options.secretConfig ?? []);
    const ended = runtime.runInPulumiStack(async () => program()).then(() => runtime.disconnect());
    // Where one resource failed, those that need it wait for ever: a failure ends the program, as it does for real.
    await Promise.race([ended.catch(failures.add), failures.first]);
    await turns();
    failures.throw();
    if (log.hasErrors()) throw new Error("the program logged an error, which fails a deployment");
    const root = monitor.resources.find((resource) => resource.type === runtime.rootPulumiStackTypeName);
    return {
        resources: monitor.resources,
        outputs: root?.outputs ?? {},
        secretOutputs: [...new Set(secretPaths(root?.wire.outputs).map((path) => path.split(".")[0] ?? ""))],
    };
}

/** Rejections are reported when the microtasks are done; one failure may cause others some turns later. */
async function turns(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function texts(config: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(config)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
}

interface Failures {
    add: (error: unknown) => void;
    /** Resolves with the first one. */
    first: Promise<void>;
    throw: () => void;
    stop: () => void;
}

/** Takes the place of the test runner's handler, which would blame the test that happens to run. */
function collectFailures(): Failures {
    const errors = new Set<unknown>();
    let add: Failures["add"] = () => {};
    const first = new Promise<void>((resolve) => {
        add = (error) => {
            errors.add(error);
            resolve();
        };
    });
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", add);
    const stop = (): void => {
        process.off("unhandledRejection", add);
        for (const other of others) process.on("unhandledRejection", other);
    };
    return { add, first, throw: () => throwAll([...errors]), stop };
}

function throwAll(errors: unknown[]): void {
    const messages = new Set(errors.map((error) => (error instanceof Error ? error.message : String(error))));
    if (messages.size > 1) throw new AggregateError(errors, [...messages].join("\n"));
    if (messages.size === 1) throw errors[0];
}
