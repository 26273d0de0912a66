// PersistentVolumes and PersistentVolumeClaims as the rules of this pack look at them.
import {
    at,
    type Finding,
    isClaimObject,
    isPersistentVolume,
    type Judgement,
    type KubernetesObject,
    listAt,
    type Maybe,
    nameOf,
    namespaceOf,
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
}

export interface Volume extends Common {
    name: Maybe<string> | undefined;
    /** The claim that it is reserved for by whoever declared it. */
    claim: Maybe<ClaimKey> | undefined;
}

export interface Claim extends Common {
    key: Maybe<ClaimKey> | undefined;
    /** The volume that it asks for by name. */
    volume: Maybe<string> | undefined;
}

/**
 * Kubernetes' mark on an object whose `claimRef` or `volumeName` was filled in
 * when it was bound: what stands there then is a result, not a wish.
 */
const FILLED_IN = "pv.kubernetes.io/bound-by-controller";

function declared<T>(object: KubernetesObject, value: T): T | undefined | typeof UNKNOWN {
    const mark = at(object.value, "metadata", "annotations", FILLED_IN);
    if (mark === UNKNOWN) return UNKNOWN;
    return mark === undefined ? value : undefined;
}

function common(object: KubernetesObject, storage: Maybe<string> | undefined): Common {
    const modes = listAt(object.value, "spec", "accessModes");
    return {
        urn: object.urn,
        title: titleOf(object),
        // The API server leaves an empty class out of a volume.
        storageClass: textAt(object.value, "spec", "storageClassName") ?? "",
        accessModes: modes === UNKNOWN || modes.includes(UNKNOWN) ? UNKNOWN : modes.map(String),
        storage,
        volumeMode: textAt(object.value, "spec", "volumeMode") ?? "Filesystem",
    };
}

export function volumeOf(object: KubernetesObject): Volume {
    return {
        ...common(object, textAt(object.value, "spec", "capacity", "storage")),
        name: nameOf(object),
        claim: declared(object, reservation(object)),
    };
}

/** Without a namespace it is a claim in none, so it equals no claim's. */
function reservation(object: KubernetesObject): Maybe<ClaimKey> | undefined {
    const reference = at(object.value, "spec", "claimRef");
    if (reference === undefined || reference === UNKNOWN) return reference;
    return key(textAt(reference, "namespace") ?? "", textAt(reference, "name") ?? "");
}

export function claimOf(object: KubernetesObject): Claim {
    const name = nameOf(object);
    const volume = textAt(object.value, "spec", "volumeName");
    return {
        ...common(object, textAt(object.value, "spec", "resources", "requests", "storage")),
        key: name === undefined ? undefined : key(namespaceOf(object), name),
        volume: declared(object, volume === "" ? undefined : volume),
    };
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
    const claims = objects.filter(isClaimObject).map(claimOf);
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
    },
    claims: {
        key: "metadata",
        volume: "spec.volumeName",
        storageClass: "spec.storageClassName",
        accessModes: "spec.accessModes",
        storage: "spec.resources.requests.storage",
        volumeMode: "spec.volumeMode",
    },
};

/** What of these is not known yet. */
export function unjudgedOf({ volumes, claims }: Declared, ...keys: (keyof Volume | keyof Claim)[]): Unjudged[] {
    const unjudged = (objects: readonly (Volume | Claim)[], where: (typeof paths)[string]): Unjudged[] =>
        objects.flatMap((object) => {
            const unknown = keys.flatMap((key) => {
                const path = where[key];
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
