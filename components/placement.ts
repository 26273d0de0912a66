// On which nodes the pods run, and when they leave one. Two pods on one node share that node's NFS
// client (and, without `nosharecache`, its cache), so only another node proves
// that data left the writer's. Pure.
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Labels } from "./names";

type Affinity = k8s.types.input.core.v1.Affinity;
type Term = k8s.types.input.core.v1.PodAffinityTerm;
type Toleration = k8s.types.input.core.v1.Toleration;
type Weighted = k8s.types.input.core.v1.WeightedPodAffinityTerm;

/** `preferred` is for clusters of one node. */
export type Placement = "required" | "preferred";

/** Pods of one component, and the namespace they are in. */
export interface PodGroup {
    readonly namespace: Input<string>;
    readonly labels: Labels;
}

export interface Distances {
    /** Whose node to keep away from, as `placement` says. */
    readonly from?: PodGroup;
    /** @default "required" */
    readonly placement?: Placement;
    /**
     * Whose node to keep away from where there is a choice: a client on the server's node can need the memory
     * that the server needs to free it.
     */
    readonly server?: PodGroup;
}

const HOSTNAME = "kubernetes.io/hostname";
/** The proof needs the first; where both can't be had, it matters more. */
const AWAY = 100;
const AWAY_FROM_SERVER = 50;

const term = ({ namespace, labels }: PodGroup): Term => ({
    labelSelector: { matchLabels: labels },
    namespaces: [namespace],
    topologyKey: HOSTNAME,
});

/** Undefined when there is nothing to keep away from. */
export function away({ from, placement = "required", server }: Distances): Affinity | undefined {
    const required = from && placement === "required" ? [term(from)] : [];
    const preferred: Weighted[] = [];
    if (from && placement === "preferred") {
        preferred.push({ weight: AWAY, podAffinityTerm: term(from) });
    }
    if (server) {
        preferred.push({ weight: AWAY_FROM_SERVER, podAffinityTerm: term(server) });
    }
    if (required.length + preferred.length === 0) {
        return undefined;
    }
    return {
        podAntiAffinity: {
            ...(required.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: required }),
            ...(preferred.length > 0 && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
        },
    };
}

/** Kubernetes itself says 300 (DefaultTolerationSeconds), in which a share without its server stands still. */
export const defaultTolerationSeconds = 30;

/**
 * A pod leaves a node that is unreachable, or not ready, for so many seconds, counted from when Kubernetes has noticed it
 * (50 s after the last sign of life by default, --node-monitor-grace-period of 1.35).
 */
export function tolerations(seconds: number = defaultTolerationSeconds): Toleration[] {
    return ["unreachable", "not-ready"].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: seconds,
    }));
}

/** Spreads the pods of one component over the nodes, as far as the nodes allow. */
export function spread(labels: Labels): k8s.types.input.core.v1.TopologySpreadConstraint[] {
    return [
        {
            maxSkew: 1,
            topologyKey: HOSTNAME,
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: labels },
        },
    ];
}
