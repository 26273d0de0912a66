// Policy: a claim that names its volume says its storage class. Left out, the
// API server puts the cluster's default class in, and the claim no longer fits
// its volume (kubernetes #39459). Nothing is put into a volume: there, left out
// is the same as "", and satisfied.ts compares the two. Judged by the inputs,
// because the state already has what was put in.
import {
    at,
    isClaimObject,
    type Judgement,
    type KubernetesObject,
    objectPolicy,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

export function judge(object: KubernetesObject): Judgement {
    if (!isClaimObject(object)) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const storageClass = at(object.value, "spec", "storageClassName");
    const volume = at(object.value, "spec", "volumeName");
    if (volume === undefined || volume === "") return "not applicable";
    if (storageClass === UNKNOWN) return [{ urn, subject, unknown: ["spec.storageClassName"] }];
    if (typeof storageClass === "string") return [];
    if (volume === UNKNOWN) return [{ urn, subject, unknown: ["spec.volumeName"] }];
    return [
        {
            urn,
            subject,
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
        details: [
            "Into a claim that does not say its class the API server puts the cluster's default one. The claim then no longer fits the volume that it names, and stays Pending; on a cluster without a default class the same stack works (kubernetes #39459). Only the inputs can be judged: the state already has what was put in.",
            '`""` means no class at all and keeps every provisioner away, which is right for volumes that are made by hand, such as those of NFS. A class of your own works too, as long as both say the same (`volume-satisfies-claim` looks at that).',
            'Claims that name no volume are not judged: they are for provisioners, and the default class is theirs to use. Volumes are not judged either: nothing is put into them, and a class left out is the same as `""`.',
        ],
    },
    judge,
    {
        what: 'sets `spec.storageClassName` of the claim to `""`.',
        apply: (inputs) => {
            (inputs.spec as Record<string, unknown>).storageClassName = "";
        },
    },
);
