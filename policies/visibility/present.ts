// Policy: a visibility check has left evidence. Where evidence is required, a
// share that is written has a check at all.
import {
    type Finding,
    hasPods,
    type Judgement,
    type KubernetesObject,
    sharesOf,
    stackPolicy,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { checksOf, whichEvidence } from "./evidence";

export function judge(objects: readonly KubernetesObject[], { requireEvidence = false }): Judgement {
    const checks = checksOf(objects);
    if (checks.length > 0) return checks.flatMap(judgeCheck);
    if (!requireEvidence) return "not applicable";
    const { mounts, open } = sharesOf(objects);
    const shared = mounts.filter(({ workload, ofOnePod }) => !ofOnePod && hasPods(workload) !== false);
    const writers = shared.filter(({ readOnly }) => readOnly !== true);
    if (writers.length + open.length === 0) return "not applicable";
    const workloads = new Map<string, Finding>();
    for (const { workload, title, readOnly, container } of writers) {
        const { urn } = workload;
        const isSure = readOnly === false && hasPods(workload) === true;
        if (isSure) workloads.set(urn, unproven(workload, title));
        else if (!workloads.has(urn))
            workloads.set(urn, {
                urn,
                subject: titleOf(workload),
                unknown: [`whether ${container.path} writes to ${title}`],
            });
    }
    return [...workloads.values(), ...open];
}

function judgeCheck({ pod, evidence, reason }: ReturnType<typeof checksOf>[number]): Finding[] {
    const { urn } = pod;
    const subject = titleOf(pod);
    if (evidence === UNKNOWN) return [{ urn, subject, unknown: ["the evidence in its termination message"] }];
    if (evidence !== undefined) return [];
    return [
        {
            urn,
            subject,
            found: reason ?? "nothing",
            wanted: "evidence of what the check has read",
            mend: "look at the pod's log; replace it (`make verify`, or `pulumi up --replace` with its URN), and it checks again",
        },
    ];
}

function unproven(workload: KubernetesObject, share: string): Finding {
    return {
        urn: workload.urn,
        subject: titleOf(workload),
        found: `that it writes to ${share}, and no visibility check in the stack`,
        wanted: "evidence that what is written is read on another node (requireEvidence is configured)",
        mend: "add this stack's VisibilityCheck for the claim, with the VolumeWriter that it reads after",
    };
}

export const evidencePresent = stackPolicy<{ requireEvidence: boolean }>(
    {
        name: "share-has-evidence",
        displayName: "Share has evidence",
        description:
            "Every visibility check has left evidence; where evidence is required, every written share has a check.",
        severity: "high",
        tags: ["kubernetes", "storage", "visibility", "evidence"],
        remediationSteps: "Run the check again; add one where there is none.",
        details: [
            "That a claim is Bound says that Kubernetes has written down a binding. Whether data gets from one node to another only a reader can say that has read it.",
            whichEvidence,
            "With `requireEvidence` a stack that has a share written by a pod, and no check, is refused.",
        ],
        config: {
            requireEvidence: {
                type: "boolean",
                default: false,
                description: "Refuse stacks that write to a share and have no visibility check.",
            },
        },
    },
    judge,
);
