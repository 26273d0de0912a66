// When an object counts as ready, kind by kind. Pure: wait.ts brings the facts.
import type { Obj } from "../plugin/values";
import { condition, holds, observed, titleOf } from "./objects";
import { containerStatuses, nodeIsAway, podConcern, podIsUp, podProgress } from "./pods";

/** What is known around an object. */
export interface Surroundings {
    /** The pods that it selects. */
    pods: readonly Obj[];
    /** A Service's EndpointSlices. */
    endpointSlices: readonly Obj[];
    /** A claim's StorageClass, when it has one and it can be read. */
    storageClass?: Obj | undefined;
    /** The volume that a claim asks for by name; null when it is not there, undefined when it isn't known. */
    volume?: Obj | null | undefined;
}

export type Verdict = { state: "ready" } | { state: "failed"; why: string } | { state: "waiting"; status: string };

const ready: Verdict = { state: "ready" };
const failed = (why: string): Verdict => ({ state: "failed", why });
const waiting = (step: string, object: Obj, what: string, around?: Surroundings): Verdict => ({
    state: "waiting",
    status: `[${step}] Waiting for ${titleOf(object)}: ${what}${around ? stuckPod(around.pods) : ""}`,
});

/** Names the first pod that has a problem, or else the first that is not up. */
function stuckPod(pods: readonly Obj[]): string {
    const late = pods.filter((pod) => !podIsUp(pod));
    const stuck = late.find((pod) => podConcern(pod) !== undefined) ?? late[0];
    if (!stuck) return "";
    const concern = podConcern(stuck);
    return `; Pod ${stuck.metadata.name}${concern ? `: ${concern}` : runs(stuck) ? " runs, but is not ready" : " is starting"}`;
}

const runs = (pod: Obj): boolean => containerStatuses(pod).some((status) => status.state?.running && !status.ready);

/** With OrderedReady, the default, a pod that never became ready is not replaced by a corrected one. */
function blocked(set: Obj, pods: readonly Obj[]): string {
    if (set.spec?.podManagementPolicy === "Parallel") return "";
    const old = pods.find(
        (pod) => !podIsUp(pod) && pod.metadata?.labels?.["controller-revision-hash"] !== set.status?.updateRevision,
    );
    if (!old || old.metadata.deletionTimestamp) return "";
    return ` (Pod ${old.metadata.name} of the revision before never became ready: Kubernetes does not replace it with podManagementPolicy OrderedReady, so delete it, or use Parallel)`;
}

type Judge = (object: Obj, around: Surroundings) => Verdict;

