// Who needs no probes: by nature (the list below), or because somebody said so
// in the policy's configuration, with a reason.
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
        applies: (container) => container.role === "init",
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

/** An entry of the configuration. */
export interface Granted {
    /** The workload's name in Pulumi. */
    resource: string;
    /** Its container's name; left out: all of them. */
    container?: string;
    /** Why it can do without. */
    reason: string;
}

/** Also true where it is not known yet whether one applies. */
export function isExempt(container: Container, object: KubernetesObject, granted: readonly Granted[]): boolean {
    return (
        byNature.some((exemption) => exemption.applies(container, object) !== false) ||
        granted.some(
            (grant) =>
                grant.resource === object.resource &&
                (grant.container === undefined || grant.container === container.name),
        )
    );
}
