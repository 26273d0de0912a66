// Looking at a cluster's objects from a command.
import { run } from "../embedded/run";
import type { StateResource } from "./state";

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

/** An object as kubectl gives it, as far as commands look at it. */
export interface KubernetesObject {
    kind: string;
    metadata: { name: string; namespace?: string; deletionTimestamp?: string };
    spec?: {
        claimRef?: { namespace?: string; name?: string; uid?: string };
        persistentVolumeReclaimPolicy?: string;
    };
}

/** For kubectl's `-f -`. */
export function objectList(objects: readonly ObjectName[]): string {
    const items = objects.map(({ apiVersion, kind, namespace, name }) => ({
        apiVersion,
        kind,
        metadata: { name, ...(namespace !== undefined && { namespace }) },
    }));
    return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** Those of the objects that the cluster has. `kubectl` is a program with its first arguments. */
export async function foundObjects(
    kubectl: readonly string[],
    objects: readonly ObjectName[],
): Promise<KubernetesObject[]> {
    if (objects.length === 0) return [];
    const [program = "", ...first] = kubectl;
    const found = await run(program, [...first, "get", "--ignore-not-found", "-o", "json", "-f", "-"], {
        input: objectList(objects),
    });
    if (found.trim() === "") return [];
    const given = JSON.parse(found) as KubernetesObject & { items?: KubernetesObject[] };
    return given.items ?? [given]; // one is given as it is
}

/** The same, as "kind/name". */
export async function stillThere(kubectl: readonly string[], objects: readonly ObjectName[]): Promise<string[]> {
    const found = await foundObjects(kubectl, objects);
    return found.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
}

/** Longer than a node takes to free a volume. */
const RECLAIM_PATIENCE = "--timeout=60s";

/**
 * The volumes that Kubernetes made for these claims, and deletes after them: waited for, so that no cluster is stopped in
 * the middle of it. Those that do not go are the caller's to tell of.
 */
export async function reclaimed(kubectl: readonly string[], objects: readonly ObjectName[]): Promise<ObjectName[]> {
    const [program = "", ...first] = kubectl;
    const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
    const { items } = JSON.parse(await run(program, [...first, "get", "pv", "-o", "json"])) as {
        items: KubernetesObject[];
    };
    const volumes = items
        .filter(({ spec }) => spec?.persistentVolumeReclaimPolicy === "Delete")
        .filter(({ spec }) => claims.some((one) => isOf(one, spec?.claimRef)))
        .map(({ metadata: { name } }) => ({ apiVersion: "v1", kind: "PersistentVolume", namespace: undefined, name }));
    if (volumes.length > 0) {
        const names = volumes.map(({ name }) => name);
        await run(program, [...first, "wait", "--for=delete", RECLAIM_PATIENCE, "pv", ...names]).catch(() => {});
    }
    return volumes;
}

const isOf = (claim: ObjectName, { namespace, name }: { namespace?: string; name?: string } = {}): boolean =>
    claim.namespace === namespace && claim.name === name;
