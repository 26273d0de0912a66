// Which question to the server answers which probe of the kubelet.
import type { Answer, Routes } from "../common/http";
import { health } from "../common/http";
import { canaryReads, exportAnswers, type Finding, serverAnswers, type Target } from "./probe";

export interface Asked {
    exportPath: string;
    /** Pseudo path of the canary file, and what it must hold. */
    canaryPath: string;
    canary: Buffer;
    target: Target;
    /** What the server complained about, to be quoted when it does not answer as it should. */
    complaint(): string | undefined;
}

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
    return {
        // Slow to come true on a large volume; from then on the other two count.
        "/startup": answerOf(() => exportAnswers(asked.exportPath, asked.target)),
        // Data can be read, also in grace.
        "/ready": answerOf(() => canaryReads(asked.canaryPath, asked.canary, asked.target)),
        // Requests are worked on. Touches no file: a slow or failing disk is no reason to restart the server.
        "/live": answerOf(() => serverAnswers(asked.target)),
    };
}
