// Policy: the volume that a claim is bound to by name can be given to it. These
// are the questions of Kubernetes' own binder; where one is answered with no,
// the claim stays Pending without an end. Who names whom decides what is asked.
import {
    compareQuantities,
    type Finding,
    listed,
    type Problem,
    same,
    stackPolicy,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { type Declared, ofVolumesAndClaims, type Pair, pairs, unjudgedOf } from "./volumes";

export function judge(all: Declared): Finding[] {
    const found = pairs(all).flatMap((pair): Finding[] => {
        const { urn, title: subject } = pair.claim;
        const questions = asked(pair);
        const problems = questions.flatMap((question) => {
            const problem = question(pair);
            return problem ? [{ urn, subject, ...problem }] : [];
        });
        // What the other side names decides whether it is asked at all.
        const open = [...(pair.volume.bound === UNKNOWN ? ["spec.claimRef"] : []), ...openName(pair)];
        if (open.length > 0) return [{ urn, subject, unknown: open }];
        const keys = KEYS.filter((key) => questions.includes(ASKED[key]));
        return [...problems, ...unjudgedOf({ volumes: [pair.volume], claims: [pair.claim] }, ...keys)];
    });
    // Who names whom is not known of these, so that they may be pairs of their own.
    return [...found, ...unjudgedOf(all, "name", "key", "claim", "volume")];
}

const KEYS = ["storageClass", "accessModes", "storage", "volumeMode", "attributesClass"] as const;

const openName = ({ volume, claim }: Pair): string[] =>
    [claim.bound, claim.key, volume.name].includes(UNKNOWN) ? ["spec.volumeName"] : [];

/**
 * Nothing of a pair that names each other: syncUnboundClaim binds it as it is. Not the class where only the volume
 * names the claim: FindMatchingVolume asks for modes and size before it looks at who is named, and returns then.
 */
function asked({ volume, claim }: Pair): ((pair: Pair) => Answer)[] {
    const reserved = same(volume.bound, claim.key);
    const named = same(claim.bound, volume.name);
    if (reserved && named) return [];
    return KEYS.filter((key) => !(reserved && key === "storageClass")).map((key) => ASKED[key]);
}

type Answer = Pick<Problem, "found" | "wanted" | "mend"> | undefined;

function differentClass({ volume, claim }: Pair): Answer {
    const { storageClass: offered } = volume;
    const { storageClass: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN || offered === asked) return undefined;
    return {
        found: `storageClassName "${asked}", but ${volume.title} has "${offered}"`,
        wanted: "the same storageClassName on both",
        mend: `set spec.storageClassName of both to the same; "" keeps every provisioner away`,
    };
}

function missingModes({ volume, claim }: Pair): Answer {
    const { accessModes: offered } = volume;
    const { accessModes: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN) return undefined;
    const missing = asked.filter((mode) => !offered.includes(mode));
    if (missing.length === 0) return undefined;
    return {
        found: `access mode ${listed(missing)}, but ${volume.title} offers ${listed(offered) || "none"}`,
        wanted: "a volume that offers every access mode of its claim",
        mend: `add ${listed(missing)} to spec.accessModes of the volume, or take it out of the claim's`,
    };
}

function tooSmall({ volume, claim }: Pair): Answer {
    const { storage: offered } = volume;
    const { storage: asked } = claim;
    if (typeof offered !== "string" || typeof asked !== "string") return undefined;
    const order = compareQuantities(offered, asked);
    if (order === undefined || order >= 0) return undefined;
    return {
        found: `a request of ${asked}, but ${volume.title} has a capacity of ${offered}`,
        wanted: "a volume at least as large as its claim asks for",
        mend: `raise spec.capacity.storage of the volume to ${asked}, or lower spec.resources.requests.storage of the claim`,
    };
}

function differentMode({ volume, claim }: Pair): Answer {
    const { volumeMode: offered } = volume;
    const { volumeMode: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN || offered === asked) return undefined;
    return {
        found: `volumeMode ${asked}, but ${volume.title} has ${offered}`,
        wanted: "the same volumeMode on both",
        mend: "set spec.volumeMode of both to the same; Filesystem for NFS",
    };
}

function differentAttributes({ volume, claim }: Pair): Answer {
    const { attributesClass: offered } = volume;
    const { attributesClass: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN || offered === asked) return undefined;
    return {
        found: `volumeAttributesClassName "${asked}", but ${volume.title} has "${offered}"`,
        wanted: "the same volumeAttributesClassName on both, or on neither",
        mend: "set spec.volumeAttributesClassName of both to the same, or leave both out",
    };
}

const ASKED = {
    storageClass: differentClass,
    accessModes: missingModes,
    storage: tooSmall,
    volumeMode: differentMode,
    attributesClass: differentAttributes,
} satisfies Record<(typeof KEYS)[number], (pair: Pair) => Answer>;

export const satisfiedClaim = stackPolicy(
    {
        name: "volume-satisfies-claim",
        displayName: "Volume satisfies claim",
        description:
            "A volume has what Kubernetes asks for before it gives it to a claim: storage class, access modes, size, mode and attributes class.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Make storageClassName, accessModes, capacity and volumeMode of the volume fit the claim.",
        details: [
            "These are the questions that Kubernetes' own binder asks before it gives a volume to a claim. Where one is answered with no, the claim stays Pending without an end and the pods that use it do not start.",
            '| of the volume | of the claim | fits when | asked when named by |\n|---|---|---|---|\n| `storageClassName` | `storageClassName` | equal; left out is the same as `""` here; the annotation `volume.beta.kubernetes.io/storage-class` comes before the field | the claim alone |\n| `accessModes` | `accessModes` | the volume offers every mode that the claim asks for, by name (ReadWriteMany does not stand for ReadWriteOnce) | one of the two |\n| `capacity.storage` | `resources.requests.storage` | the volume is at least as large; `1Gi` is more than `1000M` | one of the two |\n| `volumeMode` | `volumeMode` | equal; left out is `Filesystem` | one of the two |\n| `volumeAttributesClassName` | `volumeAttributesClassName` | equal; left out is the same as `""` | one of the two |',
            "Of a volume and a claim that name each other nothing is asked: they are bound as they are (Kubernetes 1.35, syncUnboundClaim in pkg/controller/volume/persistentvolume/pv_controller.go). Where only the volume names the claim, the class is not asked (FindMatchingVolume in component-helpers/storage/volume).",
            "Change the side that is wrong, as the message says, or let both name each other. Judged are pairs of which at least one names the other, also of claims that a StatefulSet makes of its `volumeClaimTemplates` (`<template>-<set>-<ordinal>`).",
        ],
    },
    ofVolumesAndClaims(judge),
);
