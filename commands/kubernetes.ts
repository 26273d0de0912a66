// Looking at a cluster's objects from a command.
import { run } from "../embedded/run";
import type { StateResource } from "./stack";

/** A Kubernetes object by its coordinates. */
export interface ObjectName {
    apiVersion: string;
    kind: string;
    namespace: string | undefined;
    name: string;
}

/** The Kubernetes object that a resource of a stack's state made; undefined for other resources. */
export function objectOf(resource: StateResource): ObjectName | undefined {
    const [, module, kind] = /^kubernetes:([^:]+):(\w+)$/.exec(resource.type) ?? [];
    if (!module || !kind || !resource.custom || !resource.id || resource.external) return undefined;
    const cut = resource.id.lastIndexOf("/");
    return {
        apiVersion: module.replace(/^core\//, ""),
        kind,
        namespace: cut < 0 ? undefined : resource.id.slice(0, cut),
        name: resource.id.slice(cut + 1),
    };
}

/** Those of the objects that the cluster still has, as "kind/name". `kubectl` is a program with its first arguments. */
export async function stillThere(kubectl: readonly string[], objects: readonly ObjectName[]): Promise<string[]> {
    if (objects.length === 0) return [];
    const items = objects.map(({ apiVersion, kind, namespace, name }) => ({
        apiVersion,
        kind,
        metadata: { name, ...(namespace !== undefined && { namespace }) },
    }));
    const [program = "", ...first] = kubectl;
    const found = await run(program, [...first, "get", "--ignore-not-found", "-o", "name", "-f", "-"], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    });
    return found.split("\n").filter((line) => line !== "");
}
