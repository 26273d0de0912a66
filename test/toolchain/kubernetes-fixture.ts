// What the tests of the fallback plugin "kubernetes" share: a running cluster
// (TEST_KUBECONFIG), a namespace of their own, and a hand that plays the
// kubelet: pods here name a scheduler that does not exist, so that nothing but
// the test changes their status, whether the cluster has nodes or not.
import assert from "node:assert/strict";
import { Api } from "../../embedded/toolchain/kubernetes-plugin/api";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import { KubernetesProvider } from "../../embedded/toolchain/kubernetes-plugin/provider";
import { type Context, InitFailed } from "../../embedded/toolchain/plugin/provider";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { connect } from "../../kube-api";

export function testKubeconfig(): string {
    const path = process.env.TEST_KUBECONFIG;
    assert.ok(path, "TEST_KUBECONFIG must name the kubeconfig of a running cluster; make test-cluster sets it");
    return path;
}

export const testApi = async (): Promise<Api> => new Api(await connect({ kubeconfig: testKubeconfig() }));

/** A namespace that no other run uses. */
export const freshNamespace = (): string => `plugin-test-${process.pid}-${Math.random().toString(36).slice(2, 7)}`;

export async function makeNamespace(api: Api, name: string): Promise<void> {
    await api.apply(kindOf("kubernetes:core/v1:Namespace"), object("v1", "Namespace", { name }), "test", {
        force: true,
    });
}

export async function removeNamespace(api: Api, name: string): Promise<void> {
    const path = `/api/v1/namespaces/${name}`;
    await api.ask(path, { method: "DELETE" }).catch(() => {});
}

/** For one `describe`: a namespace of its own, removed after it, and what its tests make and ask there by name. */
export function inFreshNamespace() {
    const namespace = freshNamespace();
    let api: Api;
    before(async () => {
        api = await testApi();
        await makeNamespace(api, namespace);
    });
    after(() => removeNamespace(api, namespace));
    return {
        namespace,
        /** Known once the tests run. */
        get api() {
            return api;
        },
        configMap: (name: string, rest: Obj): Obj => object("v1", "ConfigMap", { namespace, name }, rest),
        /** That no kubelet takes. */
        pod: (name: string, spec: Obj = {}, annotations: Obj = {}): Obj =>
            object("v1", "Pod", { namespace, name, annotations, labels: { app: name } }, { spec: idlePodSpec(spec) }),
        find: (type: string, name: string): Promise<Obj | undefined> =>
            api.find(kindOf(`kubernetes:${type}`), namespace, name),
        setPodStatus: (name: string, status: Obj): Promise<void> => setPodStatus(api, namespace, name, status),
    };
}

export const object = (apiVersion: string, kind: string, metadata: Obj, rest: Obj = {}): Obj => ({
    apiVersion,
    kind,
    metadata,
    ...rest,
});

/** Of a pod that no kubelet takes. */
export const idlePodSpec = (spec: Obj = {}): Obj => ({
    schedulerName: "nobody",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image: "example.invalid/none" }],
    ...spec,
});

/** Plays the kubelet, as soon as the pod is there. */
export async function setPodStatus(api: Api, namespace: string, name: string, status: Obj): Promise<void> {
    const pod = kindOf("kubernetes:core/v1:Pod");
    await seen(
        api,
        resourcePath(pod, namespace),
        { fieldSelector: `metadata.name=${name}` },
        (pods) => pods.length > 0,
    );
    await mergePatch(api, `${resourcePath(pod, namespace, name)}/status`, { status });
}

export async function mergePatch(api: Api, path: string, body: Obj, fieldManager = "test"): Promise<Obj> {
    return api.ask(path, {
        method: "PATCH",
        contentType: "application/merge-patch+json",
        body,
        query: { fieldManager },
    });
}

/** Resolves with the listed objects when they are as wanted. */
export async function seen(
    api: Api,
    path: string,
    query: Record<string, string>,
    asWanted: (objects: Obj[]) => boolean,
): Promise<Obj[]> {
    const stop = new AbortController();
    try {
        return await new Promise((resolve) => {
            const followed = api.follow(
                path,
                query,
                () => followed.listed && asWanted(followed.objects) && resolve(followed.objects),
                stop.signal,
            );
        });
    } finally {
        stop.abort();
    }
}

/** Of a PersistentVolume whose server nobody asks. */
export const NFS = {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteMany"],
    nfs: { server: "192.0.2.1", path: "/x" },
};

const condition = (type: string, status: string, rest: Obj = {}): Obj => ({ type, status, ...rest });

