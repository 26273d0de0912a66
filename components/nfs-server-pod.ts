// The NFS server's pod: what the image needs from Kubernetes. Pure; the
// component that makes it is nfs-server.ts.

import { posix } from "node:path";
import { serverPod } from "@nfs-storage-stack/contract";
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Identity } from "./identity";
import { tolerations } from "./placement";
import { probes } from "./probes";
import { serverContainerSecurity, serverPodSecurity } from "./security";

export interface NfsServerPodOptions {
    readonly image: Input<string>;
    /** Names of the ConfigMap and the claim. */
    readonly configMap: Input<string>;
    readonly claim: Input<string>;
    readonly exportPath: string;
    readonly identity: Identity;
    /** @default 30 */
    readonly tolerationSeconds?: number;
}

const configFolder = posix.dirname(serverPod.configPath);

/** Where Ganesha and its entry point write besides the data: sockets, process ids, files in the making. */
const scratch = { run: "/run", tmp: "/tmp" };
const SCRATCH_LIMIT = "64Mi";

/** What the ConfigMap holds: the texts of ganesha.conf and of what it includes, by their names. */
export function configData(configuration: Input<string>, nfs4: Input<string>): Record<string, Input<string>> {
    return {
        [posix.basename(serverPod.configPath)]: configuration,
        [posix.basename(serverPod.nfs4ConfigPath)]: nfs4,
    };
}

/** Changes with the configuration, so that a change rolls the pod: Ganesha reads it once. */
export function configAnnotations(digest: Input<string>): Record<string, Input<string>> {
    return { "nfs-storage-stack/configuration": digest };
}

export function nfsServerPodSpec(options: NfsServerPodOptions): k8s.types.input.core.v1.PodSpec {
    const { image, configMap, claim, exportPath, identity } = options;
    const { env } = serverPod;
    return {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        // Nothing here is found by name, so a cluster without a DNS of its own will do.
        dnsPolicy: "Default",
        // Ganesha writes its clients' recovery records as they come: it needs time only to close files.
        terminationGracePeriodSeconds: 30,
        securityContext: serverPodSecurity,
        tolerations: tolerations(options.tolerationSeconds),
        containers: [
            {
                name: "nfs-server",
                image,
                env: [
                    { name: env.exportPath, value: exportPath },
                    { name: env.squashUid, value: String(identity.uid) },
                    { name: env.squashGid, value: String(identity.gid) },
                ],
                ports: [
                    { name: "nfs", containerPort: serverPod.nfsPort, protocol: "TCP" },
                    { name: "health", containerPort: serverPod.healthPort, protocol: "TCP" },
                ],
                securityContext: serverContainerSecurity,
                // Its last words are its status then, which errors quote.
                terminationMessagePolicy: "FallbackToLogsOnError",
                ...probes(serverPod.healthPort),
                // No CPU limit: a throttled server stalls every client's I/O.
                resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
                volumeMounts: [
                    { name: "config", mountPath: configFolder, readOnly: true },
                    { name: "data", mountPath: serverPod.dataPath },
                    ...Object.entries(scratch).map(([name, mountPath]) => ({ name, mountPath })),
                ],
            },
        ],
        volumes: [
            { name: "config", configMap: { name: configMap } },
            { name: "data", persistentVolumeClaim: { claimName: claim } },
            ...Object.keys(scratch).map((name) => ({ name, emptyDir: { sizeLimit: SCRATCH_LIMIT } })),
        ],
    };
}

/** Only the nodes of these networks may connect; the server itself connects to nobody. */
export function nfsServerPolicy(
    selector: Readonly<Record<string, string>>,
    clientNetworks: readonly string[],
): k8s.types.input.networking.v1.NetworkPolicySpec {
    return {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                // A client is a node, whose kubelet asks the health port as well.
                from: clientNetworks.map((cidr) => ({ ipBlock: { cidr } })),
                ports: [serverPod.nfsPort, serverPod.healthPort].map((port) => ({ protocol: "TCP", port })),
            },
        ],
        egress: [],
    };
}
