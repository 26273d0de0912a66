// Policy: where a volume or a claim names the other, both do. One-sided, the
// binding is a race: the volume may be given to another claim, or the claim to
// another volume.
import { type Problem, stackPolicy } from "@nfs-storage-stack/policies-shared";
import { type Claim, type Declared, ofVolumesAndClaims, type Pair, pairs, same, type Volume } from "./volumes";

export function judge(all: Declared): Problem[] {
    return pairs(all).flatMap(({ volume, claim }) => [
        ...volumeProblem({ volume, claim }),
        ...claimProblem({ volume, claim }),
    ]);
}

const wanted = "a volume's spec.claimRef and its claim's spec.volumeName that name each other, or neither of the two";

function volumeProblem({ volume, claim }: Pair): Problem[] {
    if (!isClear(volume, claim) || same(volume.claim, claim.key)) return [];
    const found =
        volume.claim === undefined
            ? `no spec.claimRef, although ${claim.title} asks for this volume by name: any other claim may take it`
            : `spec.claimRef ${String(volume.claim)}, although ${claim.title} asks for this volume by name and would wait for ever`;
    return [{ urn: volume.urn, subject: volume.title, found, wanted, mend: mend({ volume, claim }) }];
}

function claimProblem({ volume, claim }: Pair): Problem[] {
    if (!isClear(volume, claim) || same(claim.volume, volume.name)) return [];
    const found =
        claim.volume === undefined
            ? `no spec.volumeName, although ${volume.title} is reserved for this claim: it may be given another volume`
            : `spec.volumeName ${String(claim.volume)}, although ${volume.title} is reserved for this claim`;
    return [{ urn: claim.urn, subject: claim.title, found, wanted, mend: mend({ volume, claim }) }];
}

/** What is not known yet can't be said to differ. */
function isClear(volume: Volume, claim: Claim): boolean {
    return ![volume.name, volume.claim, claim.key, claim.volume].some((value) => typeof value === "symbol");
}

function mend({ volume, claim }: Pair): string {
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
    },
    ofVolumesAndClaims(judge),
);
