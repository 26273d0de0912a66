// The kinds that are served, and what has to be known of each before the API
// server is asked. A kind is added here, to readiness.ts, and to the tests.

export interface Kind {
    apiVersion: string;
    kind: string;
    plural: string;
    namespaced: boolean;
    /**
     * Properties of which a change makes a new object, as Pulumi's own plugin has it. [*] is any item of a list.
     * Changes that the API server takes are among them, on purpose: a stack must not behave otherwise with the
     * fallback. What the API server refuses to change is found by asking it, and needs no entry.
     */
    replaceOn: readonly string[];
    /** How long it may take to become ready, in seconds; as with Pulumi's own plugin. */
    readySeconds: number;
    /** How long it may take to be gone. */
    goneSeconds: number;
    /** Whether skipAwait means its end too; Pulumi's own plugin waits all the same for the end of the others. */
    skipsGone: boolean;
}

const MINUTE = 60;

const container = (list: string): string[] =>
    [
        ...["args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"],
        ...["readinessProbe", "resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath"],
        ...["terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"],
    ].map((property) => `spec.${list}[*].${property}`);

const pod = [
    ...["affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases"],
    ...["hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName", "nodeSelector", "overhead"],
    ...["preemptionPolicy", "priority", "priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName"],
    ...["schedulerName", "securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace"],
    ...["subdomain", "terminationGracePeriodSeconds", "volumes"],
].map((property) => `spec.${property}`);

/** Kinds of volumes that a PersistentVolume can be; the oldest are gone from the API. */
const volumeSources = ["csi", "fc", "hostPath", "iscsi", "local", "nfs"].map((source) => `spec.${source}`);

const kind = (
    apiVersion: string,
    name: string,
    plural: string,
    options: Partial<Omit<Kind, "apiVersion" | "kind" | "plural">> = {},
): Kind => ({
    apiVersion,
    kind: name,
    plural,
    namespaced: true,
    replaceOn: [],
    readySeconds: 10 * MINUTE,
    goneSeconds: 5 * MINUTE,
    skipsGone: false,
    ...options,
});

const kinds: readonly Kind[] = [
    kind("v1", "Namespace", "namespaces", { namespaced: false, skipsGone: true }),
    kind("v1", "ConfigMap", "configmaps", { replaceOn: ["data", "binaryData"] }),
    kind("v1", "Secret", "secrets", { replaceOn: ["type", "data", "stringData"] }),
    kind("v1", "Service", "services", { replaceOn: ["spec.clusterIP"] }),
    kind("v1", "ServiceAccount", "serviceaccounts"),
    kind("v1", "Endpoints", "endpoints"),
    kind("v1", "PersistentVolume", "persistentvolumes", {
        namespaced: false,
        replaceOn: volumeSources,
        readySeconds: 5 * MINUTE,
    }),
    kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", { replaceOn: ["spec"], readySeconds: 5 * MINUTE }),
    kind("v1", "Pod", "pods", {
        replaceOn: [...pod, ...container("containers"), ...container("initContainers")],
        skipsGone: true,
    }),
    kind("apps/v1", "StatefulSet", "statefulsets", {
        replaceOn: [
            "podManagementPolicy",
            "revisionHistoryLimit",
            "selector",
            "serviceName",
            "volumeClaimTemplates",
        ].map((property) => `spec.${property}`),
        goneSeconds: 10 * MINUTE,
        skipsGone: true,
    }),
    kind("apps/v1", "Deployment", "deployments", {
        replaceOn: ["spec.selector"],
        goneSeconds: 10 * MINUTE,
        skipsGone: true,
    }),
    kind("apps/v1", "DaemonSet", "daemonsets", { replaceOn: ["spec.selector"], skipsGone: true }),
    kind("batch/v1", "Job", "jobs", {
        replaceOn: ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
        skipsGone: true,
    }),
    kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
    kind("storage.k8s.io/v1", "StorageClass", "storageclasses", {
        namespaced: false,
        replaceOn: ["parameters", "provisioner"],
    }),
];

/** As the SDK's types have it. */
const groupVersion = (apiVersion: string): string => (apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`);
const typeOf = (served: Kind): string => `kubernetes:${groupVersion(served.apiVersion)}:${served.kind}`;
const byType = new Map(kinds.map((served) => [typeOf(served), served]));

export const servedKinds = (): readonly Kind[] => kinds;

/** The kind of a type such as kubernetes:core/v1:Pod. @throws Error naming what is served instead. */
export function kindOf(type: string): Kind {
    const found = byType.get(type);
    if (found) return found;
    throw new Error(
        `${type} is not served by the fallback plugin "kubernetes", which serves ${servedNames()}. ` +
            "Install Pulumi's own plugin to use it.",
    );
}

/** "core/v1 Namespace, ConfigMap; apps/v1 StatefulSet" */
export function servedNames(): string {
    const versions = [...new Set(kinds.map((served) => served.apiVersion))];
    const ofVersion = (version: string): string[] =>
        kinds.filter((served) => served.apiVersion === version).map((served) => served.kind);
    return versions.map((version) => `${groupVersion(version)} ${ofVersion(version).join(", ")}`).join("; ");
}

/** The path of a kind's objects, or of one of them, on the API server. */
export function resourcePath(of: Kind, namespace: string | undefined, name?: string): string {
    const root = of.apiVersion.includes("/") ? `/apis/${of.apiVersion}` : `/api/${of.apiVersion}`;
    const scope = of.namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
    return `${root}${scope}/${of.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}
