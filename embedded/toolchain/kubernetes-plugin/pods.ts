// What a pod's own status says about why it is not ready. Pure: diagnosis.ts
// fetches what else there is to know.
import type { Obj } from "../plugin/values";
import { condition, conditions, holds, titleOf } from "./objects";
import { brief, shortened } from "./texts";

/** Reasons for waiting that are no trouble, only work in progress. */
const IN_PROGRESS = new Set(["ContainerCreating", "PodInitializing"]);

export interface ContainerStatus {
    name: string;
    ready?: boolean;
    restartCount?: number;
    state?: { waiting?: Obj; running?: Obj; terminated?: Obj };
    lastState?: { terminated?: Obj };
}

export const containerStatuses = (pod: Obj): ContainerStatus[] => [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
];

/** Ready or Succeeded. A readiness gate that nobody sets leaves only Succeeded, which is what run-once pods want. */
export const podIsUp = (pod: Obj): boolean => pod.status?.phase === "Succeeded" || holds(pod, "Ready");

/** The readiness gates that hold back a pod whose containers are ready. */
export function closedGates(pod: Obj): string[] {
    const gates: { conditionType: string }[] = pod.spec?.readinessGates ?? [];
    return gates.map((gate) => gate.conditionType).filter((type) => !holds(pod, type));
}

/** The one thing that stands in the way, in a few words; undefined when it is just starting or up. */
export function podConcern(pod: Obj): string | undefined {
    if (podIsUp(pod)) return undefined;
    if (pod.metadata?.deletionTimestamp) return "is being deleted";
    if (pod.status?.phase === "Failed") return failure(pod);
    const unscheduled = condition(pod, "PodScheduled");
    if (unscheduled?.status === "False")
        return `${unscheduled.reason ?? "not scheduled"}: ${unscheduled.message ?? ""}`;
    for (const status of containerStatuses(pod)) {
        const concern = containerConcern(status);
        if (concern) return `container ${status.name}: ${concern}`;
    }
    return nodeIsAway(pod) ? `node ${pod.spec?.nodeName} does not answer` : undefined;
}

/** Kubernetes takes the Ready of pods whose kubelet is silent, and leaves what the kubelet said of the containers. */
export const nodeIsAway = (pod: Obj): boolean =>
    condition(pod, "Ready")?.status === "False" && holds(pod, "ContainersReady") && closedGates(pod).length === 0;

function failure(pod: Obj): string {
    const said = [pod.status.reason, pod.status.message].filter(Boolean).join(": ");
    const ended = containerStatuses(pod).find((status) => (status.state?.terminated?.exitCode ?? 0) !== 0);
    return `failed${said ? `: ${said}` : ""}${ended ? `: container ${ended.name}: ${ending(ended.state?.terminated ?? {})}` : ""}`;
}

function containerConcern(status: ContainerStatus): string | undefined {
    const { waiting, terminated } = status.state ?? {};
    const last = status.lastState?.terminated;
    const before = last && last.exitCode !== 0 ? `; before: ${ending(last)}` : "";
    if (waiting && !IN_PROGRESS.has(waiting.reason)) {
        return `${waiting.reason ?? "waiting"}${waiting.message ? `: ${brief(waiting.message)}` : ""}${before}`;
    }
    if (terminated && terminated.exitCode !== 0) return ending(terminated);
    if (before) return `restarted ${status.restartCount ?? 0} times${before}`;
    return undefined;
}

/** How a container ended: exit code, reason and what it left as its termination message. */
export function ending(terminated: Obj): string {
    const message = shortened(String(terminated.message ?? "").trim());
    const by = terminated.signal ? `signal ${terminated.signal}` : `exit code ${terminated.exitCode}`;
    const reason = terminated.reason && terminated.reason !== "Error" ? ` (${terminated.reason})` : "";
    return `${by}${reason}${message ? `: ${message}` : ""}`;
}

const STEPS = [
    ["PodScheduled", "scheduled"],
    ["Initialized", "initialized"],
    ["Ready", "ready"],
] as const;

