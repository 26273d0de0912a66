// Policy: the evidence is not too old to say anything about today.
import { type Judgement, type KubernetesObject, stackPolicy } from "@nfs-storage-stack/policies-shared";
import { judgeEvidence, whichEvidence } from "./evidence";

const HOUR_MS = 3_600_000;

export function judge(
    objects: readonly KubernetesObject[],
    { maxAgeHours }: { maxAgeHours: number },
    now = Date.now(),
): Judgement {
    return judgeEvidence(objects, ({ checkedAt }) => {
        const hours = (now - Date.parse(checkedAt)) / HOUR_MS;
        if (hours <= maxAgeHours) return undefined;
        return {
            found: `evidence of ${checkedAt}, ${Math.floor(hours)} hours ago`,
            wanted: `evidence that is at most ${maxAgeHours} hours old`,
            mend: "run `make verify`, or `pulumi up --replace` with the URN of the check's pod",
        };
    });
}

export const evidenceRecent = stackPolicy<{ maxAgeHours: number }>(
    {
        name: "evidence-is-recent",
        displayName: "Evidence is recent",
        description: "Evidence is not older than the configured limit, 30 days unless configured.",
        severity: "medium",
        tags: ["kubernetes", "storage", "visibility", "evidence"],
        remediationSteps: "Let the check run again.",
        details: [
            "A deployment without changes does not check again, and nodes, kernels and networks change under a stack that does not. `make verify` checks on demand, and can be run on a schedule.",
            "The age is the difference between this machine's clock and that of the node on which the check ran.",
            whichEvidence,
        ],
        config: {
            maxAgeHours: {
                type: "number",
                minimum: 0,
                default: 720,
                description: "The greatest age of evidence, in hours.",
            },
        },
    },
    judge,
);
