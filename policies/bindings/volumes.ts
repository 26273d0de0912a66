// PersistentVolumes and claims as the rules of this pack look at them, and how
// Kubernetes binds the two: findMatchingVolume, syncUnboundClaim and
// checkVolumeSatisfyClaim (pkg/controller/volume/persistentvolume and
// component-helpers of Kubernetes 1.35).
import {
    at,
    attributesClassOf,
    claimsOf,
    classOf,
    type DeclaredClaim,
    type Finding,
    isAnswered,
    isPersistentVolume,
    type Judgement,
    type KubernetesObject,
    listAt,
    type Maybe,
    nameOf,
    PROVISIONED_BY,
    quantityAt,
    saidAt,
    same,
    textAt,
    titleOf,
    UNKNOWN,
    type Unjudged,
} from "@nfs-storage-stack/policies-shared";

/** Where a claim is: `namespace/name`. */
export type ClaimKey = string;

interface Common {
    urn: string;
    /** For messages. */
    title: string;
    storageClass: Maybe<string>;
    accessModes: Maybe<string[]>;
    /** A Kubernetes quantity. */
    storage: Maybe<string> | undefined;
    volumeMode: Maybe<string>;
    attributesClass: Maybe<string>;
}

export interface Volume extends Common {
    name: Maybe<string> | undefined;
    /** The claim that it is reserved for by whoever declared it. */
    claim: Maybe<ClaimKey> | undefined;
    /** The claim that it names, whoever wrote that there. */
    bound: Maybe<ClaimKey> | undefined;
    /** It was made for the claim that it names, or taken over with that mark. */
    isProvisioned: boolean;
    /** The uid of the claim that it names, where it says one. */
    claimUid: Maybe<string> | undefined;
    /** The API server has answered: what it names may come from there. */
    answered: boolean;
}

export interface Claim extends Common {
    key: Maybe<ClaimKey> | undefined;
    /** The volume that it asks for by name. */
    volume: Maybe<string> | undefined;
    /** The volume that it names, whoever wrote that there. */
    bound: Maybe<string> | undefined;
    answered: boolean;
    uid: Maybe<string> | undefined;
    /** Of the template that makes it; empty for a claim by itself. */
    template: string;
}

/**
 * Kubernetes' mark on an object whose `claimRef` or `volumeName` was filled in
 * when it was bound: what stands there then is a result, not a wish.
 */
const FILLED_IN = "pv.kubernetes.io/bound-by-controller";

/** Whoever provisions a volume writes the claim into it, and then there is no mark of Kubernetes'. */
function provisioned(value: unknown): Maybe<boolean> {
    const mark = at(value, "metadata", "annotations", PROVISIONED_BY);
    return mark === UNKNOWN ? UNKNOWN : mark !== undefined;
}

/** What was asked for, whoever did: not what Kubernetes filled in. The API server notes whose each field is. */
function declared<T>(value: unknown, field: string, read: (value: unknown) => T): T | undefined | typeof UNKNOWN {
    const owners = listAt(value, "metadata", "managedFields");
    const isOwn = (entry: unknown): boolean =>
        !/^kube-controller-manager$|provisioner/.test(String(textAt(entry, "manager"))) &&
        at(entry, "fieldsV1", "f:spec", `f:${field}`) !== undefined;
    if (owners !== UNKNOWN && owners.some(isOwn)) return read(value);
    const mark = at(value, "metadata", "annotations", FILLED_IN);
    if (mark === UNKNOWN) return UNKNOWN;
    if (mark !== undefined) return undefined;
    const isProvisioned = field === "claimRef" && isAnswered(value) ? provisioned(value) : false;
    return isProvisioned === false ? read(value) : isProvisioned === UNKNOWN ? UNKNOWN : undefined;
}

function common(value: unknown, storage: Maybe<string> | undefined): Omit<Common, "urn" | "title"> {
    const modes = listAt(value, "spec", "accessModes");
    return {
        // The API server leaves an empty class out of a volume.
        storageClass: classOf(value) ?? "",
        accessModes: modes === UNKNOWN || modes.includes(UNKNOWN) ? UNKNOWN : modes.map(String),
        storage,
        volumeMode: textAt(value, "spec", "volumeMode") ?? "Filesystem",
        attributesClass: attributesClassOf(value),
    };
}

