// The API server: requests, server-side apply, and following objects as they
// change. Objects are plain JSON; typed clients drop fields that they do not know.
import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, isCertificateError, type Question, send, textOf } from "../../../kube-api";
import type { Obj } from "../plugin/values";
import { ApiError, Unreachable } from "./errors";
import { type Kind, resourcePath } from "./kinds";

/** @default SILENCE_MS for `silenceMs` */
export type Ask = Partial<Question>;

export interface ApplyOptions {
    dryRun?: boolean;
    /** Take over fields that others manage. */
    force?: boolean;
    signal?: AbortSignal;
}

/** A list that is being followed. */
interface Following {
    path: string;
    query: Record<string, string>;
    /** What is known of it. */
    followed: Followed;
    /** Called when that has changed. */
    changed: () => void;
    /** Ends it. */
    signal: AbortSignal;
}

const SILENCE_MS = 20_000;
/** An API server that restarts is back within this time; one that is not there is reported after it. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = { first: 250, longest: 2_000 };
/** The server ends a watch after this time, and is asked again; so a connection that died unseen is noticed. */
const WATCH_SECONDS = 45;
const BUSY = new Set([429, 503, 504]);

export class Api {
    constructor(readonly cluster: Cluster) {}

    /** Answers the JSON body. Tries again while the server is out of reach or busy, for a while. */
    async ask(path: string, ask: Ask = {}): Promise<Obj> {
        const text = await this.askText(path, ask);
        return text === "" ? {} : JSON.parse(text);
    }

    /** The same, for what is not JSON. @throws ApiError | Unreachable */
    async askText(path: string, ask: Ask = {}): Promise<string> {
        const end = performance.now() + PATIENCE_MS;
        for (let wait = PAUSE_MS.first; ; wait = Math.min(2 * wait, PAUSE_MS.longest)) {
            try {
                return await this.once(path, ask);
            } catch (error) {
                ask.signal?.throwIfAborted();
                const later = performance.now() < end;
                if (error instanceof ApiError) {
                    if (!later || !(BUSY.has(error.status) || error.startingUp)) throw error;
                } else if (!later || isCertificateError(error)) {
                    throw new Unreachable(this.cluster.server, error);
                }
            }
            await pause(wait, undefined, ask.signal ? { signal: ask.signal } : {});
        }
    }

    private async once(path: string, ask: Ask): Promise<string> {
        const response = await this.open(path, ask);
        const text = await textOf(response);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) return text;
        throw new ApiError(status, parsedOr(text, { message: text.trim() || undefined }));
    }

    private open(path: string, ask: Ask): Promise<IncomingMessage> {
        return send(this.cluster, path, { silenceMs: SILENCE_MS, ...ask });
    }

    async find(kind: Kind, namespace: string | undefined, name: string): Promise<Obj | undefined> {
        try {
            return await this.ask(resourcePath(kind, namespace, name));
        } catch (error) {
            if (error instanceof ApiError && error.status === 404) return undefined;
            throw error;
        }
    }

    async list(path: string, query: Record<string, string> = {}): Promise<Obj[]> {
        return (await this.ask(path, { query })).items ?? [];
    }

    /** Makes an object that is not there yet; 409 when it is. */
    create(kind: Kind, object: Obj, manager: string): Promise<Obj> {
        const query = { fieldManager: manager, fieldValidation: "Strict" };
        return this.ask(resourcePath(kind, object.metadata.namespace), { method: "POST", body: object, query });
    }

    apply(kind: Kind, object: Obj, manager: string, options: ApplyOptions = {}): Promise<Obj> {
        const query: Record<string, string> = { fieldManager: manager, force: String(options.force ?? false) };
        if (options.dryRun) query.dryRun = "All";
        const ask: Ask = { method: "PATCH", contentType: "application/apply-patch+yaml", body: object, query };
        if (options.signal) ask.signal = options.signal;
        return this.ask(resourcePath(kind, object.metadata.namespace, object.metadata.name), ask);
    }

    /** Replaces parts of an object, if it is still what it was when `patch` was made. */
    patch(kind: Kind, object: Obj, patch: readonly Obj[]): Promise<Obj> {
        return this.ask(resourcePath(kind, object.metadata.namespace, object.metadata.name), {
            method: "PATCH",
            contentType: "application/json-patch+json",
            body: patch,
        });
    }

    /** Follows the objects of a list until the signal. */
    follow(path: string, query: Record<string, string>, changed: () => void, signal: AbortSignal): Followed {
        const followed = new Followed(this.cluster.server);
        void this.keepFollowing({ path, query, followed, changed, signal });
        return followed;
    }

    private async keepFollowing(following: Following): Promise<void> {
        const { path, query, followed, changed, signal } = following;
        while (!signal.aborted) {
            try {
                const listed = await this.ask(path, { query, signal });
                followed.reset(listed);
                changed();
                await this.watch(following, listed.metadata.resourceVersion);
            } catch (error) {
                if (signal.aborted) return;
                followed.lost(error);
                changed();
                if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return;
                await pause(PAUSE_MS.longest, undefined, { signal }).catch(() => {});
            }
        }
    }

    private async watch(following: Following, resourceVersion: string): Promise<void> {
        const { path, query, followed, changed, signal } = following;
        const response = await this.open(path, {
            signal,
            silenceMs: (WATCH_SECONDS + 15) * 1000,
            query: { ...query, resourceVersion, watch: "true", timeoutSeconds: String(WATCH_SECONDS) },
        });
        response.setEncoding("utf8");
        if (response.statusCode !== 200) {
            response.resume();
            return; // listed anew
        }
        let rest = "";
        for await (const chunk of response) {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines.filter((text) => text !== "")) {
                const event = JSON.parse(line);
                if (event.type === "ERROR") {
                    response.destroy(); // such as "too old resource version": listed anew
                    return;
                }
                followed.event(event);
            }
            changed();
        }
    }
}

/** The objects of a list, as they are now. */
export class Followed {
    private readonly byUid = new Map<string, Obj>();
    /** Whether the list has been seen at all. */
    listed = false;
    /** Why nothing is known at present. */
    trouble: Error | undefined;
    private since: number | undefined;

    constructor(private readonly server: string) {}

    get objects(): Obj[] {
        return [...this.byUid.values()];
    }
    /** For how long nothing has been known, in milliseconds. */
    get lostForMs(): number {
        return this.since === undefined ? 0 : performance.now() - this.since;
    }
    reset(list: Obj): void {
        this.byUid.clear();
        for (const item of list.items ?? []) {
            this.byUid.set(item.metadata.uid, {
                apiVersion: list.apiVersion,
                kind: list.kind?.replace(/List$/, ""),
                ...item,
            });
        }
        this.listed = true;
        this.trouble = undefined;
        this.since = undefined;
    }
    event(event: { type: string; object: Obj }): void {
        if (event.type === "DELETED") this.byUid.delete(event.object.metadata.uid);
        else if (event.type === "ADDED" || event.type === "MODIFIED")
            this.byUid.set(event.object.metadata.uid, event.object);
    }
    lost(error: unknown): void {
        this.trouble =
            error instanceof ApiError || error instanceof Unreachable ? error : new Unreachable(this.server, error);
        this.since ??= performance.now();
    }
}

function parsedOr(text: string, otherwise: Obj): Obj {
    try {
        return JSON.parse(text);
    } catch {
        return otherwise; // not from the API server itself: a proxy, or something else on that port
    }
}
