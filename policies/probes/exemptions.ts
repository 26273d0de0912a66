// Who needs no probes, by nature. Whom somebody lets off is said in the
// policy's configuration, with a reason.
import {
    type Container,
    type KubernetesObject,
    type Maybe,
    runsOnce,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

interface Exemption {
    what: string;
    because: string;
    applies(container: Container, object: KubernetesObject): Maybe<boolean>;
}

const byNature: Exemption[] = [
    {
        what: "ordinary init containers",
        because: "the pod waits for their end; Kubernetes refuses probes on them",
        applies: ({ role }) => (role === UNKNOWN ? UNKNOWN : role === "init"),
    },
    {
        what: "pods that run once: Jobs, CronJobs, and pods that are not always restarted",
        because: "they are done when they end, and their exit code says how it went",
        applies: (_, object) => runsOnce(object),
    },
    {
        what: "containers with a restart policy of their own that is not Always",
        because: "they too end by themselves, beside others that run on",
        applies: ({ restartPolicy }) => (restartPolicy === UNKNOWN ? UNKNOWN : restartPolicy !== "Always"),
    },
];

/** For people, one line each. */
export const exemptByNature = byNature.map(({ what, because }) => `${what}: ${because}`);

/** UNKNOWN where it depends on what is not known yet. */
export function isExempt(container: Container, object: KubernetesObject): Maybe<boolean> {
    const answers = byNature.map((exemption) => exemption.applies(container, object));
    return answers.includes(true) ? true : answers.includes(UNKNOWN) ? UNKNOWN : false;
}
