// Why is it not ready? The facts of an object and its pods: conditions, states
// of containers, events, and the last lines of their logs.
import type { Obj } from "../plugin/values";
import type { Api } from "./api";
import { ApiError } from "./errors";
import { conditions, titleOf } from "./objects";
import { logsWanted, podFacts, podIsUp } from "./pods";
import { eventText, inTime, shortened } from "./texts";

/** The engine shows each block behind a bullet. */
const INDENT = " ".repeat(8);
/** Warnings that are about nothing that a pod would wait for. */
const BESIDE_THE_POINT = new Set(["MissingClusterDNS"]);
/** The kubelet's event that a container waits, which its state says with the reason. */
const SAID_BY_STATE = /^Error: (ImagePullBackOff|ErrImagePull)$/;
const PODS_SHOWN = 3;
const EVENTS_SHOWN = 6;
const LOG_LINES = 15;
/** A line of a log may be as long as it likes; an error message may not. */
const LOG_BYTES = 4096;
/** A diagnosis of a cluster that does not answer is not worth waiting for. */
const ASK_MS = 10_000;

/** One block of lines for the object itself, where there is something to say, and one for each pod that is not up. */
export async function diagnose(api: Api, object: Obj, pods: readonly Obj[]): Promise<string[]> {
    const late = pods.filter((pod) => !podIsUp(pod) && pod.metadata?.uid !== object.metadata?.uid);
    const shown = late.slice(0, PODS_SHOWN);
    const own = object.kind === "Pod" ? podReport(api, object) : objectReport(api, object);
    const blocks = await Promise.all([own, ...shown.map((pod) => podReport(api, { kind: "Pod", ...pod }))]);
    const rest = late.length - shown.length;
    return [...blocks.filter((block) => block !== ""), ...(rest > 0 ? [`${rest} more Pods are not ready`] : [])];
}

async function objectReport(api: Api, object: Obj): Promise<string> {
    const facts = conditions(object)
        .filter((one) => one.status !== (one.type.endsWith("Failure") || one.type === "Failed" ? "False" : "True"))
        .map((one) => `condition ${one.type} is ${one.status}, ${one.reason}: ${one.message}`);
    const events = await eventsOf(api, object, object.kind === "PersistentVolumeClaim");
    return block(titleOf(object), [...facts, ...eventLines(events)]);
}

async function podReport(api: Api, pod: Obj): Promise<string> {
    const [events, logs] = await Promise.all([eventsOf(api, pod, false), logsOf(api, pod)]);
    return block(titleOf(pod), [...podFacts(pod), ...eventLines(events), ...logs]);
}

function block(title: string, lines: readonly string[]): string {
    if (lines.length === 0) return "";
    return [`${title}:`, ...lines.flatMap((line) => line.split("\n")).map((line) => `${INDENT}${line}`)].join("\n");
}

/** The warnings about an object; or all events, for objects whose normal events say what is missing; oldest first. */
export async function eventsOf(api: Api, object: Obj, all: boolean): Promise<Obj[]> {
    const selector = [`involvedObject.uid=${object.metadata.uid}`, ...(all ? [] : ["type=Warning"])].join(",");
    const { namespace } = object.metadata;
    // Events about objects without a namespace are kept in "default".
    const path = `/api/v1/namespaces/${namespace ?? "default"}/events`;
    try {
        const signal = AbortSignal.timeout(ASK_MS);
        const { items = [] } = await api.ask(path, { query: { fieldSelector: selector }, signal });
        return inTime(items);
    } catch {
        return []; // a diagnosis is a help, never a reason to fail differently
    }
}

/** The last few of these: what differs only in ids, numbers and how often is one line. */
export function eventLines(events: readonly Obj[]): string[] {
    const newest = new Map<string, string>();
    for (const event of inTime(events)) {
        if (BESIDE_THE_POINT.has(event.reason)) continue;
        const message = eventText(event);
        if (SAID_BY_STATE.test(message)) continue;
        const times = event.series?.count ?? event.count ?? 1;
        const gist = `${event.reason} ${message}`.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|\d+/g, "#");
        newest.delete(gist);
        newest.set(gist, `event ${event.reason}${times > 1 ? ` (${times} times)` : ""}: ${message}`);
    }
    return [...newest.values()].slice(-EVENTS_SHOWN);
}

async function logsOf(api: Api, pod: Obj): Promise<string[]> {
    const { namespace, name } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
    const texts = await Promise.all(
        logsWanted(pod).map(async ({ container, previous }) => {
            const query = { container, tailLines: String(LOG_LINES), ...(previous ? { previous: "true" } : {}) };
            try {
                const text = await api.askText(path, { query, signal: AbortSignal.timeout(ASK_MS) });
                return logBlock(container, previous, text);
            } catch (error) {
                if (!(error instanceof ApiError)) return "";
                return `the log of container ${container} cannot be read: ${error.message}`;
            }
        }),
    );
    return texts.filter((text) => text !== "");
}

export function logBlock(container: string, previous: boolean, text: string): string {
    const lines = text.slice(-LOG_BYTES).trimEnd().split("\n").slice(-LOG_LINES);
    const title = `container ${container}${previous ? " in its run before" : ""}`;
    if (lines.join("").trim() === "") return `${title} wrote nothing to its log`;
    return [`last lines of the log of ${title}:`, ...lines.map((line) => `  | ${shortened(line)}`)].join("\n");
}
