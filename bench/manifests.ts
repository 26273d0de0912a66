// The stack's objects by kubectl alone: applied in the order in which they
// depend on each other, waiting for what the program waits for.
import { objectOf } from "../commands/kubernetes";
import type { Stack } from "../commands/stack";
import { type StateResource, stateResources } from "../commands/state";
import { run } from "../embedded/run";

export interface Manifest {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
    spec?: Record<string, unknown>;
    [property: string]: unknown;
}

/** A Service keeps the address that the volume and the clients name. */
function withAddress(manifest: Manifest, outputs: StateResource["outputs"]): Manifest {
    const clusterIP = (outputs?.spec as { clusterIP?: string } | undefined)?.clusterIP;
    return manifest.kind === "Service" ? { ...manifest, spec: { ...manifest.spec, clusterIP } } : manifest;
}

export async function manifestsOf(stack: Stack): Promise<Manifest[]> {
    return (
        (await stateResources(stack))
            // What the program only reads (Endpoints) has no inputs, and Kubernetes makes it by itself.
            .filter((resource) => objectOf(resource) !== undefined && resource.inputs?.kind !== undefined)
            .map(({ inputs, outputs }) => withAddress(inputs as unknown as Manifest, outputs))
    );
}

/** What must hold before the next group is applied, by kind; the rest is there as soon as it is applied. */
const conditions: Record<string, string[]> = {
    StatefulSet: ["rollout", "status", "--timeout=300s"],
    Deployment: ["rollout", "status", "--timeout=300s"],
    Pod: ["wait", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=300s"],
};

/** Groups in the order of the program: what the server needs, the server, the volume, writer, readers, check. */
function groups(manifests: readonly Manifest[]): Manifest[][] {
    const waited = manifests.filter(({ kind }) => kind in conditions);
    const of = (kind: string): Manifest[] => waited.filter((manifest) => manifest.kind === kind);
    const isServer = ({ metadata }: Manifest): boolean => metadata.name.includes("server");
    const server = of("StatefulSet").filter(isServer);
    const writer = of("StatefulSet").filter((manifest) => !isServer(manifest));
    const rest = manifests.filter(({ kind }) => !(kind in conditions) && kind !== "Namespace");
    return [
        manifests.filter(({ kind }) => kind === "Namespace"),
        [...rest, ...server],
        writer,
        of("Deployment"),
        of("Pod"),
    ];
}

export async function applied(
    kubectl: readonly string[],
    kubeconfig: string,
    manifests: readonly Manifest[],
    verb: "apply" | "delete",
): Promise<void> {
    const [program = "", ...first] = kubectl;
    const call = (args: string[], input?: string): Promise<string> =>
        run(program, [...first, "--kubeconfig", kubeconfig, ...args], { ...(input !== undefined && { input }) });
    const list = (items: Manifest[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
    if (verb === "delete") {
        // In the foreground, as Pulumi deletes: a server that goes before its clients leaves them hanging in unmount.
        for (const group of groups(manifests).reverse()) {
            await call(["delete", "--ignore-not-found", "--wait=true", "--cascade=foreground", "-f", "-"], list(group));
        }
        return;
    }
    for (const group of groups(manifests)) {
        await call(["apply", "-f", "-"], list(group));
        await Promise.all(
            group
                .filter(({ kind }) => kind in conditions)
                .map(({ kind, metadata }) => {
                    const [command = "", ...args] = conditions[kind] ?? [];
                    const words = command === "rollout" ? [command, args.shift() ?? ""] : [command];
                    return call([...words, `${kind}/${metadata.name}`, "-n", metadata.namespace ?? "default", ...args]);
                }),
        );
    }
}
