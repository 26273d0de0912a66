// Policy: the evidence is of what is deployed now, not of what was deployed when
// the check ran.
import { roles } from "@nfs-storage-stack/contract";
import {
    containersOf,
    type Judgement,
    type KubernetesObject,
    stackPolicy,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { hasRole, judgeEvidence, REVISION, variableOf, whichEvidence } from "./evidence";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const writers = objects.filter((object) => hasRole(object, roles.writer));
    return judgeEvidence(objects, ({ revision }, { pod }) => {
        const deployed = [pod, ...writers].map((object) => variableOf(containersOf(object), REVISION));
        const other = deployed.find((one) => typeof one === "string" && one !== revision);
        if (other !== undefined) {
            return {
                found: `evidence of revision ${short(revision)}, while ${short(String(other))} is deployed`,
                wanted: "evidence of the revision that is deployed",
                mend: "let the check run again (`make verify`): its revision must be that of the writer",
            };
        }
        return deployed.includes(UNKNOWN) ? { unknown: [`the variable ${REVISION}`] } : undefined;
    });
}

/** As much of a hash as people compare. */
const short = (revision: string): string => revision.slice(0, 12);

export const evidenceOfRevision = stackPolicy(
    {
        name: "evidence-is-of-this-revision",
        displayName: "Evidence is of this revision",
        description:
            "Evidence is about the images, the server's configuration, the export and the mount options that are deployed.",
        severity: "high",
        tags: ["kubernetes", "storage", "visibility", "evidence"],
        remediationSteps: "Let the check run again.",
        details: [
            "The revision is a hash of all that decides whether data is seen: images by digest, the server's configuration, the export, the mount options, the message. The writer puts it into every record and the check looks for it. A stack that was changed with the check left out (`--target`, `ignoreChanges`) has evidence of something that no longer runs.",
            "Compared are the evidence, the check's pod and every writer of the stack (label `app.kubernetes.io/component: volume-writer`).",
            whichEvidence,
        ],
    },
    judge,
);
