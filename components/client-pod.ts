// What the pods of the writer, the readers and the check have in common: one
// image, one identity, the claim, no privilege. Pure.

import { clientPod } from "@nfs-storage-stack/contract";
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { defaultIdentity, type Identity } from "./identity";
import { clientContainerSecurity, clientPodSecurity } from "./security";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;

export interface ClientPodOptions {
    readonly role: keyof typeof clientPod.commands;
    /** By digest. */
    readonly image: Input<string>;
    /** Name of the claim. */
    readonly claim: Input<string>;
    readonly access: "read-write" | "read-only";
    /** Values of clientPod.env, besides the pod's and its node's name. */
    readonly env: Readonly<Record<string, Input<string>>>;
    /** Whom it runs as: whom the server takes it for. @default 10001:10001 */
    readonly identity?: Identity;
    readonly affinity?: PodSpec["affinity"];
    /** Undefined for a pod that ends by itself. */
    readonly tolerations?: PodSpec["tolerations"];
}

/** Node.js takes 40-60 MB; a limit with room for a large journal segment. */
const resources = { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } };

/** Of pods that live on: they mount again, which they do not by themselves, when other data is behind the address. */
export function mountAnnotations(dataId: Input<string> | undefined): { annotations?: Record<string, Input<string>> } {
    return dataId === undefined ? {} : { annotations: { "nfs-storage-stack/data": dataId } };
}

/** The pod, but for what differs by how long it lives (`container`, and the spread into the result). */
export function clientPodSpec(options: ClientPodOptions, container: Partial<Container> = {}): PodSpec {
    const { role, image, claim, access, env, identity = defaultIdentity, affinity, tolerations } = options;
    const readOnly = access === "read-only";
    return {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        // Nothing here is found by name, so a cluster without a DNS of its own will do.
        dnsPolicy: "Default",
        // It ends on the signal; the rest is for a last write that waits for the server.
        terminationGracePeriodSeconds: 15,
        securityContext: clientPodSecurity(identity),
        ...(affinity !== undefined && { affinity }),
        ...(tolerations !== undefined && { tolerations }),
        containers: [
            {
                name: role,
                image,
                args: [clientPod.commands[role]],
                env: [
                    fromField(clientPod.env.podName, "metadata.name"),
                    fromField(clientPod.env.nodeName, "spec.nodeName"),
                    ...(role === "writer" ? [fromField(clientPod.env.podUid, "metadata.uid")] : []),
                    ...Object.entries(env).map(([name, value]) => ({ name, value })),
                ],
                ports: [{ name: "http", containerPort: clientPod.httpPort, protocol: "TCP" }],
                securityContext: clientContainerSecurity,
                resources,
                terminationMessagePath: clientPod.terminationMessagePath,
                // Where it left no file its last words are its status, which errors quote.
                terminationMessagePolicy: "FallbackToLogsOnError",
                volumeMounts: [{ name: "share", mountPath: clientPod.sharePath, readOnly }],
                ...container,
            },
        ],
        volumes: [{ name: "share", persistentVolumeClaim: { claimName: claim, readOnly } }],
    };
}

/** For a text that people wrote: Kubernetes reads $(NAME) in a variable as another one's value, and $$ as $. */
export function literal(text: string): string {
    return text.replaceAll("$", "$$$$");
}

function fromField(name: string, fieldPath: string): EnvVar {
    return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** What the clients' Services have in common: the page, the clock and the metrics of the pods with these labels. */
export function httpService(
    metadata: { namespace: Input<string>; name: string; labels: Readonly<Record<string, string>> },
    publishNotReadyAddresses: boolean,
): k8s.core.v1.ServiceArgs {
    return {
        // Nobody waits for the Service: the pods behind it are waited for.
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
            type: "ClusterIP",
            selector: metadata.labels,
            publishNotReadyAddresses,
            ports: [{ name: "http", port: clientPod.httpPort, targetPort: "http", protocol: "TCP" }],
        },
    };
}
