// Policy: a claim that names its volume says its storage class. Left out, the
// API server puts the cluster's default class in, and the claim no longer fits
// its volume (kubernetes #39459). Nothing is put into a volume: there, left out
// is the same as "", and satisfied.ts compares the two. Judged by the inputs,
// because the state already has what was put in.
import {
    at,
    type KubernetesObject,
    objectPolicy,
    type Problem,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { isClaim } from "./volumes";

export function judge(object: KubernetesObject): Problem[] | "not applicable" {
    if (!isClaim(object) || at(object.value, "spec", "volumeName") === undefined) return "not applicable";
    const storageClass = at(object.value, "spec", "storageClassName");
    if (storageClass === UNKNOWN || typeof storageClass === "string") return [];
    return [
        {
            urn: object.urn,
            subject: titleOf(object),
            found: "no spec.storageClassName, although it asks for a volume by name",
            wanted: "storageClassName said on the claim, the same as on the volume",
            mend: 'set spec.storageClassName to "", which keeps every provisioner away, or to the class of the volume',
        },
    ];
}

export const explicitStorageClass = objectPolicy(
    {
        name: "storage-class-is-explicit",
        displayName: "Storage class is explicit",
        description: "Claims that name their volume say their storage class.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: 'Set storageClassName on the claim, to "" or to the class of the volume.',
    },
    judge,
);
