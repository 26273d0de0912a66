// Asks the API server for the stack's pods, their events, and the last words of
// those that run and are not ready. causes.ts makes sense of it.
import { type Cluster, send, textOf } from "../kube-api";
import { type EventObject, isRunning, isTroubled, type PodObject } from "./causes";

const SILENCE_MS = 5_000;
/** Writer and readers log each reason once: the last line is the one that counts. */
const LOG_LINES = 1;

export interface PodsRead {
    readonly pods: readonly PodObject[];
    readonly events: readonly EventObject[];
    readonly logs: ReadonlyMap<string, string>;
}

/** What these credentials may not read is left out. */
export async function readPods(cluster: Cluster, namespaces: readonly string[]): Promise<PodsRead> {
    const parts = await Promise.all(
        namespaces.map(async (namespace) => {
            const at = `/api/v1/namespaces/${namespace}`;
            const [pods, events] = await Promise.all([
                items<PodObject>(cluster, `${at}/pods`),
                items<EventObject>(cluster, `${at}/events`),
            ]);
            const logs = await Promise.all(
                pods
                    .filter((pod) => isTroubled(pod) && isRunning(pod))
                    .map(async ({ metadata: { name } }) => {
                        const text = await get(cluster, `${at}/pods/${name}/log`, { tailLines: String(LOG_LINES) });
                        return [name, text ?? ""] as const;
                    }),
            );
            return { pods, events, logs };
        }),
    );
    return {
        pods: parts.flatMap(({ pods }) => pods),
        events: parts.flatMap(({ events }) => events),
        logs: new Map(parts.flatMap(({ logs }) => logs)),
    };
}

async function items<T>(cluster: Cluster, path: string): Promise<T[]> {
    const text = await get(cluster, path);
    return text === undefined ? [] : (JSON.parse(text).items ?? []);
}

/** The answer's text; undefined where there is none. */
export async function get(
    cluster: Cluster,
    path: string,
    query: Record<string, string> = {},
): Promise<string | undefined> {
    const answer = await send(cluster, path, { query, silenceMs: SILENCE_MS });
    const text = await textOf(answer);
    return answer.statusCode === 200 ? text : undefined;
}
