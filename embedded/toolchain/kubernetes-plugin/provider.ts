// The life of an object: made, changed, read, deleted. The decisions are in the
// files beside this one; here they meet the API server.
import { setTimeout as pause } from "node:timers/promises";
import { type ClusterChoice, connect, NotSupported } from "../../../kube-api";
import {
    type CheckRequest,
    type Context,
    type CreateRequest,
    type DeleteRequest,
    type DiffAnswer,
    type DiffRequest,
    type Failure,
    InitFailed,
    type Provider,
    type ReadRequest,
    type UpdateRequest,
} from "../plugin/provider";
import { type Change, changes, hasUnknown, isUnknown, type Obj, plain } from "../plugin/values";
import { Api, type ApplyOptions } from "./api";
import { applied, created, goneFromCluster, takeBack } from "./apply";
import { checked } from "./check";
import { diagnose } from "./diagnosis";
import { liveInputs } from "./drift";
import { ApiError, NotReady, Unreachable } from "./errors";
import { withoutIgnored } from "./ignored";
import { type Kind, kindOf, resourcePath, servedNames } from "./kinds";
import { annotation, annotations, idOf, parseId, titleOf } from "./objects";
import { judge } from "./readiness";
import { immutableFields, meant, mustDeleteFirst, replacing, verdict } from "./replacement";
import { flag, otherCluster, settingProblems } from "./settings";
import { importedInputs, initialApiVersionOf, inputsOf, managerOf, marked, newManager, stateOf } from "./state";
import { endpointSlicesOf, untilGone, untilReady, type Wait } from "./wait";

const NOTICE =
    "Pulumi's own Kubernetes plugin is not installed: this project's fallback takes its place, " +
    "and serves only the kinds that this project uses.";

const PREVIEW_MANAGER = "pulumi-kubernetes-preview";
/** How long a namespace, and the service account in it, may take to be there. */
const NAMESPACE_MS = 30_000;
const NAMESPACE_PAUSE_MS = { first: 200, longest: 2_000 };

export class KubernetesProvider implements Provider {
    readonly name = "kubernetes";
    readonly notice = NOTICE;
    readonly serves = servedNames();
    private connect = (): Promise<Api> => Promise.reject(new Error("the plugin was not configured"));
    private connected: Promise<Api> | undefined;
    private mutable = { ConfigMap: false, Secret: false };
    private patchForce = false;
    private upsert = false;

    constructor(readonly version: string) {}

    checkConfig(inputs: Obj): Failure[] {
        return settingProblems(inputs);
    }

    /** Objects of another cluster are other objects. */
    async diffConfig(olds: Obj, news: Obj): Promise<{ replaces: string[] }> {
        return { replaces: await otherCluster(olds, news, serverOf) };
    }

    configure(inputs: Obj): void {
        this.mutable = { ConfigMap: flag(inputs.enableConfigMapMutable), Secret: flag(inputs.enableSecretMutable) };
        this.patchForce = flag(inputs.enablePatchForce);
        this.upsert = flag(inputs.upsertExistingObjects);
        this.connected = undefined;
        this.connect = async () => {
            if (["kubeconfig", "context", "cluster"].some((key) => isUnknown(inputs[key]))) {
                throw new Error("the kubeconfig is not known yet");
            }
            try {
                return new Api(await connect(clusterChoice(inputs)));
            } catch (error) {
                const mend =
                    error instanceof NotSupported
                        ? " by the fallback plugin; install Pulumi's own, or change the kubeconfig"
                        : "";
                throw new Error(`the cluster cannot be used: ${(error as Error).message}${mend}`);
            }
        };
    }

    /** Connected with the first question, so that whoever needs the cluster is told what is wrong with it. */
    private api(): Promise<Api> {
        this.connected ??= this.connect();
        return this.connected;
    }

    async check(request: CheckRequest): Promise<{ inputs: Obj; failures: Failure[] }> {
        kindOf(request.type); // what is not served is refused before the cluster is looked at
        return checked(request, (await this.api()).cluster.namespace);
    }

    async diff(request: DiffRequest, { say }: Context): Promise<DiffAnswer> {
        const kind = kindOf(request.type);
        const state: Obj = plain(request.olds);
        const before: Obj = plain(inputsOf(request.oldInputs));
        const after: Obj = plain(request.news);
        const all = changes(before, after);
        if (all.length === 0) return { changes: [] };
        let replaced = replacing(kind, all, before, after, this.mutable);
        if (replaced.size === 0) {
            replaced = await this.refusedChanges(kind, all, after, managerOf(state), (text) => say.warn(text));
        }
        const old = { metadata: { ...before.metadata, name: state.metadata?.name ?? before.metadata?.name } };
        return {
            changes: verdict(all, replaced),
            deleteBeforeReplace: mustDeleteFirst(replaced.size > 0, old, after),
        };
    }