/** "[2/3] Waiting for Pod nfs/check to be initialized" */
export function podProgress(pod: Obj): string {
    const at = STEPS.findIndex(([type]) => !holds(pod, type));
    const [, word] = STEPS[Math.max(at, 0)] ?? STEPS[2];
    const gates = closedGates(pod);
    const started = conditions(pod).length > 0 && at === 2;
    const goal =
        started && gates.length > 0
            ? `to succeed (readiness gate ${gates.join(", ")} keeps it unready)`
            : `to be ${word}`;
    const concern = podConcern(pod);
    return `[${Math.max(at, 0) + 1}/3] Waiting for ${titleOf(pod)} ${goal}${concern ? `: ${concern}` : ""}`;
}

/** Everything that a pod's status says, for an error message: one fact a line. */
export function podFacts(pod: Obj): string[] {
    const facts: string[] = [];
    const { phase, reason, message } = pod.status ?? {};
    if (phase) facts.push(`phase ${phase}${reason ? `, ${reason}` : ""}${message ? `: ${message}` : ""}`);
    if (pod.spec?.nodeName) facts.push(`on node ${pod.spec.nodeName}`);
    if (pod.metadata?.deletionTimestamp) {
        const left = (pod.metadata.finalizers ?? []).join(", ");
        facts.push(`being deleted since ${pod.metadata.deletionTimestamp}${left ? `, finalizers: ${left}` : ""}`);
    }
    const ready = condition(pod, "Ready");
    for (const one of conditions(pod)) {
        if (one.status === "True") continue;
        if (one.type === "ContainersReady" && one.message === ready?.message) continue; // the same again
        const why = [one.reason, one.message].filter(Boolean).join(": ");
        facts.push(`condition ${one.type} is ${one.status}${why ? `, ${why}` : ""}`);
    }
    const gates = closedGates(pod);
    if (gates.length > 0 && phase !== "Succeeded") {
        facts.push(`readiness gate ${gates.join(", ")} is not set: only an end with exit code 0 counts`);
    }
    for (const status of containerStatuses(pod)) facts.push(...containerFacts(status));
    return facts;
}

function containerFacts(status: ContainerStatus): string[] {
    const title = `container ${status.name}`;
    const { waiting, running, terminated } = status.state ?? {};
    const restarts = status.restartCount ? `, restarted ${status.restartCount} times` : "";
    const facts: string[] = [];
    if (waiting) {
        facts.push(
            `${title}: waiting, ${waiting.reason ?? "no reason given"}${waiting.message ? `: ${brief(waiting.message)}` : ""}${restarts}`,
        );
    } else if (terminated) {
        facts.push(`${title}: ended with ${ending(terminated)}${restarts}`);
    } else if (running) {
        facts.push(`${title}: running, ${status.ready ? "ready" : "not ready"}${restarts}`);
    }
    const last = status.lastState?.terminated;
    // Twice the same end is told once.
    if (last && last.exitCode !== terminated?.exitCode) facts.push(`${title}: ended before with ${ending(last)}`);
    return facts;
}

export interface LogWanted {
    container: string;
    /** Of the run before, because the container is not running now. */
    previous: boolean;
}

/** The containers of which the last lines are worth reading. */
export function logsWanted(pod: Obj): LogWanted[] {
    return containerStatuses(pod)
        .filter((status) => !(status.state?.terminated?.exitCode === 0))
        .filter((status) => status.state?.running || status.state?.terminated || status.lastState?.terminated)
        .filter((status) => !(status.state?.running && status.ready) || failedAMomentAgo(status))
        .map((status) => ({
            container: status.name,
            previous: Boolean(status.lastState?.terminated) && !status.state?.terminated && !runsForLong(status),
        }));
}

/** One without a readiness probe counts as ready as soon as it runs again. */
const failedAMomentAgo = (status: ContainerStatus): boolean =>
    (status.lastState?.terminated?.exitCode ?? 0) !== 0 && !runsForLong(status);

/** A container that was restarted a moment ago has not said yet what is wrong; its run before has. */
function runsForLong(status: ContainerStatus): boolean {
    const started = Date.parse(status.state?.running?.startedAt ?? "");
    return Number.isFinite(started) && Date.now() - started > 10_000;
}
