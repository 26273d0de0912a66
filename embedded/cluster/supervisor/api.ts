// The little of the Kubernetes API that the supervisor itself uses: read, write
// and follow objects, as JSON over HTTPS with a certificate of its own.

import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Certificate } from "../certificates";

export interface KubernetesObject {
    apiVersion?: string;
    kind?: string;
    metadata: {
        name: string;
        namespace?: string;
        uid?: string;
        resourceVersion?: string;
        annotations?: Record<string, string>;
        labels?: Record<string, string>;
        deletionTimestamp?: string;
    };
    spec?: Record<string, unknown>;
    status?: Record<string, unknown>;
}

interface List {
    metadata: { resourceVersion: string };
    items: KubernetesObject[];
}

const PATIENCE_MS = 10_000;
/** The server ends a watch by itself after this; a connection that is dead without a word is noticed then. */
const WATCH_SECONDS = 300;
const AGAIN_MS = 250;

export class ApiError extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

export class Api {
    private readonly options: RequestOptions;

    constructor(host: string, port: number, { authority, certificate, key }: Certificate) {
        const agent = new Agent({ keepAlive: true, ca: authority, cert: certificate, key });
        this.options = { host, port, agent };
    }

    /** What /readyz says: whether the server does its work. */
    async ready(): Promise<boolean> {
        try {
            const response = await this.send("GET", "/readyz");
            response.resume();
            return response.statusCode === 200;
        } catch {
            return false;
        }
    }

    /** @throws ApiError */
    async call<T = KubernetesObject>(method: string, path: string, body?: unknown): Promise<T> {
        const response = await this.send(method, path, body);
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString("utf8");
        const { statusCode = 0 } = response;
        if (statusCode >= 300) throw new ApiError(statusCode, `${method} ${path}: ${statusCode} ${text.slice(0, 500)}`);
        return JSON.parse(text) as T;
    }

    async has(path: string): Promise<boolean> {
        try {
            await this.call("GET", path);
            return true;
        } catch (error) {
            if (error instanceof ApiError && error.status === 404) return false;
            throw error;
        }
    }

    /** Creates it unless an object of that name is there. */
    async ensure(collection: string, object: KubernetesObject): Promise<void> {
        try {
            await this.call("POST", collection, object);
        } catch (error) {
            if (!(error instanceof ApiError && error.status === 409)) throw error;
        }
    }

    /**
     * Calls `seen` with every object of a collection, now and after each change, until `signal`; deleted objects are
     * not told. Survives restarts of the server.
     */
    async follow(collection: string, signal: AbortSignal, seen: (object: KubernetesObject) => void): Promise<void> {
        while (!signal.aborted) {
            try {
                const list = await this.call<List>("GET", collection);
                for (const item of list.items) seen(item);
                await this.watch(collection, list.metadata.resourceVersion, signal, seen);
            } catch (error) {
                if (signal.aborted) return;
                process.stderr.write(`follow ${collection}: ${(error as Error).message}\n`);
                await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
            }
        }
    }

    private async watch(
        collection: string,
        resourceVersion: string,
        signal: AbortSignal,
        seen: (object: KubernetesObject) => void,
    ): Promise<void> {
        const query = new URLSearchParams({ watch: "1", resourceVersion, timeoutSeconds: String(WATCH_SECONDS) });
        const response = await this.send("GET", `${collection}?${query}`, undefined, signal);
        if (response.statusCode !== 200) {
            response.resume();
            throw new Error(`watch answered ${response.statusCode}`);
        }
        for await (const line of createInterface({ input: response })) {
            const event = JSON.parse(line) as { type: string; object: KubernetesObject };
            if (event.type === "ADDED" || event.type === "MODIFIED") seen(event.object);
            if (event.type === "ERROR") return; // the version is too old: list again
        }
    }

    private send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
        return new Promise((resolve, reject) => {
            const options: RequestOptions = {
                ...this.options,
                method,
                path,
                headers: { accept: "application/json", ...(body ? { "content-type": contentType(method) } : {}) },
                ...(signal ? { signal } : {}),
            };
            const sent = request(options, (response) => {
                response.once("error", () => {}); // whoever reads it is told
                sent.setTimeout(0);
                resolve(response);
            });
            sent.once("error", reject);
            sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
            sent.end(body ? JSON.stringify(body) : undefined);
        });
    }
}

const contentType = (method: string): string =>
    method === "PATCH" ? "application/merge-patch+json" : "application/json";
