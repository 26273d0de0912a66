// Small questions to ask of a Kubernetes object.
import { createHash, randomBytes } from "node:crypto";
import { isObject, type Obj } from "../plugin/values";

export const annotations = {
    autonamed: "pulumi.com/autonamed",
    deletionPropagation: "pulumi.com/deletionPropagationPolicy",
    patchForce: "pulumi.com/patchForce",
    replaceUnready: "pulumi.com/replaceUnready",
    skipAwait: "pulumi.com/skipAwait",
    timeoutSeconds: "pulumi.com/timeoutSeconds",
    waitFor: "pulumi.com/waitFor",
    lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
    deploymentRevision: "deployment.kubernetes.io/revision",
} as const;

export function annotation(object: Obj, key: string): string | undefined {
    const all = object.metadata?.annotations;
    return isObject(all) && typeof all[key] === "string" ? all[key] : undefined;
}

export interface Condition {
    type: string;
    status: string;
    reason?: string;
    message?: string;
}

export const conditions = (object: Obj): Condition[] => object.status?.conditions ?? [];
export const condition = (object: Obj, type: string): Condition | undefined =>
    conditions(object).find((candidate) => candidate.type === type);
export const holds = (object: Obj, type: string): boolean => condition(object, type)?.status === "True";

/** The id that Pulumi knows the object by. */
export const idOf = (object: Obj): string =>
    object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name;

/** "Pod nfs/server-0" */
export const titleOf = (object: Obj): string => `${object.kind ?? "object"} ${idOf(object)}`;

export function parseId(id: string): { namespace?: string; name: string } {
    const cut = id.indexOf("/");
    return cut < 0 ? { name: id } : { namespace: id.slice(0, cut), name: id.slice(cut + 1) };
}

/** Eight hexadecimal digits; the same for the same seed, so that a preview and its update agree. */
export function suffix(seed: Uint8Array = new Uint8Array()): string {
    const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
    return bytes.toString("hex").slice(0, 8);
}

/** Whether its controller has seen it as it is now. */
export const observed = (object: Obj): boolean =>
    (object.status?.observedGeneration ?? 0) >= (object.metadata?.generation ?? 0);
