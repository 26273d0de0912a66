// Stacks for the tests of the policy packs: good ones, and what to change in
// them to get bad ones.
import * as kubernetes from "@pulumi/kubernetes";
import type { CustomResourceOptions, Output, Resource } from "@pulumi/pulumi";

export type VolumeSpec = kubernetes.types.input.core.v1.PersistentVolumeSpec;
export type ClaimSpec = kubernetes.types.input.core.v1.PersistentVolumeClaimSpec;
export type PodSpec = kubernetes.types.input.core.v1.PodSpec;
export type Container = kubernetes.types.input.core.v1.Container;
type Metadata = Pick<kubernetes.types.input.meta.v1.ObjectMeta, "annotations" | "labels">;
export type Inline = Omit<kubernetes.types.input.core.v1.Volume, "name">;

/** For keys that a test takes out. */
export type Changes<T> = { [Key in keyof T]?: T[Key] | undefined };

export const digest = (name: string): string => `registry.test/${name}@sha256:${"a".repeat(64)}`;

export function volume(
    name = "data",
    spec: Changes<VolumeSpec> = {},
    opts?: CustomResourceOptions,
    metadata: Metadata = {},
): Resource {
    return new kubernetes.core.v1.PersistentVolume(
        name,
        {
            metadata: { name, ...metadata },
            spec: {
                capacity: { storage: "1Gi" },
                accessModes: ["ReadWriteMany"],
                storageClassName: "",
                claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "web", name },
                nfs: { server: "10.96.0.20", path: "/share" },
                ...spec,
            },
        },
        opts,
    );
}

/** The same export, by the CSI driver. */
export const csi = (attributes: Record<string, unknown> = {}, more: object = {}): Changes<VolumeSpec> => ({
    nfs: undefined,
    csi: {
        driver: "nfs.csi.k8s.io",
        volumeHandle: "data",
        volumeAttributes: { server: "10.96.0.20", share: "/share", ...attributes } as Record<string, string>,
        ...more,
    },
});

export function claim(
    name = "data",
    spec: Changes<ClaimSpec> = {},
    annotations = {},
    opts?: CustomResourceOptions,
    metadata: kubernetes.types.input.meta.v1.ObjectMeta = {},
): Resource {
    return new kubernetes.core.v1.PersistentVolumeClaim(
        `${name}-claim`,
        {
            metadata: { name, namespace: "web", annotations, ...metadata },
            spec: {
                accessModes: ["ReadWriteMany"],
                storageClassName: "",
                volumeName: name,
                resources: { requests: { storage: "1Gi" } },
                ...spec,
            },
        },
        opts,
    );
}

export function pair(volumeSpec: Changes<VolumeSpec> = {}, claimSpec: Changes<ClaimSpec> = {}): void {
    volume("data", volumeSpec);
    claim("data", claimSpec);
}

/** A StatefulSet `db` with a claim for each pod, of which this is the template; mounted as the volume "share". */
export function statefulSet(
    template: Changes<ClaimSpec> = {},
    {
        replicas,
        container = good,
        annotations = {},
    }: { replicas?: unknown; container?: Container; annotations?: object } = {},
): Resource {
    const labels = { app: "db" };
    return new kubernetes.apps.v1.StatefulSet("db", {
        metadata: { namespace: "web", name: "db" },
        spec: {
            serviceName: "db",
            ...(replicas !== undefined && { replicas: replicas as number }),
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [container] } },
            volumeClaimTemplates: [
                {
                    metadata: { name: "share", annotations: annotations as Record<string, string> },
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        storageClassName: "",
                        resources: { requests: { storage: "1Gi" } },
                        ...template,
                    },
                },
            ],
        },
    });
}

export const storageClass = (args: Partial<kubernetes.types.input.storage.v1.StorageClass> = {}): Resource =>
    new kubernetes.storage.v1.StorageClass("nfs", {
        metadata: { name: "nfs" },
        provisioner: "nfs.csi.k8s.io",
        parameters: { server: "10.96.0.20", share: "/share" },
        ...args,
    } as kubernetes.storage.v1.StorageClassArgs);

const probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 15, failureThreshold: 6 };
/** One that no policy has anything against. */
export const good: Container = {
    name: "app",
    image: digest("app"),
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
    securityContext: { capabilities: { drop: ["ALL"] } },
};
/** One that ends by itself needs no probes. */
export const plain: Container = {
    name: "bare",
    image: digest("bare"),
    securityContext: { capabilities: { drop: ["ALL"] } },
};

