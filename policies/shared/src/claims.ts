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
}

/** A set of more claims than this is judged by its first ones: all are of one template. */
const MANY = 100;

export function claimsOf(objects: readonly KubernetesObject[]): DeclaredClaim[] {
    return objects.flatMap((object) => (isClaimObject(object) ? [byItself(object)] : ofTemplates(object)));
}

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
    const path = "spec.volumeClaimTemplates";
    const ofSet = isKind(object, "apps", "StatefulSet") ? listAt(object.value, "spec", "volumeClaimTemplates") : [];
    const volumes = listAt(podSpec(object), "volumes");
    const ephemeral = (volumes === UNKNOWN ? [] : volumes).flatMap((volume, index) => {
        const value = at(volume, "ephemeral", "volumeClaimTemplate");
        const where = `${podSpecPath(object)}.volumes[${index}].ephemeral.volumeClaimTemplate`;
        return value === undefined || value === UNKNOWN ? [] : [template(value, where)];
    });
    return [
        ...(ofSet === UNKNOWN ? [] : ofSet).map((value, index) => template(value, `${path}[${index}]`)),
        ...ephemeral,
    ];
}

/** One for each pod of a StatefulSet; of an ephemeral volume one, which stands for all. */
function ofTemplates(object: KubernetesObject): DeclaredClaim[] {
    return claimTemplatesOf(object).flatMap((template): DeclaredClaim[] => {
        if (!template.path.startsWith("spec.volumeClaimTemplates")) return [template];
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
