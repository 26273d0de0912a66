// Policy: the visibility check has passed: it saw new and changed data, from
// another node than the writer's.
import { containersOf, type Judgement, type KubernetesObject, stackPolicy } from "@nfs-storage-stack/policies-shared";
import { ALLOW_SAME_NODE, judgeEvidence, variableOf, whichEvidence } from "./evidence";

interface Wishes {
    otherNode: "always" | "unless the check may share it";
    records: number;
}

export function judge(objects: readonly KubernetesObject[], { otherNode, records }: Wishes): Judgement {
    return judgeEvidence(objects, (evidence, { pod }) => {
        const { verdict, reason, changedDataSeen, writer, checker } = evidence;
        const again = "mend what the reason names, then let the check run again (`make verify`)";
        if (verdict !== "passed") {
            return { found: `the verdict ${verdict}: ${reason}`, wanted: "a check that has passed", mend: again };
        }
        if (!changedDataSeen || evidence.records < records) {
            return {
                found: `${evidence.records} records verified, and changed data ${changedDataSeen ? "" : "not "}seen`,
                wanted: `at least ${records} records of this revision verified, and changed data seen`,
                mend: "let the check verify more records, and the writer write while it does",
            };
        }
        const mayShare = otherNode !== "always" && variableOf(containersOf(pod), ALLOW_SAME_NODE) === "true";
        if (writer.node === checker.node && !mayShare) {
            return {
                found: `writer and check on one node, ${writer.node}, where they share a cache`,
                wanted: "a check on another node than the writer's",
                mend: 'give the cluster a second node, and the check the placement "required"',
            };
        }
        return undefined;
    });
}

export const evidencePassed = stackPolicy<Wishes>(
    {
        name: "evidence-has-passed",
        displayName: "Evidence has passed",
        description: "The check has verified new and changed data, from another node than the writer's.",
        severity: "critical",
        tags: ["kubernetes", "storage", "visibility", "evidence"],
        remediationSteps: "Mend what the evidence gives as its reason, and check again.",
        details: [
            "New data alone proves little: a file that did not exist can't be in a cache. So the check also wants to see a document change that it has read before. And two pods on one node share that node's NFS client: what they see of each other never went through the server.",
            whichEvidence,
        ],
        config: {
            otherNode: {
                type: "string",
                enum: ["always", "unless the check may share it"],
                default: "unless the check may share it",
                description:
                    "Whether a check that was allowed to run on the writer's node (placement `preferred`, for clusters of one node) may have done so.",
            },
            records: {
                type: "integer",
                minimum: 1,
                default: 1,
                description: "The least number of records that the check must have verified.",
            },
        },
    },
    judge,
);
