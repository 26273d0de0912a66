// From what a cluster says of the stack's pods to the lines that say why
// something of the stack does not come up: the pod's own words first, then the
// kubelet's and the scheduler's. Pure; read.ts asks.
import { decodeEvidence, labels, roles } from "@nfs-storage-stack/contract";

/** The parts of Kubernetes' objects that matter here. */
export interface Ended {
    readonly reason?: string;
    readonly message?: string;
    readonly exitCode?: number;
}
export interface PodObject {
    readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
    readonly spec?: { readonly nodeName?: string };
    readonly status?: {
        readonly phase?: string;
        readonly containerStatuses?: readonly {
            readonly ready?: boolean;
            readonly state?: {
                readonly waiting?: { readonly reason?: string; readonly message?: string };
                readonly terminated?: Ended;
                readonly running?: object;
            };
            readonly lastState?: { readonly terminated?: Ended };
        }[];
    };
}
export interface EventObject {
    readonly type?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly involvedObject: { readonly kind?: string; readonly name?: string };
    readonly lastTimestamp?: string | null;
    readonly eventTime?: string | null;
}

/** Data goes this way: what is wrong with one is the cause of what is wrong with those behind it. */
const CHAIN: readonly string[] = [roles.server, roles.writer, roles.reader, roles.check];
const place = (pod: PodObject): number => {
    const found = CHAIN.indexOf(pod.metadata.labels?.[labels.component] ?? "");
    return found < 0 ? CHAIN.length : found;
};

/** Say only that the container is not there yet, or that it failed before. */
const SAYS_NOTHING = new Set(["ContainerCreating", "PodInitializing", "CrashLoopBackOff"]);
/** The same, of events: what failed is said by others. */
const ECHOES = new Set(["BackOff", "Unhealthy", "FailedSync"]);
/** One line, and what a terminal takes: an error of runc, or of a kernel, goes on for long. */
const LONGEST = 500;

/** Of a log; the reason is in the last, what led to it in those before. */
const LAST_LINES = 3;

const oneLine = (text: string): string => {
    const line = text.trim().replace(/\s+/g, " ");
    return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
};

/** Neither ready nor done. */
export function isTroubled({ status }: PodObject): boolean {
    if (status?.phase === "Succeeded") return false;
    const containers = status?.containerStatuses ?? [];
    return containers.length === 0 || containers.some(({ ready }) => ready !== true);
}

/** Its container runs: then its log says why it is not ready. */
export const isRunning = ({ status }: PodObject): boolean =>
    status?.containerStatuses?.some(({ state }) => state?.running !== undefined) === true;

function endOf({ message = "", reason = "", exitCode }: Ended): string {
    if (message !== "") {
        try {
            return decodeEvidence(message).reason;
        } catch {
            // Or else the last lines of its log, of which the last say most.
            return message.trim().split("\n").slice(-LAST_LINES).join(" ");
        }
    }
    return `its container ended with exit code ${exitCode}${reason === "" || reason === "Error" ? "" : ` (${reason})`}`;
}

function ofContainers({ status }: PodObject): string[] {
    return (status?.containerStatuses ?? []).flatMap(({ state, lastState }) => {
        const waiting = state?.waiting;
        const said =
            waiting?.reason !== undefined && !SAYS_NOTHING.has(waiting.reason)
                ? [`${waiting.reason}: ${waiting.message ?? ""}`]
                : [];
        const ended = state?.terminated ?? lastState?.terminated;
        return [...said, ...(ended === undefined || ended.exitCode === 0 ? [] : [endOf(ended)])];
    });
}

const timeOf = ({ lastTimestamp, eventTime }: EventObject): string => lastTimestamp ?? eventTime ?? "";

/** The newest of each reason. */
function ofEvents(events: readonly EventObject[]): string[] {
    const newest = new Map<string, EventObject>();
    for (const event of events.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))) {
        if (event.type === "Warning" && event.reason && !ECHOES.has(event.reason)) newest.set(event.reason, event);
    }
    return [...newest.values()].map(({ reason, message }) => `${reason}: ${message ?? ""}`);
}

/**
 * A line for each pod that is neither ready nor done, the first in the chain first, and for each controller that can't
 * make its pods; none when nothing is known.
 * @param logs last lines of pods that run, by their names
 */
export function causes(
    pods: readonly PodObject[],
    events: readonly EventObject[],
    logs: ReadonlyMap<string, string>,
): string[] {
    const of = (kind: (kind: string) => boolean, name?: string): EventObject[] =>
        events.filter(
            ({ involvedObject }) =>
                kind(involvedObject.kind ?? "") && (name === undefined || involvedObject.name === name),
        );
    const controllers = new Map<string, EventObject[]>();
    for (const event of of((kind) => ["StatefulSet", "ReplicaSet"].includes(kind))) {
        const name = event.involvedObject.name ?? "";
        controllers.set(name, [...(controllers.get(name) ?? []), event]);
    }
    const ofPods = pods
        .filter(isTroubled)
        .toSorted((a, b) => place(a) - place(b))
        .flatMap((pod) => {
            const { name } = pod.metadata;
            const found = [...ofContainers(pod), ...ofEvents(of((kind) => kind === "Pod", name))];
            const log = found.length === 0 ? logs.get(name) : undefined;
            const said = log === undefined || log.trim() === "" ? found : [`its log ends with: ${log}`];
            const where = pod.spec?.nodeName === undefined ? "" : ` on ${pod.spec.nodeName}`;
            return said.length === 0 ? [] : [oneLine(`${name}${where}: ${said.join("; ")}`)];
        });
    const ofControllers = [...controllers].flatMap(([name, list]) =>
        ofEvents(list).map((said) => oneLine(`${name}: ${said}`)),
    );
    return [...new Set([...ofPods, ...ofControllers])];
}
