// Which question to the server answers which probe of the kubelet; and how many
// times Ganesha had to be started again.
import type { IncomingMessage } from "node:http";
import type { Answer, Routes } from "../common/http";
import { health } from "../common/http";
import { metricsRoute, single } from "../common/metrics";
import { canaryReads, exportAnswers, type Finding, serverAnswers, type Target } from "./probe";
import type { Restarts } from "./restarts";

export interface Asked {
    exportPath: string;
    /** Pseudo path of the canary file, and what it must hold. */
    canaryPath: string;
    canary: Buffer;
    target: Target;
    /** What the server complained about, to be quoted when it does not answer as it should. */
    complaint(): string | undefined;
    restarts(): Restarts;
}

/**
 * The kubelet takes this for success, and makes an event ("ProbeWarning") with the body of it: of an answer that is not
 * 2xx and not to be followed (Kubernetes 1.35, pkg/probe/http, DoHTTPProbe). The pod itself may not make events.
 */
const NOTEWORTHY = 300;
const isKubelet = ({ headers }: IncomingMessage): boolean => headers["user-agent"]?.startsWith("kube-probe/") === true;

/** One question at a time, however many ask: they share the answer. */
function shared(question: () => Promise<Finding>): () => Promise<Finding> {
    let pending: Promise<Finding> | undefined;
    return () => {
        pending ??= question().finally(() => {
            pending = undefined;
        });
        return pending;
    };
}

export function healthRoutes(asked: Asked): Routes {
    const answerOf = (question: () => Promise<Finding>): (() => Promise<Answer>) => {
        const ask = shared(question);
        return async () => {
            const { ok, reason } = await ask();
            const complaint = ok ? undefined : asked.complaint();
            return health(ok, complaint ? `${reason} (Ganesha's log: ${complaint})` : reason);
        };
    };
    const ready = answerOf(() => canaryReads(asked.canaryPath, asked.canary, asked.target));
    let told: string | undefined;
    return {
        // Slow to come true on a large volume; from then on the other two count.
        "/startup": answerOf(() => exportAnswers(asked.exportPath, asked.target)),
        // Data can be read, also in grace.
        "/ready": async (request) => {
            const answer = await ready();
            const { last, times } = asked.restarts();
            if (answer.status !== 200 || last === undefined || !isKubelet(request)) return answer;
            const line = `${last} (${times} times since the container started)`;
            if (line === told) return answer;
            told = line;
            return { status: NOTEWORTHY, body: `${line}\n` };
        },
        // Requests are worked on. Touches no file: a slow or failing disk is no reason to restart the server.
        "/live": answerOf(() => serverAnswers(asked.target)),
        ...metricsRoute(() => [
            single(
                "counter",
                "nfs_server_restarts_total",
                "How many times Ganesha ended by itself and was started again in its container.",
                asked.restarts().times,
            ),
        ]),
    };
}
