// A StatefulSet of one pod, as the server and the writer are: two at a time
// would spoil what they keep. Pure.
import type * as k8s from "@pulumi/kubernetes";

export interface SinglePod {
    /** Of the StatefulSet, and of the Service in front of it. */
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: k8s.types.input.meta.v1.ObjectMeta["annotations"];
    readonly spec: k8s.types.input.core.v1.PodSpec;
}

export function singlePodSet({ name, labels, annotations, spec }: SinglePod): k8s.types.input.apps.v1.StatefulSetSpec {
    return {
        replicas: 1,
        // A plain text: as the Service's output it would make the two wait for each other.
        serviceName: name,
        // In order, a pod that never became ready is not replaced by a corrected one (seen with 1.35).
        podManagementPolicy: "Parallel",
        selector: { matchLabels: labels },
        template: { metadata: { labels, ...(annotations !== undefined && { annotations }) }, spec },
    };
}
