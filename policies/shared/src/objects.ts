// Kubernetes objects as a policy sees them, whichever API version they are of.
import { at, listAt, type Maybe, plain, textAt, UNKNOWN } from "./plain";

export interface KubernetesObject {
    /** Of the object: that of its resource, and of an item of a List which one that is (resourceOf). */
    urn: string;
    /** The resource's name in Pulumi. */
    resource: string;
    /** "core", "apps", ... */
    group: string;
    kind: string;
    /** metadata, spec, status: plain, with UNKNOWN where a value is not known yet. */
    value: unknown;
    /** Whether Pulumi refuses to delete it. */
    protect?: boolean;
}

/** What the policy SDK hands over, of a resource's inputs or of its state. */
export interface Judged {
    urn: string;
    name: string;
    type: string;
    props: Record<string, unknown>;
    opts?: { protect: boolean };
    provider?: { urn: string; props: Record<string, unknown> } | undefined;
}

const ITEM = "\nitems[";
/** The URN of the resource that an object is in, as the engine knows it. */
export const resourceOf = (urn: string): string => urn.split(ITEM)[0] ?? urn;

/** Of which nothing is known, not even the kind. */
const ANYTHING = { group: "", kind: "List" };
export const isAnything = ({ group, kind }: KubernetesObject): boolean =>
    group === ANYTHING.group && kind === ANYTHING.kind;

/** Empty for what is not a Kubernetes object; a List is the objects in it. */
export function kubernetesObjects(judged: Judged): KubernetesObject[] {
    const [, group, kind] = /^kubernetes:([^/:]+)\/[^:]+:(\w+)$/.exec(judged.type) ?? [];
    if (group === undefined || kind === undefined) return [];
    const { urn, name: resource, opts, props } = judged;
    const object = { urn, resource, group, kind, value: plain(props), ...(opts && { protect: opts.protect }) };
    // Of operators' kinds one may only be called so.
    if (!kind.endsWith("List") || !isOwnGroup(group)) return [object];
    const items = listAt(object.value, "items");
    if (items === UNKNOWN) return [{ ...object, ...ANYTHING, value: UNKNOWN }];
    return items.flatMap((value, index): KubernetesObject[] => {
        const item = { ...object, urn: `${urn}${ITEM}${index}]`, value };
        if (value === UNKNOWN) return [{ ...item, ...(kind === "List" ? ANYTHING : { group, kind: kindOf(kind) }) }];
        const [, itemGroup = "core"] = /^(?:([^/]+)\/)?[^/]+$/.exec(String(at(value, "apiVersion"))) ?? [];
        const itemKind = kind === "List" ? textAt(value, "kind") : kindOf(kind);
        if (itemKind === UNKNOWN) return [{ ...item, ...ANYTHING }];
        return itemKind === undefined ? [] : [{ ...item, group: kind === "List" ? itemGroup : group, kind: itemKind }];
    });
}

/** Kubernetes' own groups have one word, or end in k8s.io; those objects say all that there is. */
export const isOwnGroup = (group: string): boolean => !group.includes(".") || group.endsWith(".k8s.io");

/** Of a typed list: a DeploymentList has Deployments. */
const kindOf = (list: string): string => list.slice(0, -"List".length);

/** Each once: a program may read, too, what it makes, and then the stack has the same object twice. */
export function distinct(objects: readonly KubernetesObject[]): KubernetesObject[] {
    const seen = new Set<unknown>();
    return objects.filter(({ value }) => {
        const uid = at(value, "metadata", "uid");
        if (typeof uid !== "string" || uid === "") return true;
        const isNew = !seen.has(uid);
        seen.add(uid);
        return isNew;
    });
}

/** A patch is of somebody else's object, and says only a part of it: kinds that no rule asks for. */
export const isPatch = ({ kind }: KubernetesObject): boolean => kind.endsWith("Patch");

export const isKind = (object: KubernetesObject, group: string, kind: string): boolean =>
    object.group === group && object.kind === kind;

export const nameOf = (object: KubernetesObject): Maybe<string> | undefined => textAt(object.value, "metadata", "name");

/** Objects that say no namespace, or an empty one, land in this one. */
export const namespaceOf = (object: KubernetesObject): Maybe<string> =>
    textAt(object.value, "metadata", "namespace") || "default";

const CLUSTER_WIDE = new Set(["PersistentVolume", "StorageClass", "Namespace"]);

/** The namespace that an exemption of one would be about: of a volume, that of the claim it is reserved for. */
export function exemptableNamespace(object: KubernetesObject): Maybe<string> | undefined {
    if (object.kind === "PersistentVolume") return textAt(object.value, "spec", "claimRef", "namespace");
    return CLUSTER_WIDE.has(object.kind) ? undefined : namespaceOf(object);
}

/** For messages: `Deployment web/frontend`, or by the name in Pulumi while its own is not known. */
export function titleOf(object: KubernetesObject): string {
    const name = nameOf(object);
    const namespace = namespaceOf(object);
    if (typeof name !== "string") return `${object.kind} "${object.resource}"`;
    if (CLUSTER_WIDE.has(object.kind) || namespace === UNKNOWN) return `${object.kind} ${name}`;
    return `${object.kind} ${namespace}/${name}`;
}

/** The Pulumi stack that a resource is of: `urn:pulumi:STACK::PROJECT::...` */
export const stackNameOf = (urn: string): string => urn.split("::")[0]?.split(":").at(2) ?? "";
