// Stacks for the tests of the policy packs: a good one, and what to change in
// it to get a bad one.
import * as kubernetes from "@pulumi/kubernetes";
import type { Output, Resource } from "@pulumi/pulumi";

type PersistentVolumeSpec = kubernetes.types.input.core.v1.PersistentVolumeSpec;
type PersistentVolumeClaimSpec = kubernetes.types.input.core.v1.PersistentVolumeClaimSpec;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Container = kubernetes.types.input.core.v1.Container;

/** For keys that a test takes out. */
export type Changes<T> = { [Key in keyof T]?: T[Key] | undefined };

export function volume(name = "data", spec: Changes<PersistentVolumeSpec> = {}): Resource {
    return new kubernetes.core.v1.PersistentVolume(name, {
        metadata: { name },
        spec: {
            capacity: { storage: "1Gi" },
            accessModes: ["ReadWriteMany"],
            storageClassName: "",
            claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "web", name },
            nfs: { server: "10.96.0.20", path: "/share" },
            ...spec,
        },
    });
}

export function claim(name = "data", spec: Changes<PersistentVolumeClaimSpec> = {}, annotations = {}): Resource {
    return new kubernetes.core.v1.PersistentVolumeClaim(`${name}-claim`, {
        metadata: { name, namespace: "web", annotations },
        spec: {
            accessModes: ["ReadWriteMany"],
            storageClassName: "",
            volumeName: name,
            resources: { requests: { storage: "1Gi" } },
            ...spec,
        },
    });
}

const probe = { httpGet: { path: "/", port: 80 } };
export const probed: Container = {
    name: "app",
    image: "app@sha256:1",
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
};
export const unprobed: Container = { name: "bare", image: "bare@sha256:2" };

/** One of each kind of workload, with these pods. */
export function workloads(pod: PodSpec): Resource[] {
    const { apps, batch, core } = kubernetes;
    const selector = { matchLabels: { app: "app" } };
    const template = { metadata: { labels: { app: "app" } }, spec: pod };
    const metadata = { namespace: "web", name: "app" };
    const once = { ...template, spec: { ...pod, restartPolicy: "Never" } };
    return [
        new core.v1.Pod("pod", { metadata, spec: pod }),
        new apps.v1.Deployment("deployment", { metadata, spec: { selector, template } }),
        new apps.v1.StatefulSet("stateful-set", { metadata, spec: { selector, template, serviceName: "app" } }),
        new apps.v1.DaemonSet("daemon-set", { metadata, spec: { selector, template } }),
        new core.v1.Pod("run-once", { metadata: { ...metadata, name: "once" }, spec: once.spec }),
        new batch.v1.Job("job", { metadata, spec: { template: once } }),
        new batch.v1.CronJob("cron-job", {
            metadata,
            spec: { schedule: "@daily", jobTemplate: { spec: { template: once } } },
        }),
    ];
}

let services = 0;

/** A value that is known only after the deployment; to be called inside of the program. */
export function late<T>(value: T): Output<T> {
    const service = new kubernetes.core.v1.Service(`late-${++services}`, { spec: { ports: [{ port: 2049 }] } });
    // Ids are unknown in a preview.
    return service.id.apply(() => value) as Output<T>;
}
