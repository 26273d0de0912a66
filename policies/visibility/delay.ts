// Policy: what is written is seen elsewhere soon enough.
import { type Judgement, type KubernetesObject, stackPolicy } from "@nfs-storage-stack/policies-shared";
import { judgeEvidence, whichEvidence } from "./evidence";

interface Limits {
    p99Ms: number;
    maxMs?: number;
}

export function judge(objects: readonly KubernetesObject[], { p99Ms, maxMs }: Limits): Judgement {
    return judgeEvidence(objects, ({ delayMs: delay }) => {
        const mend =
            "look at the mount options (actimeo, lookupcache) and at the load of nodes and server, then check again";
        const limit = `a 99th percentile of at most ${p99Ms} ms${maxMs === undefined ? "" : `, and none above ${maxMs} ms`}`;
        if (delay === null) {
            return {
                found: "no delay, as it could not be measured",
                wanted: limit,
                mend: "let the check reach the writer's clock over HTTP",
            };
        }
        if (delay.p99 <= p99Ms && delay.max <= (maxMs ?? Number.POSITIVE_INFINITY)) return undefined;
        return {
            found: `a delay of ${delay.p99} ms (99th percentile), ${delay.max} ms at most`,
            wanted: limit,
            mend,
        };
    });
}

export const evidenceDelay = stackPolicy<Limits>(
    {
        name: "delay-is-within-limits",
        displayName: "Delay is within limits",
        description:
            "What is written is seen on another node within the configured limits, 10 s for 99 of 100 records unless configured.",
        severity: "medium",
        tags: ["kubernetes", "storage", "visibility", "evidence", "performance"],
        remediationSteps: "Choose mount options that see changes sooner, or relieve what is slow.",
        details: [
            "Mounted with the defaults of NFS a reader may see a file half a minute late. The check measures from the writer's clock to its own sight of each record, with the two clocks compared over HTTP. The default limit is the age at which this stack's readers call data stale.",
            whichEvidence,
        ],
        config: {
            p99Ms: {
                type: "number",
                minimum: 0,
                default: 10_000,
                description: "The longest that 99 of 100 records may take, in milliseconds.",
            },
            maxMs: {
                type: "number",
                minimum: 0,
                description: "The longest that any record may take, in milliseconds; no limit unless it is set.",
            },
        },
    },
    judge,
);
