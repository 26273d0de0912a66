// The claims of a stack, whoever makes them: PersistentVolumeClaims, and what a
// StatefulSet or a pod's ephemeral volume makes of a template.
import { isKind, type KubernetesObject, nameOf, namespaceOf, titleOf } from "./objects";
import { at, listAt, type Maybe, textAt, UNKNOWN } from "./plain";
import { podSpec, podSpecPath } from "./workloads";

export interface DeclaredClaim {
    /** Of the resource that has it. */
    urn: string;
    /** For messages. */
    title: string;
    namespace: Maybe<string>;
    /** undefined where only the cluster gives it, as to the pods of a Deployment. */
    name: Maybe<string> | undefined;
    /** metadata, spec and status, as of a claim. */
    value: unknown;
    /** Where the template is, such as `spec.volumeClaimTemplates[0]`; empty for a claim by itself. */
    path: string;
    /** Of a template whose claim may be there already, so that nothing is known of `value`: what the template says. */
    template?: unknown;
}

/** Where the templates of a StatefulSet are. */
const OF_SET = "spec.volumeClaimTemplates";
/** A set of more claims than this is judged by its first ones: all are of one template. */
const MANY = 100;

/** A claim that is there already is the one that a set's pod uses: createPersistentVolumeClaims, pkg/controller/statefulset. */
export function claimsOf(objects: readonly KubernetesObject[]): DeclaredClaim[] {
    const there = objects.filter(isClaimObject).map(byItself);
    const taken = new Set(there.map(keyOf));
    const made = objects.flatMap(ofTemplates);
    return [
        ...there,
        ...made.flatMap((claim) => {
            const key = keyOf(claim);
            if (key === undefined) return [claim];
            if (key !== UNKNOWN && taken.has(key)) return [];
            // One of the stack may turn out to be there under that name, and then it is that one that counts.
            const isOpen = key === UNKNOWN ? there.length > 0 : taken.has(UNKNOWN);
            return [isOpen ? { ...claim, value: { spec: UNKNOWN }, template: claim.value } : claim];
        }),
    ];
}

const keyOf = ({ namespace, name }: DeclaredClaim): Maybe<string> | undefined => {
    if (name === undefined) return undefined;
    return namespace === UNKNOWN || name === UNKNOWN ? UNKNOWN : `${namespace}/${name}`;
};

export const isClaimObject = (object: KubernetesObject): boolean => isKind(object, "core", "PersistentVolumeClaim");

const byItself = (object: KubernetesObject): DeclaredClaim => ({
    urn: object.urn,
    title: titleOf(object),
    namespace: namespaceOf(object),
    name: nameOf(object),
    value: object.value,
    path: "",
});

/** Each template of an object once, without the names that its claims get. */
export function claimTemplatesOf(object: KubernetesObject): DeclaredClaim[] {
    const template = (value: unknown, path: string): DeclaredClaim => ({
        urn: object.urn,
        title: `${titleOf(object)}, the claim of ${path}`,
        namespace: namespaceOf(object),
        name: undefined,
        value,
        path,
    });
    /** Of a list that is not known yet one, of which nothing is known. */
    const each = (list: Maybe<unknown[]>, path: string): [unknown, string][] =>
        list === UNKNOWN ? [[UNKNOWN, path]] : list.map((value, index) => [value, `${path}[${index}]`]);
    const ofSet = isKind(object, "apps", "StatefulSet") ? listAt(object.value, "spec", "volumeClaimTemplates") : [];
    const volumes = each(listAt(podSpec(object), "volumes"), `${podSpecPath(object)}.volumes`);
    return [
        ...each(ofSet, OF_SET).map(([value, path]) => template(value, path)),
        ...volumes.flatMap(([volume, path]) => {
            const value = at(volume, "ephemeral", "volumeClaimTemplate");
            return value === undefined ? [] : [template(value, `${path}.ephemeral.volumeClaimTemplate`)];
        }),
    ];
}

/**
 * One for each pod: `<template>-<set>-<ordinal>` of a StatefulSet (getPersistentVolumeClaimName, pkg/controller/statefulset),
 * `<pod>-<volume>` of an ephemeral volume (VolumeClaimName, component-helpers/storage/ephemeral). Where only the cluster
 * names the pods, two stand for all of several.
 */
function ofTemplates(object: KubernetesObject): DeclaredClaim[] {
    return claimTemplatesOf(object).flatMap((template): DeclaredClaim[] => {
        const ofSet = template.path.startsWith(OF_SET);
        const own = ofSet ? textAt(template.value, "metadata", "name") : volumeNameOf(object, template.path);
        if (isKind(object, "core", "Pod")) return [{ ...template, name: joined(nameOf(object), own) }];
        if (!isKind(object, "apps", "StatefulSet")) {
            const pods = isKind(object, "apps", "DaemonSet") ? 1 : countOf(object);
            return Array.from({ length: pods === UNKNOWN ? 1 : Math.min(pods, 2) }, () => template);
        }
        const ordinals = ordinalsOf(object);
        if (ordinals === UNKNOWN) return [{ ...template, name: UNKNOWN }];
        return ordinals.map((ordinal) => {
            const name = ofSet ? joined(own, nameOf(object), ordinal) : joined(nameOf(object), ordinal, own);
            return { ...template, name };
        });
    });
}

const joined = (...parts: (Maybe<string> | number | undefined)[]): Maybe<string> =>
    parts.every((part) => typeof part === "string" || typeof part === "number") ? parts.join("-") : UNKNOWN;

/** Of the volume that a template is in. */
export const volumeNameOf = (object: KubernetesObject, path: string): Maybe<string> | undefined => {
    const volumes = listAt(podSpec(object), "volumes");
    const isIn = (index: number): boolean => path.startsWith(`${podSpecPath(object)}.volumes[${index}].`);
    return volumes === UNKNOWN
        ? UNKNOWN
        : textAt(
              volumes.find((_, index) => isIn(index)),
              "name",
          );
};

/** How many pods it has at once. */
function countOf({ group, value }: KubernetesObject): Maybe<number> {
    const count = (group === "batch" ? at(value, "spec", "parallelism") : at(value, "spec", "replicas")) ?? 1;
    return count === UNKNOWN ? UNKNOWN : Math.max(Math.floor(Number(count)), 0);
}

function ordinalsOf(object: KubernetesObject): Maybe<number[]> {
    const replicas = countOf(object);
    const start = at(object.value, "spec", "ordinals", "start") ?? 0;
    if (replicas === UNKNOWN || start === UNKNOWN) return UNKNOWN;
    const length = Math.min(replicas, MANY);
    return Array.from({ length }, (_, index) => Number(start) + index);
}