export function volumeOf(object: KubernetesObject): Volume {
    const { urn, value } = object;
    return {
        urn,
        title: titleOf(object),
        ...common(value, quantityAt(value, "spec", "capacity", "storage")),
        name: nameOf(object),
        claim: declared(value, "claimRef", reservation),
        bound: reservation(value),
        isProvisioned: provisioned(value) === true,
        claimUid: saidAt(value, "spec", "claimRef", "uid"),
        answered: isAnswered(value),
    };
}

/** Without a namespace it is a claim in none, so it equals no claim's. */
function reservation(value: unknown): Maybe<ClaimKey> | undefined {
    const reference = at(value, "spec", "claimRef");
    if (reference === undefined || reference === UNKNOWN) return reference;
    return key(textAt(reference, "namespace") ?? "", textAt(reference, "name") ?? "");
}

export function claimOf({ urn, title, namespace, name, value, path, template }: DeclaredClaim): Claim {
    // What is there in a template's place is judged by itself: nothing more is asked for here.
    const asksForNone = template !== undefined && volumeName(template) === undefined;
    return {
        urn,
        title,
        ...common(value, quantityAt(value, "spec", "resources", "requests", "storage")),
        key: name === undefined ? undefined : key(namespace, name),
        volume: asksForNone ? undefined : declared(value, "volumeName", volumeName),
        bound: volumeName(value),
        answered: isAnswered(value),
        uid: textAt(value, "metadata", "uid"),
        template: path,
    };
}

function volumeName(value: unknown): Maybe<string> | undefined {
    const name = textAt(value, "spec", "volumeName");
    return name === "" ? undefined : name;
}

const key = (namespace: Maybe<string>, name: Maybe<string>): Maybe<ClaimKey> =>
    namespace === UNKNOWN || name === UNKNOWN ? UNKNOWN : `${namespace}/${name}`;

export interface Declared {
    volumes: Volume[];
    claims: Claim[];
}

/** "not applicable" for a stack without any. */
export function volumesAndClaims(objects: readonly KubernetesObject[]): Declared | "not applicable" {
    const volumes = objects.filter(isPersistentVolume).map(volumeOf);
    const claims = claimsOf(objects).map(claimOf);
    return volumes.length + claims.length === 0 ? "not applicable" : { volumes, claims };
}

/** A rule about volumes and claims as one about the objects of a stack. */
export const ofVolumesAndClaims =
    (judge: (all: Declared) => Finding[]) =>
    (objects: readonly KubernetesObject[]): Judgement => {
        const all = volumesAndClaims(objects);
        return all === "not applicable" ? all : judge(all);
    };

/** Where an object has what a rule looks at, by the name that it has here. */
const paths: Record<string, Partial<Record<keyof Volume | keyof Claim, string>>> = {
    volumes: {
        name: "metadata.name",
        claim: "spec.claimRef",
        storageClass: "spec.storageClassName",
        accessModes: "spec.accessModes",
        storage: "spec.capacity.storage",
        volumeMode: "spec.volumeMode",
        attributesClass: "spec.volumeAttributesClassName",
    },
    claims: {
        key: "metadata",
        volume: "spec.volumeName",
        storageClass: "spec.storageClassName",
        accessModes: "spec.accessModes",
        storage: "spec.resources.requests.storage",
        volumeMode: "spec.volumeMode",
        attributesClass: "spec.volumeAttributesClassName",
    },
};

/** What of these is not known yet. */
export function unjudgedOf({ volumes, claims }: Declared, ...keys: (keyof Volume | keyof Claim)[]): Unjudged[] {
    const unjudged = (objects: readonly (Volume | Claim)[], where: (typeof paths)[string]): Unjudged[] =>
        objects.flatMap((object) => {
            const unknown = keys.flatMap((key) => {
                const path = key === "key" && (object as Claim).template !== "" ? "spec.replicas" : where[key];
                return path !== undefined && (object as unknown as Record<string, unknown>)[key] === UNKNOWN
                    ? [path]
                    : [];
            });
            return unknown.length === 0 ? [] : [{ urn: object.urn, subject: object.title, unknown }];
        });
    return [...unjudged(volumes, paths.volumes ?? {}), ...unjudged(claims, paths.claims ?? {})];
}

export interface Pair {
    volume: Volume;
    claim: Claim;
}

/** Volumes and claims of which at least one names the other. */
export function pairs({ volumes, claims }: Declared): Pair[] {
    return volumes.flatMap((volume) =>
        claims
            .filter((claim) => same(volume.claim, claim.key) || same(claim.volume, volume.name))
            .map((claim) => ({ volume, claim })),
    );
}
