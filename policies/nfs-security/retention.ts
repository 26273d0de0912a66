// Policy: in production, deleting a stack does not delete data: NFS volumes are
// retained, and Pulumi refuses to delete volumes and claims.
import {
    at,
    attributeAt,
    isClaimObject,
    isNfsClass,
    type Judgement,
    type KubernetesObject,
    knownAt,
    type Maybe,
    nfsOfVolume,
    objectPolicy,
    PROVISIONED_BY,
    stackNameOf,
    textAt,
    titleOf,
    UNKNOWN,
    within,
} from "@nfs-storage-stack/policies-shared";

interface Wishes {
    stacks: string[];
}

export function judge(object: KubernetesObject, { stacks }: Wishes): Judgement {
    if (!stacks.includes(stackNameOf(object.urn))) return "not applicable";
    const isVolume = nfsOfVolume(object) !== undefined;
    const isClass = isNfsClass(object) === true;
    const policyPath = isVolume ? "persistentVolumeReclaimPolicy" : "reclaimPolicy";
    if (!isVolume && !isClass && !isClaimObject(object)) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const reclaim = isVolume
        ? (textAt(object.value, "spec", policyPath) ?? "Retain")
        : isClass
          ? (textAt(object.value, policyPath) ?? "Delete")
          : "Retain";
    if (reclaim === UNKNOWN) return [{ urn, subject, unknown: [policyPath] }];
    // With these the driver leaves the folder where it is, or renames it: pkg/nfs/controllerserver.go, DeleteVolume.
    const onDelete = isClass ? attributeAt(at(object.value, "parameters"), "onDelete") : ofHandle(object);
    if (onDelete === UNKNOWN) return [{ urn, subject, unknown: ["parameters.onDelete"] }];
    const isKept = reclaim === "Retain" || /^(retain|archive)$/i.test(onDelete ?? "");
    const isInTree = at(object.value, "spec", "nfs") !== undefined;
    // A driver deletes only what it has made (external-provisioner, shouldDelete).
    const made = at(object.value, "metadata", "annotations", PROVISIONED_BY);
    const isDeleted = isInTree ? reclaim === "Recycle" : made !== undefined;
    const told = isVolume && !isDeleted ? undeletable(policyPath, reclaim) : deletes(policyPath, reclaim);
    const retained = isKept ? [] : [{ urn, subject, ...told }];
    // A class makes volumes; it holds none.
    const unprotected = isClass || object.protect ? [] : [{ urn, subject, ...unprotectedTold }];
    return [...retained, ...unprotected];
}

const deletes = (path: string, found: string) => ({
    found: `${path} ${found}: the data goes with the claim`,
    wanted: "Retain",
    mend: `set ${path} to Retain`,
});

/** The in-tree plugin deletes nothing (pkg/volume/nfs/nfs.go of Kubernetes 1.35 is no deleter). */
const undeletable = (path: string, found: string) => ({
    found: `${path} ${found}, which nobody carries out for a volume of NFS that is made by hand: when its claim goes it is of no use any more, and its data stays with nobody to find it`,
    wanted: "Retain",
    mend: `set ${path} to Retain`,
});

/** Volumes that the driver has made carry it as the fifth part of their handle (pkg/nfs/controllerserver.go). */
function ofHandle({ value }: KubernetesObject): Maybe<string> | undefined {
    const handle = textAt(value, "spec", "csi", "volumeHandle");
    return typeof handle === "string" ? handle.split("#")[4] : undefined;
}

const unprotectedTold = {
    found: "no protection: `pulumi destroy`, or a change that replaces it, deletes it",
    wanted: "the resource option protect, in production",
    mend: "set protect: true (in this stack: protectData and retainData)",
};

export const retainedInProduction = objectPolicy<Wishes>(
    {
        name: "data-is-retained-in-production",
        displayName: "Data is retained in production",
        description: "In production NFS volumes are retained, and volumes and claims are protected.",
        severity: "critical",
        tags: ["kubernetes", "storage", "data-integrity"],
        remediationSteps: "Set the reclaim policy Retain and the resource option protect.",
        details: [
            "One `pulumi destroy` in the wrong terminal, or one changed property that replaces a claim, and a volume with the policy `Delete` is gone for good.",
            "Judged, in the stacks named by `stacks`: the reclaim policy of NFS PersistentVolumes (left out it is `Retain`) and of StorageClasses of the CSI driver for NFS (left out it is `Delete`; the driver's parameter `onDelete: retain` or `archive` keeps the data as well); and Pulumi's option `protect` of NFS PersistentVolumes and of all claims.",
        ],
        config: {
            stacks: {
                type: "array",
                items: { type: "string", minLength: 1 },
                default: ["prod", "production"],
                description: "Names of the Pulumi stacks that are production.",
            },
        },
    },
    judge,
    {
        what: "sets the reclaim policy to `Retain`; protection is Pulumi's, and stays to be set in the program.",
        apply: (inputs) => {
            for (const one of within(inputs) as Record<string, unknown>[]) {
                const source = knownAt(one, "nfs") ?? knownAt(one, "csi");
                if (source !== undefined && knownAt(one, "accessModes") !== undefined)
                    one.persistentVolumeReclaimPolicy = "Retain";
                else if (knownAt(one, "provisioner") !== undefined) one.reclaimPolicy = "Retain";
            }
        },
    },
);
