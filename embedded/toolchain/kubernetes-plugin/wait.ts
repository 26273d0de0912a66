// Waiting for an object to be ready, or to be gone: follows it and what
// belongs to it, says what is awaited, and gives up with a diagnosis.
import type { Say } from "../plugin/provider";
import type { Obj } from "../plugin/values";
import type { Api, Followed } from "./api";
import { diagnose } from "./diagnosis";
import { ApiError, NotReady } from "./errors";
import { anyHopeless, beyondHope } from "./hopeless";
import { type Kind, resourcePath } from "./kinds";
import { titleOf } from "./objects";
import { isAwaited, judge, podSelector, remains, type Surroundings, type Verdict } from "./readiness";
import { Warnings } from "./warnings";

export interface Wait {
    api: Api;
    kind: Kind;
    /** As it is when the wait begins. */
    object: Obj;
    timeoutMs: number;
    say: Say;
    signal: AbortSignal;
}

/** How often warnings are asked for, and the time looked at, while nothing changes. */
const TICK_MS = 5_000;
const MOMENT_MS = 500;
/** What looks hopeless for so long is: an image that was just pushed has been tried again by then. */
const HOPELESS_MS = 15_000;
/** A cluster that has not answered for so long is not waited for; a single question takes up to 20 s before. */
const LOST_MS = 40_000;

/** Resolves with the object as it is when it is ready. @throws NotReady with a diagnosis */
export async function untilReady(wait: Wait): Promise<Obj> {
    const { api, kind, object } = wait;
    if (!isAwaited(kind.kind)) return object;
    const tell = new Teller(wait.say);
    const warnings = new Warnings(api);
    const hope = new Hope(api);
    return following(wait, podsOf(object), async (live, pods, others, giveUp) => {
        if (!live) throw new NotReady(`${titleOf(object)} was deleted while it was waited for`, [], object);
        const around = { pods, endpointSlices: others, ...(await bindingOf(api, live)) };
        const verdict = judge(live, around);
        if (verdict.state === "ready") {
            tell.nothing();
            return live;
        }
        const { lasting, newest } = await warnings.about(live, around, giveUp === undefined);
        const why = verdict.state === "failed" ? verdict.why : (giveUp ?? (await hope.lost(live, pods, lasting)));
        const warning = lasting ?? newest;
        const besides = warning ? `; ${warning}` : "";
        if (why === undefined && verdict.state === "waiting") {
            tell.status(verdict.status + besides);
            return undefined;
        }
        const message = `${titleOf(live)} is not ready: ${why}${awaited(live, verdict)}${besides}`;
        throw new NotReady(message, await diagnose(api, live, pods), live);
    });
}

/** What it waited for, without naming the object again: ": 0/1 Pods ready; ...", or " waiting for it to succeed: ..." */
function awaited(object: Obj, verdict: Verdict): string {
    if (verdict.state !== "waiting") return "";
    const [, rest = ""] = verdict.status.split(`Waiting for ${titleOf(object)}`);
    return rest.startsWith(":") ? rest : ` waiting for it${rest}`;
}

/** Resolves when the object, by its uid, is gone. @throws NotReady saying what holds it */
export async function untilGone(wait: Wait): Promise<void> {
    const { api, object, signal } = wait;
    const tell = new Teller(wait.say);
    await following(wait, podsThatHold(object), async (live, pods, _others, giveUp) => {
        if (!live || live.metadata.uid !== object.metadata.uid) {
            tell.nothing();
            return true;
        }
        const holding = live.kind === "PersistentVolumeClaim" ? pods.filter((pod) => uses(pod, live)) : pods;
        const held = remains(live, holding);
        tell.status(`Waiting for ${titleOf(live)} to be gone${held}`);
        if (giveUp === undefined) return undefined;
        const goesOn = signal.aborted ? ", while its deletion goes on: `pulumi refresh` notes when it is gone" : "";
        throw new NotReady(
            `${titleOf(live)} is still there: ${giveUp}${goesOn}${held}`,
            await diagnose(api, live, holding),
            live,
        );
    });
}

type Step<T> = (
    live: Obj | undefined,
    pods: readonly Obj[],
    others: readonly Obj[],
    /** Why this is the last step, if it is. */
    giveUp: string | undefined,
) => Promise<T | undefined>;