    /** Asks the server what it will not change. Values that are not known yet go as their placeholder: enough for that. */
    private async refusedChanges(
        kind: Kind,
        all: readonly Change[],
        after: Obj,
        manager: string,
        warn: (text: string) => void,
    ): Promise<Set<Change>> {
        try {
            await (await this.api()).apply(kind, after, manager, { dryRun: true, force: true });
            return new Set();
        } catch (error) {
            if (error instanceof Unreachable) throw error;
            if (!(error instanceof ApiError)) throw error;
            if (error.status === 403) warn(`cannot ask whether this needs a replacement: ${error.message}`);
            const fields = immutableFields(error) ?? [];
            return new Set(fields.flatMap((field) => meant(all, field)));
        }
    }

    async create(request: CreateRequest, context: Context): Promise<{ id: string; properties: Obj }> {
        const kind = kindOf(request.type);
        const { inputs } = request;
        if (request.preview) return { id: "", properties: await this.previewCreate(kind, inputs) };
        const object: Obj = plain(inputs);
        const api = await this.api();
        const manager = newManager();
        const made = await this.make(api, kind, object, manager, context);
        const live = await this.ready(api, kind, object, made, request.timeout, context, (current) =>
            stateOf(inputs, current, manager),
        );
        return { id: idOf(live), properties: stateOf(inputs, live, manager) };
    }

    /** Creates the object; waits a while for its namespace, and for the service account in it, to be there. */
    private async make(api: Api, kind: Kind, object: Obj, manager: string, { say, signal }: Context): Promise<Obj> {
        const end = performance.now() + NAMESPACE_MS;
        for (let wait = NAMESPACE_PAUSE_MS.first; ; wait = Math.min(2 * wait, NAMESPACE_PAUSE_MS.longest)) {
            try {
                const made = this.upsert
                    ? await applied(api, kind, object, manager, this.how(object))
                    : await created(api, kind, object, manager);
                if (wait > NAMESPACE_PAUSE_MS.first) say.status("");
                return made;
            } catch (error) {
                const later = performance.now() < end && !signal.aborted;
                const comes = error instanceof ApiError && (error.namespaceMissing || error.serviceAccountMissing);
                if (!later || !comes) throw error;
                say.status(`Waiting to create ${titleOf(object)}: ${error.message}`);
                await pause(wait, undefined, { signal }).catch(() => {});
            }
        }
    }

    private async previewCreate(kind: Kind, inputs: Obj): Promise<Obj> {
        if (hasUnknown(inputs)) return inputs;
        const object: Obj = plain(inputs);
        const api = await this.api();
        try {
            if (!this.upsert && (await this.find(api, kind, object))) return inputs;
            const { status: _, ...made } = await api.apply(kind, object, PREVIEW_MANAGER, {
                dryRun: true,
                force: true,
            });
            return marked(made, inputs);
        } catch (error) {
            // Pulumi's own plugin answers the bare inputs as well: what the server would fill in is undefined then.
            const asItIs = error instanceof ApiError && (error.namespaceMissing || error.status === 403);
            if (asItIs) return inputs;
            throw error;
        }
    }

    async update(request: UpdateRequest, context: Context): Promise<Obj> {
        const kind = kindOf(request.type);
        const { inputs, olds } = request;
        if (request.preview && hasUnknown(inputs)) return inputs;
        const object: Obj = plain(inputs);
        const api = await this.api();
        const manager = managerOf(plain(olds));
        const state = (live: Obj): Obj => stateOf(inputs, live, manager, initialApiVersionOf(olds));
        const live = await this.find(api, kind, object);
        if (!live) throw goneFromCluster(object);
        const asIs = (now: Obj): Obj => withoutIgnored(object, now, manager, request.ignoreChanges);
        if (request.preview) {
            try {
                return state(await applied(api, kind, asIs(live), manager, this.how(object, true)));
            } catch (error) {
                if (error instanceof ApiError && error.status === 403) return inputs;
                throw error;
            }
        }
        const wanted = asIs(await takeBack(api, kind, live, manager));
        const made = await applied(api, kind, wanted, manager, this.how(object));
        return state(await this.ready(api, kind, object, made, request.timeout, context, state));
    }

    private find = (api: Api, kind: Kind, { metadata }: Obj): Promise<Obj | undefined> =>
        api.find(kind, metadata.namespace, metadata.name);

    private how = (object: Obj, dryRun = false): ApplyOptions => ({
        dryRun,
        force: this.patchForce || annotation(object, annotations.patchForce) === "true",
    });

    /** @throws InitFailed, so that the object stays in the state and the next `up` goes on from there */
    private async ready(
        api: Api,
        kind: Kind,
        object: Obj,
        made: Obj,
        timeout: number,
        { say, signal }: Context,
        state: (live: Obj) => Obj,
    ): Promise<Obj> {
        if (annotation(object, annotations.skipAwait) === "true") return made;
        const timeoutMs = seconds(object, timeout, kind.readySeconds) * 1000;
        try {
            return await untilReady({ api, kind, object: made, timeoutMs, say, signal });
        } catch (error) {
            if (error instanceof NotReady) {
                const { object: last, message, reasons } = error;
                throw new InitFailed({ id: idOf(last), properties: state(last) }, message, reasons);
            }
            const message = `cannot tell whether ${titleOf(made)} is ready: ${(error as Error).message}`;
            throw new InitFailed({ id: idOf(made), properties: state(made) }, message);
        }
    }