/** With a volume called "share" mounted. */
export const mounting = (container: Container, readOnly = false, mountPath = "/share"): Container => ({
    ...container,
    volumeMounts: [{ name: "share", mountPath, readOnly }],
});

/** The ways to have one share in a pod; `readOnly` where the pod's volume says so. */
export const sources = {
    claim: (readOnly = false): Inline => ({ persistentVolumeClaim: { claimName: "data", readOnly } }),
    inline: (readOnly = false): Inline => ({ nfs: { server: "10.96.0.20", path: "/share", readOnly } }),
    csi: (readOnly = false): Inline => ({
        csi: {
            driver: "nfs.csi.k8s.io",
            readOnly,
            volumeAttributes: { server: "10.96.0.20", share: "/share" },
        },
    }),
};

export const withShare = (source: Inline, ...containers: Container[]): PodSpec => ({
    containers,
    volumes: [{ name: "share", ...source }],
});

const { apps, batch, core } = kubernetes;
interface Extra {
    labels?: Record<string, string>;
    namespace?: string;
}
type Make = (name: string, pod: PodSpec, extra?: Extra) => Resource;

const parts = (name: string, pod: PodSpec, { labels = { app: name }, namespace = "web" }: Extra = {}) => ({
    metadata: { namespace, name },
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: pod },
});
const once = (pod: PodSpec): PodSpec => ({ ...pod, restartPolicy: "Never" });

/** What makes pods that go on running, by the name that its resource has. */
export const lasting: Record<string, Make> = {
    pod: (name, pod, extra) => {
        const { metadata, template } = parts(name, pod, extra);
        return new core.v1.Pod(name, { metadata: { ...metadata, labels: template.metadata.labels }, spec: pod });
    },
    deployment: (name, pod, extra) => {
        const { metadata, selector, template } = parts(name, pod, extra);
        return new apps.v1.Deployment(name, { metadata, spec: { selector, template } });
    },
    "stateful-set": (name, pod, extra) => {
        const { metadata, selector, template } = parts(name, pod, extra);
        return new apps.v1.StatefulSet(name, { metadata, spec: { selector, template, serviceName: name } });
    },
    "daemon-set": (name, pod, extra) => {
        const { metadata, selector, template } = parts(name, pod, extra);
        return new apps.v1.DaemonSet(name, { metadata, spec: { selector, template } });
    },
    "replication-controller": (name, pod, extra) => {
        const { metadata, selector, template } = parts(name, pod, extra);
        return new core.v1.ReplicationController(name, {
            metadata,
            spec: { selector: selector.matchLabels, template },
        });
    },
};
/** What makes pods that end. */
export const ending: Record<string, Make> = {
    "run-once": (name, pod, extra) => lasting.pod?.(name, once(pod), extra) as Resource,
    job: (name, pod, extra) => {
        const { metadata, template } = parts(name, once(pod), extra);
        return new batch.v1.Job(name, { metadata, spec: { template } });
    },
    "cron-job": (name, pod, extra) => {
        const { metadata, template } = parts(name, once(pod), extra);
        return new batch.v1.CronJob(name, {
            metadata,
            spec: { schedule: "@daily", jobTemplate: { spec: { template } } },
        });
    },
};
export const carriers = { ...lasting, ...ending };
export const lastingNames = Object.keys(lasting).sort();
export const carrierNames = Object.keys(carriers).sort();

/** One of each kind of workload, with these pods. */
export const workloads = (pod: PodSpec, kinds: Record<string, Make> = carriers): void => {
    for (const [name, make] of Object.entries(kinds)) make(name, pod);
};

export const deployment = (name: string, pod: PodSpec): Resource => lasting.deployment?.(name, pod) as Resource;

export const configMap = (data: Record<string, unknown>, name = "config"): Resource =>
    new core.v1.ConfigMap(name, { metadata: { name, namespace: "web" }, data: data as Record<string, string> });

type NetworkPolicySpec = kubernetes.types.input.networking.v1.NetworkPolicySpec;
export const networkPolicy = (spec: Partial<NetworkPolicySpec>, namespace = "web"): Resource =>
    new kubernetes.networking.v1.NetworkPolicy("policy", {
        metadata: { name: "policy", namespace },
        spec: { podSelector: {}, ...spec },
    });

let services = 0;

/** A value that is known only after the deployment; to be called inside of the program. */
export function late<T>(value: T): Output<T> {
    const service = new core.v1.Service(`late-${++services}`, { spec: { ports: [{ port: 2049 }] } });
    // Ids are unknown in a preview.
    return service.id.apply(() => value) as Output<T>;
}
