// How the stack's pods are told apart, by selectors, by policies and by people.
export const labels = {
    /** Kubernetes's recommended labels. */
    name: "app.kubernetes.io/name",
    instance: "app.kubernetes.io/instance",
    partOf: "app.kubernetes.io/part-of",
    component: "app.kubernetes.io/component",
} as const;

/** Value of `partOf` on everything the stack makes. */
export const PART_OF = "nfs-storage-stack";

/** Values of `component`: what a pod is for. */
export const roles = {
    server: "nfs-server",
    writer: "volume-writer",
    reader: "volume-reader",
    check: "visibility-check",
} as const;
export type Role = (typeof roles)[keyof typeof roles];