    async read(request: ReadRequest): Promise<{ id: string; properties: Obj; inputs: Obj } | undefined> {
        const kind = kindOf(request.type);
        const api = await this.api();
        const { name, namespace = kind.namespaced ? api.cluster.namespace : undefined } = parseId(request.id);
        const found = await api.find(kind, namespace, name);
        if (!found) return undefined;
        const live: Obj = { apiVersion: kind.apiVersion, kind: kind.kind, ...found };
        const imported = typeof request.inputs.kind !== "string";
        const manager = managerOf(plain(request.properties));
        const inputs = imported
            ? marked(importedInputs(live), {})
            : marked(await this.nowInputs(api, kind, plain(request.inputs), live, manager), request.inputs);
        const id = idOf(live);
        const properties = stateOf(inputs, live, manager, initialApiVersionOf(request.properties));
        if (!imported) await this.mustBeReady(api, kind, plain(request.inputs), live, { id, properties, inputs });
        return { id, properties, inputs };
    }

    private async nowInputs(api: Api, kind: Kind, inputs: Obj, live: Obj, manager: string): Promise<Obj> {
        const asSaid = liveInputs(inputs, inputs, live);
        if (changes(inputs, asSaid).length === 0) return inputs;
        try {
            return liveInputs(inputs, await api.apply(kind, inputs, manager, { dryRun: true, force: true }), live);
        } catch (error) {
            if (error instanceof ApiError) return asSaid;
            throw error;
        }
    }

    /** A refresh tells of an object that is there but does not work; it stays in the state. */
    private async mustBeReady(
        api: Api,
        kind: Kind,
        object: Obj,
        live: Obj,
        made: { id: string; properties: Obj; inputs: Obj },
    ): Promise<void> {
        // Of a volume or a claim Pulumi's own plugin does not tell it either.
        const looked = ["Pod", "StatefulSet", "Deployment", "DaemonSet", "Job", "Service"];
        if (!looked.includes(kind.kind) || annotation(object, annotations.skipAwait) === "true") return;
        const slices = endpointSlicesOf(live);
        const endpointSlices = slices ? await api.list(slices.path, slices.query) : [];
        const found = judge(live, { pods: [], endpointSlices });
        if (found.state === "ready") return;
        const why = found.state === "failed" ? found.why : found.status.replace(/^\[\d\/\d\] /, "");
        throw new InitFailed(made, `${titleOf(live)} is not ready: ${why}`, await diagnose(api, live, []));
    }

    async delete(request: DeleteRequest, { say, signal }: Context): Promise<void> {
        const kind = kindOf(request.type);
        const api = await this.api();
        const object: Obj = plain(inputsOf(request.properties));
        const { name, namespace } = parseId(request.id);
        const path = resourcePath(kind, namespace, name);
        const live = await api.find(kind, namespace, name);
        if (!live) return;
        try {
            await api.ask(path, { method: "DELETE", body: deletion(object, live.metadata.uid) });
        } catch (error) {
            // 409: the name belongs to another object by now, so that ours is gone.
            if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
            throw error;
        }
        if (kind.skipsGone && annotation(object, annotations.skipAwait) === "true") return;
        const known: Obj = { apiVersion: kind.apiVersion, kind: kind.kind, ...live };
        const timeoutMs = seconds(object, request.timeout, kind.goneSeconds) * 1000;
        const wait: Wait = { api, kind, object: known, timeoutMs, say, signal };
        await untilGone(wait).catch(plainly);
    }
}

function clusterChoice({ kubeconfig, context, cluster, namespace }: Obj): ClusterChoice {
    return { kubeconfig, context, cluster, namespace };
}

async function serverOf(inputs: Obj): Promise<string | undefined> {
    try {
        return (await connect(clusterChoice(inputs))).server;
    } catch {
        return undefined;
    }
}

/** The program's customTimeouts come first, as with Pulumi's own plugin. */
function seconds(object: Obj, asked: number, otherwise: number): number {
    return asked || Number(annotation(object, annotations.timeoutSeconds) ?? 0) || otherwise;
}

const POLICIES: Record<string, string> = { orphan: "Orphan", background: "Background" };

function deletion(object: Obj, uid: string): Obj {
    const asked = annotation(object, annotations.deletionPropagation)?.toLowerCase() ?? "";
    const propagationPolicy = POLICIES[asked] ?? "Foreground";
    return { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy, preconditions: { uid } };
}

/** A deletion that failed leaves the resource in the state by itself: its reasons go into the message. */
function plainly(error: unknown): never {
    if (error instanceof NotReady) throw new Error([error.message, ...error.reasons].join("\n"));
    throw error;
}