const judges: Record<string, Judge> = {
    Pod(pod) {
        if (podIsUp(pod)) return ready;
        if (pod.status?.phase === "Failed") return failed(`the Pod ${podConcern(pod) ?? "failed"}`);
        return { state: "waiting", status: podProgress(pod) };
    },

    StatefulSet(set, around) {
        const want = set.spec?.replicas ?? 1;
        const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = set.status ?? {};
        if (!observed(set)) return waiting("1/2", set, "the controller has not seen it yet");
        const strategy = set.spec?.updateStrategy ?? {};
        const toUpdate = strategy.type === "OnDelete" ? 0 : want - (strategy.rollingUpdate?.partition ?? 0);
        // updatedReplicas is counted anew after a change, so that it is looked at before the ready ones, which may be old.
        if (toUpdate > 0 && updatedReplicas < toUpdate && currentRevision !== updateRevision) {
            return waiting(
                "1/2",
                set,
                `${updatedReplicas}/${toUpdate} Pods updated${blocked(set, around.pods)}`,
                around,
            );
        }
        if (readyReplicas < want) return waiting("1/2", set, `${readyReplicas}/${want} Pods ready`, around);
        if (toUpdate === want && currentRevision !== updateRevision) {
            return waiting("2/2", set, "its current revision is still the old one", around);
        }
        return ready;
    },

    Deployment(deployment, around) {
        const want = deployment.spec?.replicas ?? 1;
        const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
        if (!observed(deployment)) return waiting("1/2", deployment, "the controller has not seen it yet");
        if (deployment.spec?.paused) return ready;
        const problem = ["ReplicaFailure", "Progressing"]
            .map((type) => condition(deployment, type))
            .find((found) => found && (found.type === "ReplicaFailure") === (found.status === "True"));
        const why = problem ? ` (${problem.reason}: ${problem.message})` : "";
        if (updatedReplicas < want || availableReplicas < want) {
            const counts = `${updatedReplicas}/${want} Pods updated, ${availableReplicas}/${want} available`;
            return waiting("1/2", deployment, counts + why, around);
        }
        if (replicas > updatedReplicas) {
            return waiting("2/2", deployment, `${replicas - updatedReplicas} old Pods are still there`, around);
        }
        return ready;
    },

    DaemonSet(set, around) {
        const { desiredNumberScheduled: want = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = set.status ?? {};
        if (!observed(set)) return waiting("1/2", set, "the controller has not seen it yet");
        if (set.spec?.updateStrategy?.type !== "OnDelete" && updatedNumberScheduled < want) {
            return waiting("1/2", set, `${updatedNumberScheduled}/${want} Pods updated`, around);
        }
        if (numberAvailable < want) return waiting("2/2", set, `${numberAvailable}/${want} Pods available`, around);
        return ready;
    },

    Job(job, around) {
        if (holds(job, "Complete") || job.spec?.suspend) return ready;
        const failure = condition(job, "Failed");
        if (failure?.status === "True") return failed(`the Job failed: ${failure.reason}: ${failure.message}`);
        const { succeeded = 0, active = 0 } = job.status ?? {};
        return waiting("1/1", job, `${succeeded}/${job.spec?.completions ?? 1} succeeded, ${active} active`, around);
    },

    PersistentVolume(volume) {
        const { phase, message } = volume.status ?? {};
        if (phase === "Available" || phase === "Bound") return ready;
        if (phase === "Failed") return failed(`the volume failed: ${message ?? "no reason given"}`);
        return waiting("1/1", volume, `its phase is ${phase ?? "not set yet"}`);
    },

    PersistentVolumeClaim(claim, around) {
        const phase = claim.status?.phase;
        if (phase === "Bound") return ready;
        if (phase === "Lost") return failed("the claim has lost its volume");
        // Such a claim is bound when a pod uses it; who waits for that here would wait for ever.
        const whenUsed = around.storageClass?.volumeBindingMode === "WaitForFirstConsumer";
        if (phase === "Pending" && whenUsed && !claim.spec?.volumeName) return ready;
        const missing = around.volume === null ? " (which is not there)" : "";
        const target = claim.spec?.volumeName ? `PersistentVolume ${claim.spec.volumeName}${missing}` : "a volume";
        return waiting("1/1", claim, `to be bound to ${target}, its phase is ${phase ?? "not set yet"}`);
    },

    Service(service, around) {
        const { type = "ClusterIP", clusterIP, selector } = service.spec ?? {};
        if (type === "LoadBalancer" && !service.status?.loadBalancer?.ingress?.length) {
            return waiting("1/2", service, "no address from a load balancer yet");
        }
        const selects = Object.keys(selector ?? {}).length > 0;
        if (type === "ExternalName" || clusterIP === "None" || !selects) return ready;
        const endpoints = around.endpointSlices.flatMap((slice) => slice.endpoints ?? []);
        if (endpoints.some((endpoint: Obj) => endpoint.conditions?.ready !== false)) return ready;
        return waiting(
            "2/2",
            service,
            `none of ${endpoints.length} endpoints is ready${endpoints.length === 0 ? "; does its selector match the labels of a Pod?" : ""}`,
            around,
        );
    },
};

/** Kinds without a judge are ready as soon as they exist. */
export const isAwaited = (kind: string): boolean => kind in judges;

export const judge = (object: Obj, around: Surroundings): Verdict => judges[object.kind]?.(object, around) ?? ready;

/** The label selector of the pods that belong to an object, in the form of a query; undefined when it has none. */
export function podSelector(object: Obj): string | undefined {
    if (object.kind === "Service") return labels(object.spec?.selector);
    if (object.kind === "NetworkPolicy") return undefined;
    const { matchLabels, matchExpressions = [] } = object.spec?.selector ?? {};
    const expressions = matchExpressions.map(expression).filter(Boolean);
    return [labels(matchLabels), ...expressions].filter(Boolean).join(",") || undefined;
}

const labels = (wanted: Obj | undefined): string | undefined =>
    Object.entries(wanted ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(",") || undefined;

function expression({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }): string {
    const forms: Record<string, string> = {
        In: `${key} in (${values.join(",")})`,
        NotIn: `${key} notin (${values.join(",")})`,
        Exists: key,
        DoesNotExist: `!${key}`,
    };
    return forms[operator] ?? "";
}

/** What holds back an object that is being deleted. */
export function remains(object: Obj, pods: readonly Obj[]): string {
    const finalizers: string[] = [...(object.metadata?.finalizers ?? []), ...(object.spec?.finalizers ?? [])];
    const facts = [
        ...(object.status?.conditions ?? [])
            .filter((one: Obj) => object.kind === "Namespace" && one.status === "True" && one.message)
            .map((one: Obj) => one.message),
        ...pods.slice(0, 3).map((pod) => `Pod ${pod.metadata.name} ${podRemains(pod)}`),
        ...(pods.length > 3 ? [`${pods.length - 3} more Pods`] : []),
        ...(finalizers.length > 0 ? [`finalizers: ${finalizers.join(", ")}`] : []),
    ];
    return facts.length > 0 ? `: ${facts.join("; ")}` : "";
}

function podRemains(pod: Obj): string {
    const away = nodeIsAway(pod) ? ", which does not answer" : "";
    const at = pod.spec?.nodeName ? ` on node ${pod.spec.nodeName}${away}` : "";
    if (!pod.metadata?.deletionTimestamp) return `is ${pod.status?.phase ?? "there"}${at}`;
    return `is ending${at} (grace period ${pod.metadata.deletionGracePeriodSeconds ?? "?"} s)`;
}
