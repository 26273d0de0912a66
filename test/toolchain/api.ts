// What a test asks an API server, also one that it has just killed.
import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { type Cluster, type Question, send, textOf } from "../../kube-api";

const SILENCE_MS = 20_000;
/** An API server that is started again answers within this time. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;
/** Refusals of a server that is on its way up. */
const LATER = new Set([429, 500, 503, 504]);

export class Api {
    constructor(private readonly cluster: Cluster) {}

    /** Answers the JSON body. @throws Error with the server's answer when it refuses */
    async ask(path: string, question: Partial<Question> = {}): Promise<Obj> {
        const end = performance.now() + PATIENCE_MS;
        for (;;) {
            const answer = await this.send(path, question).catch((error: Error) => error);
            const status = answer instanceof Error ? undefined : (answer.statusCode ?? 0);
            if (status === undefined || LATER.has(status)) {
                if (performance.now() > end) throw new Error(`${path}: no answer for ${PATIENCE_MS / 1000} s`);
                await pause(PAUSE_MS);
                continue;
            }
            const text = await textOf(answer as IncomingMessage);
            if (status >= 200 && status < 300) return text === "" ? {} : JSON.parse(text);
            throw new Error(`${question.method ?? "GET"} ${path}: ${status} ${text}`);
        }
    }

    async list(path: string, query: Record<string, string> = {}): Promise<Obj[]> {
        return (await this.ask(path, { query })).items ?? [];
    }

    /** Resolves with the listed objects when they are as wanted. */
    async seen(path: string, query: Record<string, string>, asWanted: (objects: Obj[]) => boolean): Promise<Obj[]> {
        for (;;) {
            const { items = [], metadata } = await this.ask(path, { query });
            if (asWanted(items)) return items;
            // Until it says anything, or is gone: then they are listed again.
            const watching = { ...query, watch: "true", resourceVersion: metadata.resourceVersion };
            const changes = await this.send(path, { query: watching }).catch(() => undefined);
            if (changes) await new Promise((resolve) => changes.once("data", resolve).once("close", resolve));
            changes?.destroy();
        }
    }

    private send(path: string, question: Partial<Question>): Promise<IncomingMessage> {
        return send(this.cluster, path, { silenceMs: SILENCE_MS, ...question });
    }
}
