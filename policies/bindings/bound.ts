// Policy: after the deployment a claim is Bound. Pending, its pods wait without
// an end; Lost, its volume is gone. Judged by what the cluster answered.
import {
    at,
    type Finding,
    isClaimObject,
    type Judgement,
    type KubernetesObject,
    stackPolicy,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const claims = objects.filter((object) => isClaimObject(object) && isWaitedFor(object));
    return claims.length === 0 ? "not applicable" : claims.flatMap(judgeClaim);
}

/**
 * Of a claim that Pulumi did not wait for, or that waits for its first pod, the state has the phase of long ago.
 */
function isWaitedFor({ value }: KubernetesObject): boolean {
    const skipped = at(value, "metadata", "annotations", "pulumi.com/skipAwait") === "true";
    const volume = at(value, "spec", "volumeName");
    const isLost = at(value, "status", "phase") === "Lost";
    return isLost || (!skipped && volume !== undefined && volume !== "");
}

function judgeClaim(claim: KubernetesObject): Finding[] {
    const { urn } = claim;
    const subject = titleOf(claim);
    const phase = textAt(claim.value, "status", "phase");
    // Not there in a preview; once deployed, the API server always says it.
    if (phase === UNKNOWN || phase === undefined) return [{ urn, subject, unknown: ["status.phase"] }];
    if (phase === "Bound") return [];
    return [
        {
            urn,
            subject,
            found: `status.phase ${phase}, although it asks for its volume by name`,
            wanted: "Bound",
            mend:
                phase === "Lost"
                    ? "bring the volume back, or replace volume and claim together"
                    : "see what `kubectl describe` says of the claim and of its volume; the other policies of this pack name the usual reasons",
        },
    ];
}

export const boundClaim = stackPolicy(
    {
        name: "claim-is-bound",
        displayName: "Claim is bound",
        description: "A claim that names its volume is Bound once it is deployed, and no claim has lost its volume.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Look at the events of the claim and mend what keeps it from its volume.",
        details: [
            "The other policies of this pack judge what was asked for; this one judges what came of it, by the phase in the stack's state. In a preview of something new there is none yet.",
            "Claims that name no volume are judged only when they are Lost: with most StorageClasses they stay Pending until their first pod comes, and the state keeps the phase of the moment in which the claim was made. The same goes for claims with the annotation `pulumi.com/skipAwait`.",
        ],
    },
    judge,
);
