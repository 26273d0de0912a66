// The pods that a workload makes, and the containers in them.
import { type KubernetesObject, namespaceOf, titleOf } from "./objects";
import { at, listAt, type Maybe, textAt, UNKNOWN } from "./plain";

/** Where each kind keeps its pods' spec. */
const podSpecPaths: Record<string, readonly string[]> = {
    "core/Pod": ["spec"],
    "core/ReplicationController": ["spec", "template", "spec"],
    "apps/Deployment": ["spec", "template", "spec"],
    "apps/StatefulSet": ["spec", "template", "spec"],
    "apps/DaemonSet": ["spec", "template", "spec"],
    "apps/ReplicaSet": ["spec", "template", "spec"],
    "batch/Job": ["spec", "template", "spec"],
    "batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};
/** Where Deployments and the like were before they had a group of their own. */
const formerGroups: Record<string, string> = { extensions: "apps" };

export interface Container {
    name: Maybe<string>;
    /** Such as `spec.template.spec.containers[0]`. */
    path: string;
    /** `init` ends before the pod's containers start; `sidecar` is an init container that goes on running beside them. */
    role: Maybe<"main" | "sidecar" | "init">;
    /** Of the container itself, or else of its pod. */
    restartPolicy: Maybe<string>;
    value: unknown;
}

/** The pod's spec of a workload; undefined for any other kind of object. */
export function podSpec(object: KubernetesObject): unknown {
    const path = pathOf(object);
    return path && at(object.value, ...path);
}

function pathOf(object: KubernetesObject): readonly string[] | undefined {
    return podSpecPaths[`${formerGroups[object.group] ?? object.group}/${object.kind}`];
}

/** Empty for what is no workload; what is not known yet is left to `unknownContainers`. */
export function containersOf(object: KubernetesObject): Container[] {
    const path = pathOf(object);
    if (!path) return [];
    const spec = podSpec(object);
    const podPolicy = textAt(spec, "restartPolicy") ?? "Always";
    const inList = (list: "containers" | "initContainers"): Container[] => {
        const containers = listAt(spec, list);
        if (containers === UNKNOWN) return [];
        return containers.flatMap((value, index) => {
            if (value === UNKNOWN) return [];
            const own = textAt(value, "restartPolicy");
            return {
                name: textAt(value, "name") ?? UNKNOWN,
                path: `${path.join(".")}.${list}[${index}]`,
                role:
                    list === "containers" ? "main" : own === UNKNOWN ? UNKNOWN : own === "Always" ? "sidecar" : "init",
                restartPolicy: own ?? podPolicy,
                value,
            } as const;
        });
    };
    return [...inList("initContainers"), ...inList("containers")];
}

/** Paths of containers, or of what they are in, that are not known yet. */
export function unknownContainers(object: KubernetesObject): string[] {
    const path = pathOf(object);
    if (!path) return [];
    return ["initContainers", "containers"].flatMap((list) => {
        const containers = listAt(object.value, ...path, list);
        if (containers === UNKNOWN) return [`${path.join(".")}.${list}`];
        return containers.flatMap((value, index) => (value === UNKNOWN ? [`${path.join(".")}.${list}[${index}]`] : []));
    });
}

/** `Deployment web/app, container "app" (spec.template.spec.containers[0])` */
export function containerTitle(object: KubernetesObject, { name, path }: Container): string {
    return `${titleOf(object)}, container ${typeof name === "string" ? `"${name}"` : "of unknown name"} (${path})`;
}

/** The labels and the namespace of the pods that a workload makes; undefined for any other kind of object. */
export function podsOf(object: KubernetesObject): { namespace: Maybe<string>; labels: unknown } | undefined {
    const path = pathOf(object);
    if (!path) return undefined;
    return { namespace: namespaceOf(object), labels: at(object.value, ...path.slice(0, -1), "metadata", "labels") };
}

/** Where a workload keeps its pods' spec, such as `spec.template.spec`. */
export const podSpecPath = (object: KubernetesObject): string => pathOf(object)?.join(".") ?? "";

/** Whether the pod ends by itself when its work is done. */
export function runsOnce(object: KubernetesObject): Maybe<boolean> {
    if (object.group === "batch") return true;
    const policy = textAt(podSpec(object), "restartPolicy") ?? "Always";
    return policy === UNKNOWN ? UNKNOWN : policy !== "Always";
}

/** Whether it makes pods at all: one that is scaled to nothing, or suspended, does not. */
export function hasPods({ group, kind, value }: KubernetesObject): Maybe<boolean> {
    if (kind === "Pod" || kind === "DaemonSet") return true;
    const job = kind === "CronJob" ? at(value, "spec", "jobTemplate", "spec") : at(value, "spec");
    const counts =
        group === "batch" ? [at(job, "parallelism"), at(job, "completions")] : [at(value, "spec", "replicas")];
    const suspended = group === "batch" ? [at(value, "spec", "suspend"), at(job, "suspend")] : [];
    if (counts.includes(0) || suspended.includes(true)) return false;
    return [...counts, ...suspended].includes(UNKNOWN) ? UNKNOWN : true;
}

export const NFS_PORT = 2049;

/** Whether it says that it listens where NFS does. */
export function servesNfs({ value }: Container): Maybe<boolean> {
    const ports = listAt(value, "ports");
    if (ports === UNKNOWN) return UNKNOWN;
    const numbers = ports.map((port) => at(port, "containerPort"));
    return numbers.includes(NFS_PORT) ? true : numbers.includes(UNKNOWN) ? UNKNOWN : false;
}
