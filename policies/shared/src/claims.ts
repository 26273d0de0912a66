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
    const made = objects.filter((object) => !isClaimObject(object)).flatMap(ofTemplates);
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

/** One for each pod of a StatefulSet; of an ephemeral volume one, which stands for all. */
function ofTemplates(object: KubernetesObject): DeclaredClaim[] {
    return claimTemplatesOf(object).flatMap((template): DeclaredClaim[] => {
        if (!template.path.startsWith(OF_SET)) return [template];
        const ordinals = ordinalsOf(object);
        const name = textAt(template.value, "metadata", "name");
        if (ordinals === UNKNOWN) return [{ ...template, name: UNKNOWN }];
        return ordinals.map((ordinal) => ({ ...template, name: nameFor(name, nameOf(object), ordinal) }));
    });
}

/** getPersistentVolumeClaimName, pkg/controller/statefulset of Kubernetes. */
const nameFor = (
    template: Maybe<string> | undefined,
    set: Maybe<string> | undefined,
    ordinal: number,
): Maybe<string> =>
    typeof template === "string" && typeof set === "string" ? `${template}-${set}-${ordinal}` : UNKNOWN;

function ordinalsOf({ value }: KubernetesObject): Maybe<number[]> {
    const replicas = at(value, "spec", "replicas") ?? 1;
    const start = at(value, "spec", "ordinals", "start") ?? 0;
    if (replicas === UNKNOWN || start === UNKNOWN) return UNKNOWN;
    const length = Math.min(Math.max(Math.floor(Number(replicas)) || 0, 0), MANY);
    return Array.from({ length }, (_, index) => (Number(start) || 0) + index);
}