export const statuses = {
    ready: {
        phase: "Running",
        podIP: "10.254.0.9",
        podIPs: [{ ip: "10.254.0.9" }],
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => condition(type, "True")),
        containerStatuses: [{ ...container(), ready: true, state: { running: { startedAt: "2026-01-01T00:00:00Z" } } }],
    },
    succeeded: (message: string): Obj => ({
        phase: "Succeeded",
        conditions: [condition("PodScheduled", "True"), condition("Initialized", "True"), condition("Ready", "False")],
        containerStatuses: [
            { ...container(), ready: false, state: { terminated: { exitCode: 0, reason: "Completed", message } } },
        ],
    }),
    /** Its containers are ready; a gate is not. */
    held: {
        phase: "Running",
        conditions: [
            ...["PodScheduled", "Initialized", "ContainersReady"].map((type) => condition(type, "True")),
            condition("Ready", "False", { reason: "ReadinessGatesNotReady", message: "the gate is not set" }),
        ],
        containerStatuses: [{ ...container(), ready: true, state: { running: {} } }],
    },
    crashing: (message: string): Obj => ({
        phase: "Running",
        conditions: [
            condition("PodScheduled", "True"),
            condition("Initialized", "True"),
            condition("Ready", "False", {
                reason: "ContainersNotReady",
                message: "containers with unready status: [main]",
            }),
        ],
        containerStatuses: [
            {
                ...container(),
                ready: false,
                restartCount: 3,
                state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
                lastState: { terminated: { exitCode: 7, reason: "Error", message } },
            },
        ],
    }),
};

function container(): Obj {
    return { name: "main", image: "example.invalid/none", imageID: "", restartCount: 0 };
}

/** A warning about an object, as a kubelet or controller would leave it. */
export async function warn(api: Api, about: Obj, reason: string, message: string): Promise<void> {
    const { namespace, name, uid } = about.metadata;
    const event = {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
        involvedObject: { kind: about.kind, namespace, name, uid },
        reason,
        message,
        type: "Warning",
        count: 4,
        lastTimestamp: new Date().toISOString(),
    };
    await api.ask(`/api/v1/namespaces/${namespace}/events/${event.metadata.name}`, {
        method: "PATCH",
        contentType: "application/apply-patch+yaml",
        body: event,
        query: { fieldManager: "test" },
    });
}

/** The plugin in this process, and what it says. */
export interface Driven {
    provider: KubernetesProvider;
    context: Context;
    said: string[];
    cancel(): void;
}

export function driven(inputs: Obj = {}): Driven {
    const provider = new KubernetesProvider("0.0.0-test");
    provider.configure({ kubeconfig: testKubeconfig(), ...inputs });
    const said: string[] = [];
    const cancelled = new AbortController();
    const say = (text: string): void => void said.push(text);
    const context = { say: { status: say, info: say, warn: say }, signal: cancelled.signal };
    return { provider, context, said, cancel: () => cancelled.abort() };
}

export const resource = (type: string, name = "one"): { urn: string; type: string; name: string } => ({
    urn: `urn:pulumi:test::test::kubernetes:${type}::${name}`,
    type: `kubernetes:${type}`,
    name,
});

/** Check, as the engine calls it; fails the test on any failure. */
export async function checkedInputs({ provider }: Driven, type: string, news: Obj, olds: Obj = {}): Promise<Obj> {
    const request = { ...resource(type), olds, news, seed: new Uint8Array() };
    const { inputs, failures } = await provider.check(request);
    assert.deepEqual(failures, []);
    return inputs;
}

export interface Made {
    id: string;
    inputs: Obj;
    properties: Obj;
}

/** Check and create, as the engine calls them. */
export async function create(plugin: Driven, type: string, news: Obj, timeout = 0): Promise<Made> {
    const inputs = await checkedInputs(plugin, type, news);
    const request = { ...resource(type), inputs, timeout, preview: false };
    return { inputs, ...(await plugin.provider.create(request, plugin.context)) };
}

export async function update(plugin: Driven, type: string, old: Made, news: Obj, timeout = 0): Promise<Obj> {
    const inputs = await checkedInputs(plugin, type, news, old.inputs);
    return plugin.provider.update(
        { ...resource(type), id: old.id, olds: old.properties, inputs, timeout, preview: false, ignoreChanges: [] },
        plugin.context,
    );
}

export async function remove(plugin: Driven, type: string, made: { id: string; properties: Obj }, timeout = 0) {
    await plugin.provider.delete(
        { ...resource(type), id: made.id, properties: made.properties, timeout },
        plugin.context,
    );
}

export async function diff(plugin: Driven, type: string, old: Made, news: Obj) {
    return plugin.provider.diff(
        { ...resource(type), id: old.id, olds: old.properties, oldInputs: old.inputs, news },
        plugin.context,
    );
}

export const replaced = (answer: { changes: { path: readonly unknown[]; replace: boolean }[] }): boolean =>
    answer.changes.some((change) => change.replace);

/** What is said of an object that was made and did not become ready; fails the test when it did. */
export const initFailed = (work: Promise<unknown>): Promise<InitFailed> =>
    work.then(
        () => assert.fail("it should not become ready"),
        (error) => {
            assert.ok(error instanceof InitFailed, `expected InitFailed, not ${error}`);
            return error;
        },
    );
