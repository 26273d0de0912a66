// Policy: the storage class is said on both sides of a binding by name. Left
// out of a claim, the API server puts the cluster's default class in, and the
// claim no longer fits its volume (kubernetes #39459). Judged by the inputs,
// because the state already has what was put in.
import {
    at,
    type KubernetesObject,
    objectPolicy,
    type Problem,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { isClaim, isVolume } from "./volumes";

export function judge(object: KubernetesObject): Problem[] | "not applicable" {
    const why = boundByName(object);
    if (why === undefined) return "not applicable";
    const storageClass = at(object.value, "spec", "storageClassName");
    if (storageClass === UNKNOWN || typeof storageClass === "string") return [];
    return [
        {
            urn: object.urn,
            subject: titleOf(object),
            found: `no spec.storageClassName, although it ${why}`,
            wanted: "storageClassName said on the volume and on the claim, the same on both",
            mend: 'set spec.storageClassName to "" on both, which keeps every provisioner away, or to one class on both',
        },
    ];
}

/** Why a class is wanted; undefined when none is. */
function boundByName(object: KubernetesObject): string | undefined {
    const has = (property: string): boolean => at(object.value, "spec", property) !== undefined;
    if (isVolume(object)) {
        if (has("claimRef")) return "is reserved for a claim";
        return has("nfs") ? "is an NFS volume, which no provisioner makes" : undefined;
    }
    return isClaim(object) && has("volumeName") ? "asks for a volume by name" : undefined;
}

export const explicitStorageClass = objectPolicy(
    {
        name: "storage-class-is-explicit",
        displayName: "Storage class is explicit",
        description: "Volumes and claims that are bound by name, and NFS volumes, say their storage class.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: 'Set storageClassName on the volume and on the claim, to "" or to the same class.',
    },
    judge,
);