/** Calls `step` whenever something changed, until it answers something. */
async function following<T>(wait: Wait, pods: Query | undefined, step: Step<T>): Promise<T> {
    const { api, kind, object, signal, timeoutMs } = wait;
    const { namespace, name } = object.metadata;
    const stop = new AbortController();
    const bell = new Bell();
    const start = performance.now();
    const end = start + timeoutMs;
    const onAbort = (): void => bell.ring();
    signal.addEventListener("abort", onAbort, { once: true });
    const follow = (query: Query | undefined): Followed | undefined =>
        query && api.follow(query.path, query.query, () => bell.ring(), stop.signal);
    const main = api.follow(
        resourcePath(kind, namespace),
        { fieldSelector: `metadata.name=${name}` },
        () => bell.ring(),
        stop.signal,
    );
    const podsNow = follow(pods);
    const slices = follow(endpointSlicesOf(object));
    // The state the wait began with counts until the first list is there.
    const live = (): Obj | undefined => (main.listed ? main.objects[0] : object);
    const lost = new Teller(wait.say);
    try {
        for (;;) {
            if (main.trouble instanceof ApiError && main.trouble.status === 403) throw main.trouble;
            const giveUp = signal.aborted
                ? "cancelled"
                : main.lostForMs > LOST_MS
                  ? `the cluster has not answered for a minute: ${main.trouble?.message}`
                  : performance.now() >= end
                    ? `gave up after ${Math.round(timeoutMs / 1000)} s`
                    : undefined;
            if (main.trouble && giveUp === undefined) lost.status(main.trouble.message);
            const done = await step(live(), podsNow?.objects ?? [], slices?.objects ?? [], giveUp);
            if (done !== undefined) return done;
            const tick = performance.now() - start < MOMENT_MS ? MOMENT_MS : TICK_MS;
            await bell.rung(Math.min(tick, Math.max(end - performance.now(), 0)));
        }
    } finally {
        stop.abort();
        signal.removeEventListener("abort", onAbort);
    }
}

/** Lets a loop sleep until something happens; what happened before it slept is not missed. */
class Bell {
    private wake: (() => void) | undefined;
    private rang = false;

    ring(): void {
        this.rang = true;
        this.wake?.();
    }
    async rung(longestMs: number): Promise<void> {
        if (!this.rang) {
            await new Promise<void>((resolve) => {
                const timer = setTimeout(resolve, longestMs);
                this.wake = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
        this.wake = undefined;
        this.rang = false;
    }
}

interface Query {
    path: string;
    query: Record<string, string>;
}

function podsOf(object: Obj): Query | undefined {
    const labelSelector = podSelector(object);
    if (object.kind === "Pod" || labelSelector === undefined || !object.metadata.namespace) return undefined;
    return { path: `/api/v1/namespaces/${object.metadata.namespace}/pods`, query: { labelSelector } };
}

function podsThatHold(object: Obj): Query | undefined {
    if (object.kind === "Service") return undefined; // its pods are not its own
    if (object.kind === "PersistentVolumeClaim") {
        return { path: `/api/v1/namespaces/${object.metadata.namespace}/pods`, query: {} };
    }
    return podsOf(object);
}

const uses = (pod: Obj, claim: Obj): boolean =>
    (pod.spec?.volumes ?? []).some((volume: Obj) => volume.persistentVolumeClaim?.claimName === claim.metadata.name) &&
    !["Succeeded", "Failed"].includes(pod.status?.phase);

export function endpointSlicesOf(object: Obj): Query | undefined {
    if (object.kind !== "Service") return undefined;
    return {
        path: `/apis/discovery.k8s.io/v1/namespaces/${object.metadata.namespace}/endpointslices`,
        query: { labelSelector: `kubernetes.io/service-name=${object.metadata.name}` },
    };
}

/** What decides when a claim is bound: asked for only while it isn't. */
async function bindingOf(api: Api, claim: Obj): Promise<Pick<Surroundings, "storageClass" | "volume">> {
    if (claim.kind !== "PersistentVolumeClaim" || claim.status?.phase === "Bound") return {};
    const { storageClassName, volumeName } = claim.spec ?? {};
    const find = async (path: string, name: string | undefined): Promise<Obj | null | undefined> => {
        if (!name) return undefined;
        const missing = (error: unknown) => (error instanceof ApiError && error.status === 404 ? null : undefined);
        return api.ask(`${path}/${encodeURIComponent(name)}`).catch(missing);
    };
    const [storageClass, volume] = await Promise.all([
        find("/apis/storage.k8s.io/v1/storageclasses", storageClassName),
        find("/api/v1/persistentvolumes", volumeName),
    ]);
    return { storageClass: storageClass ?? undefined, volume };
}

/** Says a status only when it is a new one, and nothing of what is over in a moment. */
class Teller {
    private readonly start = performance.now();
    private last = "";

    constructor(private readonly say: Say) {}

    status(text: string): void {
        if (text === this.last || performance.now() - this.start < MOMENT_MS) return;
        this.say.status(text);
        this.last = text;
    }
    nothing(): void {
        if (this.last !== "") this.status("");
    }
}

/** Says of what does not mend itself that it doesn't, once it has stayed so. */
class Hope {
    private since: number | undefined;

    constructor(private readonly api: Api) {}

    /** @param lasting a refusal that stands */
    async lost(live: Obj, pods: readonly Obj[], lasting: string | undefined): Promise<string | undefined> {
        const none = lasting !== undefined || beyondHope(live, pods, await this.replicaSets(live, pods));
        this.since = none ? (this.since ?? performance.now()) : undefined;
        if (this.since === undefined || performance.now() - this.since < HOPELESS_MS) return undefined;
        return "gave up, because this does not mend itself";
    }

    /** Asked for only where they decide. */
    private async replicaSets(live: Obj, pods: readonly Obj[]): Promise<Obj[]> {
        const labelSelector = podSelector(live);
        if (live.kind !== "Deployment" || labelSelector === undefined || !anyHopeless(pods)) return [];
        const path = `/apis/apps/v1/namespaces/${live.metadata.namespace}/replicasets`;
        return this.api.list(path, { labelSelector }).catch(() => []);
    }
}
