// Policy: in production, deleting a stack does not delete data: NFS volumes are
// retained, and Pulumi refuses to delete volumes and claims.
import {
    at,
    attributeAt,
    isClaimObject,
    isNfsClass,
    type Judgement,
    type KubernetesObject,
    nfsOfVolume,
    objectPolicy,
    stackNameOf,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

interface Wishes {
    stacks: string[];
}

export function judge(object: KubernetesObject, { stacks }: Wishes): Judgement {
    if (!stacks.includes(stackNameOf(object.urn))) return "not applicable";
    const isVolume = nfsOfVolume(object) !== undefined;
    const policyPath = isVolume ? "persistentVolumeReclaimPolicy" : "reclaimPolicy";
    if (!isVolume && !isNfsClass(object) && !isClaimObject(object)) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const reclaim = isVolume
        ? (textAt(object.value, "spec", policyPath) ?? "Retain")
        : isNfsClass(object)
          ? (textAt(object.value, policyPath) ?? "Delete")
          : "Retain";
    if (reclaim === UNKNOWN) return [{ urn, subject, unknown: [policyPath] }];
    // With these the driver leaves the folder where it is, or renames it: pkg/nfs/controllerserver.go, DeleteVolume.
    const onDelete = isNfsClass(object) ? attributeAt(at(object.value, "parameters"), "onDelete") : undefined;
    if (onDelete === UNKNOWN) return [{ urn, subject, unknown: ["parameters.onDelete"] }];
    const isKept = reclaim === "Retain" || /^(retain|archive)$/i.test(onDelete ?? "");
    const retained = isKept ? [] : [{ urn, subject, ...deletes(policyPath, reclaim) }];
    // A class makes volumes; it holds none.
    const unprotected = isNfsClass(object) || object.protect ? [] : [{ urn, subject, ...unprotectedTold }];
    return [...retained, ...unprotected];
}

const deletes = (path: string, found: string) => ({
    found: `${path} ${found}: the data goes with the claim`,
    wanted: "Retain",
    mend: `set ${path} to Retain`,
});

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
            const spec = at(inputs, "spec", "nfs") ?? at(inputs, "spec", "csi");
            if (spec !== undefined) (inputs.spec as Record<string, unknown>).persistentVolumeReclaimPolicy = "Retain";
            else if (at(inputs, "provisioner") !== undefined) inputs.reclaimPolicy = "Retain";
        },
    },
);
