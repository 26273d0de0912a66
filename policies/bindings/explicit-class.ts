// Policy: a claim that names its volume says its storage class. Left out, the
// API server puts the cluster's default class in, and the claim is of a class that
// its volume is not of (kubernetes #39459). Nothing is put into a volume: there, left out
// is the same as "", and satisfied.ts compares the two. Judged by the inputs,
// because the state already has what was put in.
import {
    at,
    claimsOf,
    claimTemplatesOf,
    classOf,
    type Finding,
    isClaimObject,
    type Judgement,
    type KubernetesObject,
    knownAt,
    objectPolicy,
    plain,
    titleOf,
    UNKNOWN,
    within,
} from "@nfs-storage-stack/policies-shared";

export function judge(object: KubernetesObject): Judgement {
    const { urn } = object;
    const subject = titleOf(object);
    const claims = isClaimObject(object) ? claimsOf([object]) : claimTemplatesOf(object);
    const naming = claims.filter(({ value }) => (at(value, "spec", "volumeName") ?? "") !== "");
    if (naming.length === 0) return "not applicable";
    return naming.flatMap(({ value, path }): Finding[] => {
        const where = path === "" ? "" : `${path}.`;
        const storageClass = classOf(value);
        if (storageClass === UNKNOWN) return [{ urn, subject, unknown: [`${where}spec.storageClassName`] }];
        if (storageClass !== undefined) return [];
        if (at(value, "spec", "volumeName") === UNKNOWN)
            return [{ urn, subject, unknown: [`${where}spec.volumeName`] }];
        return [
            {
                urn,
                subject,
                found: `no ${where}spec.storageClassName, although it asks for a volume by name`,
                wanted: "storageClassName said on the claim, the same as on the volume",
                mend: 'set spec.storageClassName to "", which keeps every provisioner away, or to the class of the volume',
            },
        ];
    });
}

/** Of the claim itself, or of a template wherever it is. */
function mend(inputs: Record<string, unknown>): void {
    for (const claim of within(inputs)) {
        const spec = knownAt(claim, "spec");
        const named = knownAt(spec, "volumeName");
        const lacks = typeof named === "string" && named !== "" && classOf(plain(claim)) === undefined;
        if (lacks) (spec as Record<string, unknown>).storageClassName = "";
    }
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
            "Into a claim that does not say its class the API server puts the cluster's default one. The claim then is of a class that the volume is not of: unless the volume is reserved for it as well (`volume-and-claim-name-each-other`) it stays Pending, and where it is, the claim still counts for that class, in quotas and for whoever reads it; on a cluster without a default class the same stack works (kubernetes #39459). Only the inputs can be judged: the state already has what was put in.",
            "The annotation `volume.beta.kubernetes.io/storage-class` says a class, too, and comes before the field: Kubernetes still reads it. Templates of claims, in StatefulSets and in ephemeral volumes, are judged like claims.",
            '`""` means no class at all and keeps every provisioner away, which is right for volumes that are made by hand, such as those of NFS. A class of your own works too, as long as both say the same (`volume-satisfies-claim` looks at that).',
            'Claims that name no volume are not judged: they are for provisioners, and the default class is theirs to use. Volumes are not judged either: nothing is put into them, and a class left out is the same as `""`.',
        ],
    },
    judge,
    {
        what: 'sets `spec.storageClassName` of the claim, or of the template, to `""`.',
        apply: mend,
    },
);
