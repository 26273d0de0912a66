// Policy: no container is privileged. An NFS server in user space needs a few
// capabilities, a client none: the kubelet mounts for it.
import {
    flagAt,
    type Judgement,
    type KubernetesObject,
    objectPolicy,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { judgeContainers } from "./containers";

export function judge(object: KubernetesObject): Judgement {
    return judgeContainers(object, ({ value }) => {
        const privileged = flagAt(value, "securityContext", "privileged");
        if (privileged === UNKNOWN) return { unknown: ["securityContext.privileged"] };
        if (!privileged) return undefined;
        return {
            found: "securityContext.privileged true: its root is the node's",
            wanted: "containers without privilege",
            mend: "run an NFS server in user space (this stack's NfsServer), with capabilities instead of privilege; a client needs neither, as the node mounts for it",
        };
    });
}

export const notPrivileged = objectPolicy(
    {
        name: "containers-are-not-privileged",
        displayName: "Containers are not privileged",
        description: "No container runs privileged.",
        severity: "critical",
        tags: ["kubernetes", "security", "nfs"],
        remediationSteps: "Take privileged away, and add the capabilities that are really needed.",
        details: [
            "Who breaks into a privileged container has the node, and with it every share that the node has mounted. The usual examples of NFS on Kubernetes are privileged because they run the kernel's server in a pod. A server in user space, such as Ganesha, needs a handful of capabilities; clients need nothing, because the kubelet mounts.",
            "Judged are all containers, init containers and sidecars of whatever makes pods. What must be privileged, such as a CSI driver's own pods, belongs into `exemptNamespaces`.",
        ],
    },
    judge,
);
