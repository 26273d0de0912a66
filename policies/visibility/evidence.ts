// The evidence that visibility checks leave: where it is found in a stack, and
// what the policies about it have in common. What evidence is, contract says.
import { clientPod, type Evidence, evidenceAmong, labels, roles } from "@nfs-storage-stack/contract";
import {
    at,
    type Finding,
    isKind,
    type Judgement,
    type KubernetesObject,
    listAt,
    type Maybe,
    type Problem,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

/** A pod that runs once, reads what a writer wrote, and says in its termination message what it found. */
export interface Check {
    pod: KubernetesObject;
    /** UNKNOWN before it ran; undefined when it left nothing that is evidence, for the reason beside it. */
    evidence: Maybe<Evidence> | undefined;
    reason?: string;
}

export function checksOf(objects: readonly KubernetesObject[]): Check[] {
    return objects.filter((object) => isKind(object, "core", "Pod") && hasRole(object, roles.check)).map(checkOf);
}

/** Of pods, and of what makes pods. */
export const hasRole = ({ value }: KubernetesObject, role: string): boolean =>
    at(value, "metadata", "labels", labels.component) === role;

function checkOf(pod: KubernetesObject): Check {
    const status = at(pod.value, "status");
    const statuses = listAt(status, "containerStatuses");
    // A status is there as soon as the API server has made the pod.
    if (status === undefined || statuses === UNKNOWN) return { pod, evidence: UNKNOWN };
    const messages = statuses.map((one) => textAt(one, "state", "terminated", "message"));
    try {
        const evidence = evidenceAmong(messages.filter((message) => message !== UNKNOWN));
        if (evidence !== undefined || !messages.includes(UNKNOWN))
            return { pod, evidence, ...(evidence === undefined && { reason: "no termination message" }) };
    } catch (error) {
        if (!messages.includes(UNKNOWN)) return { pod, evidence: undefined, reason: (error as Error).message };
    }
    return { pod, evidence: UNKNOWN };
}

/** The value of a variable that a container of the object's pods is given, whichever container that is. */
export function variableOf(containers: readonly { value: unknown }[], name: string): Maybe<string> | undefined {
    for (const { value } of containers) {
        const env = listAt(value, "env");
        const variable = env === UNKNOWN ? UNKNOWN : env.find((one) => textAt(one, "name") === name);
        if (variable !== undefined) return textAt(variable, "value");
    }
    return undefined;
}

export const REVISION = clientPod.env.revision;
export const ALLOW_SAME_NODE = clientPod.env.allowSameNode;

type Told = Pick<Problem, "found" | "wanted" | "mend">;

/**
 * A rule about evidence that is there: what is not known yet is said to be, and what is missing is the business of
 * the policy about that.
 */
export function judgeEvidence(
    objects: readonly KubernetesObject[],
    judge: (evidence: Evidence, check: Check) => Told | { unknown: string[] } | undefined,
): Judgement {
    const checks = checksOf(objects);
    if (checks.length === 0) return "not applicable";
    return checks.flatMap((check): Finding[] => {
        const { urn } = check.pod;
        const subject = titleOf(check.pod);
        if (check.evidence === UNKNOWN) return [{ urn, subject, unknown: ["the evidence in its termination message"] }];
        const found = check.evidence && judge(check.evidence, check);
        return found ? [{ urn, subject, ...found }] : [];
    });
}

/** Of every policy about evidence, for its page. */
export const whichEvidence =
    "Evidence is what a visibility check (this stack's component VisibilityCheck, or any pod with the label `app.kubernetes.io/component: visibility-check`) leaves in its termination message. A stack without one is not judged. In a preview the evidence of the last deployment is judged, and there is none yet where the check is new.";
