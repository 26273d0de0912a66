// Security contexts of the pods, and the pod-security levels of their namespaces. Pure.
import type * as k8s from "@pulumi/kubernetes";
import type { Identity } from "./identity";

type PodSecurityContext = k8s.types.input.core.v1.PodSecurityContext;
type SecurityContext = k8s.types.input.core.v1.SecurityContext;

/**
 * What Ganesha needs to act for its clients: to give files their owner (CHOWN,
 * FOWNER, FSETID, SETUID, SETGID), to reach them whatever their mode
 * (DAC_OVERRIDE), and to open them by handle (DAC_READ_SEARCH: without it the
 * server starts, answers, and fails every create).
 */
export const serverCapabilities = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "SETGID",
    "SETUID",
] as const;

const seccompProfile = { type: "RuntimeDefault" };
const locked = { allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true, seccompProfile };

export const serverPodSecurity: PodSecurityContext = { seccompProfile };
/** Root, without root's powers but those above. */
export const serverContainerSecurity: SecurityContext = {
    ...locked,
    runAsUser: 0,
    runAsGroup: 0,
    capabilities: { drop: ["ALL"], add: [...serverCapabilities] },
};

/** No fsGroup: the kubelet would change the owner of everything on the share. */
export function clientPodSecurity({ uid, gid }: Identity): PodSecurityContext {
    return { runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, seccompProfile };
}
export const clientContainerSecurity: SecurityContext = {
    ...locked,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
};

/** Pod Security Standards. DAC_READ_SEARCH is beyond `baseline`, so the server's namespace is `privileged`. */
export type PodSecurityLevel = "privileged" | "restricted";

export function podSecurityLabels(level: PodSecurityLevel): Readonly<Record<string, string>> {
    const modes = ["enforce", "audit", "warn"];
    return Object.fromEntries(modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, level]));
}
