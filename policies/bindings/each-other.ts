// Policy: where a volume or a claim names the other, both do. One-sided, the
// binding is a race: the volume may be given to another claim, or the claim to
// another volume.
import { type Finding, type Problem, same, stackPolicy, UNKNOWN } from "@nfs-storage-stack/policies-shared";
import { type Claim, type Declared, ofVolumesAndClaims, type Pair, pairs, unjudgedOf, type Volume } from "./volumes";

export function judge(all: Declared): Finding[] {
    const problems = pairs(all).flatMap(({ volume, claim }) => [
        ...volumeProblem({ volume, claim }),
        ...formerClaim({ volume, claim }),
        ...claimProblem({ volume, claim }),
    ]);
    return [...problems, ...unjudgedOf(all, "name", "key", "claim", "volume")];
}

const wanted = "a volume's spec.claimRef and its claim's spec.volumeName that name each other, or neither of the two";

function volumeProblem({ volume, claim }: Pair): Problem[] {
    // Of one that a provisioner made nobody can tell who has written that, but it is there.
    const names = ofProgram(volume.claim, volume) ?? (volume.isProvisioned ? volume.bound : undefined);
    if (!isClear(volume, claim) || same(names, claim.key)) return [];
    const found =
        names === undefined
            ? `no spec.claimRef, although ${claim.title} asks for this volume by name: any other claim may take it`
            : `spec.claimRef ${String(names)}, although ${claim.title} asks for this volume by name and would wait for ever`;
    return [{ urn: volume.urn, subject: volume.title, found, wanted, mend: mend({ volume, claim }) }];
}

/** Kubernetes binds a volume that names a uid to the claim of that uid only (IsVolumeBoundToClaim, component-helpers). */
function formerClaim({ volume, claim }: Pair): Problem[] {
    const [was, is] = [volume.claimUid, claim.uid];
    const isKnown = typeof was === "string" && typeof is === "string";
    if (!isKnown || was === is || !same(volume.bound, claim.key)) return [];
    const found = `spec.claimRef with the uid ${was}, which is that of another claim than ${claim.title} (${is}): the volume stays Released`;
    return [
        {
            urn: volume.urn,
            subject: volume.title,
            found,
            wanted,
            mend: "take the uid out of spec.claimRef of the volume",
        },
    ];
}

function claimProblem({ volume, claim }: Pair): Problem[] {
    // A template can't name a volume for each of its claims.
    if (!isClear(volume, claim) || claim.template !== "" || same(ofProgram(claim.volume, claim), volume.name))
        return [];
    const found =
        claim.volume === undefined
            ? `no spec.volumeName, although ${volume.title} is reserved for this claim: it may be given another volume`
            : `spec.volumeName ${String(claim.volume)}, although ${volume.title} is reserved for this claim`;
    return [{ urn: claim.urn, subject: claim.title, found, wanted, mend: mend({ volume, claim }) }];
}

/** With Kubernetes' mark in a program's own inputs the name beside it is still the program's. */
const ofProgram = <T>(
    wish: T | undefined,
    { bound, answered }: { bound: T | undefined; answered: boolean },
): T | undefined => wish ?? (answered ? undefined : bound);

/** What is not known yet can't be said to differ. */
function isClear(volume: Volume, claim: Claim): boolean {
    return ![volume.name, volume.claim, claim.key, claim.volume].includes(UNKNOWN);
}

function mend({ volume, claim }: Pair): string {
    if (claim.key === undefined)
        return "leave spec.volumeName out of the template: whose claims only the cluster names, no volume can be reserved for";
    const [namespace, name] = String(claim.key).split("/");
    return (
        `set spec.claimRef of the volume to { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "${namespace}", ` +
        `name: "${name}" } and spec.volumeName of the claim to "${String(volume.name)}", or leave both out`
    );
}

export const namesOfEachOther = stackPolicy(
    {
        name: "volume-and-claim-name-each-other",
        displayName: "Volume and claim name each other",
        description: "Where a PersistentVolume or a PersistentVolumeClaim names the other, both do.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Set claimRef on the volume and volumeName on the claim, each naming the other, or neither.",
        details: [
            "A binding that only one side asks for is a race. A volume without `claimRef` may be given to any claim that fits before the one that names it gets there; a claim without `volumeName` may be given another volume, or a new one by the default StorageClass, while the volume that is reserved for it waits for ever.",
            "Neither naming the other is fine: then Kubernetes chooses, by class, size and access modes. What Kubernetes itself filled in when it chose (it marks that with the annotation `pv.kubernetes.io/bound-by-controller`) is not taken for a wish, nor is the claim that a provisioner wrote into a volume which it made (`pv.kubernetes.io/provisioned-by`); in the inputs of a program, where an export has left the mark, it is one. Claims that a StatefulSet or a pod makes of a template can't name a volume each: there a volume that is reserved is enough. A volume or a claim whose counterpart is not in the same stack is not judged.",
            "```yaml\nkind: PersistentVolume\nmetadata: { name: data }\nspec:\n    claimRef: { apiVersion: v1, kind: PersistentVolumeClaim, namespace: web, name: data }\n---\nkind: PersistentVolumeClaim\nmetadata: { namespace: web, name: data }\nspec:\n    volumeName: data\n```",
            "Leave the claim's `uid` out of `claimRef`: a claim that is made anew under the same name then binds again, where the volume would be stuck Released otherwise (kubernetes #91847).",
        ],
    },
    ofVolumesAndClaims(judge),
);
