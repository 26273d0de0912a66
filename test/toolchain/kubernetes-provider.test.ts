// The fallback plugin "kubernetes" against a real API server, called as the
// engine calls it. kubernetes-plugin.test.ts goes through the CLI.
import assert from "node:assert/strict";
import { createServer, type Socket, connect as tcp } from "node:net";
import type { Api } from "../../embedded/toolchain/kubernetes-plugin/api";
import { connect } from "../../embedded/toolchain/kubernetes-plugin/cluster";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import { InitFailed } from "../../embedded/toolchain/plugin/provider";
import { isSecret, type Obj, plain, secret, UNKNOWN } from "../../embedded/toolchain/plugin/values";
import {
    checkedInputs,
    create,
    diff,
    driven,
    freshNamespace,
    idlePodSpec,
    type Made,
    makeNamespace,
    mergePatch,
    object,
    remove,
    removeNamespace,
    resource,
    seen,
    setPodStatus,
    statuses,
    testApi,
    testKubeconfig,
    update,
    warn,
} from "./kubernetes-fixture";

const GATE = [{ conditionType: "example.com/never" }];
const NFS = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteMany"], nfs: { server: "192.0.2.1", path: "/x" } };

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const namespace = freshNamespace();
    let api: Api;
    before(async () => {
        api = await testApi();
        await makeNamespace(api, namespace);
    });
    after(() => removeNamespace(api, namespace));

    const configMap = (name: string, rest: Obj): Obj => object("v1", "ConfigMap", { namespace, name }, rest);
    const pod = (name: string, spec: Obj = {}, annotations: Obj = {}): Obj =>
        object("v1", "Pod", { namespace, name, annotations, labels: { app: name } }, { spec: idlePodSpec(spec) });
    const find = (type: string, name: string): Promise<Obj | undefined> =>
        api.find(kindOf(`kubernetes:${type}`), namespace, name);
    const initFailed = async (work: Promise<unknown>): Promise<InitFailed> => {
        const error = await work.then(
            () => undefined,
            (reason) => reason,
        );
        assert.ok(error instanceof InitFailed, `expected InitFailed, not ${error}`);
        return error;
    };
    const replaced = (answer: { changes: { path: readonly unknown[]; replace: boolean }[] }): boolean =>
        answer.changes.some((change) => change.replace);

    describe("create", () => {
        it("waits for a namespace and its service account that are made at the same time", async () => {
            const plugin = driven();
            const name = freshNamespace();
            const late = object("v1", "Pod", { namespace: name, name: "early" }, { spec: idlePodSpec() });
            late.metadata.annotations = { "pulumi.com/skipAwait": "true" };
            const made = create(plugin, "core/v1:Pod", late);
            await create(plugin, "core/v1:Namespace", object("v1", "Namespace", { name }));
            try {
                assert.equal((await made).id, `${name}/early`);
            } finally {
                await removeNamespace(api, name);
            }
        });

        it("refuses what is in the cluster already, and says how to take it in", async () => {
            await api.apply(kindOf("kubernetes:core/v1:ConfigMap"), configMap("theirs", { data: {} }), "someone");
            await assert.rejects(
                create(driven(), "core/v1:ConfigMap", configMap("theirs", { data: { a: "1" } })),
                (error: Error) => /already/.test(error.message) && error.message.includes(`${namespace}/theirs`),
            );
        });

        it("hands a Secret's stringData to the server as data, and keeps it secret", async () => {
            const news = object("v1", "Secret", { namespace, name: "word" }, { stringData: { word: secret("hush") } });
            const { properties, inputs } = await create(driven(), "core/v1:Secret", news);
            assert.ok(isSecret(properties.data) && isSecret(inputs.data));
            assert.equal(JSON.stringify(properties).includes("hush"), false);
            assert.deepEqual(plain(properties).data, { word: Buffer.from("hush").toString("base64") });
        });

        it("makes the names of the program's resource, and eight hexadecimal digits", async () => {
            const { properties } = await create(
                driven(),
                "core/v1:ConfigMap",
                object("v1", "ConfigMap", { namespace }),
            );
            assert.match(properties.metadata.name, /^one-[0-9a-f]{8}$/);
            assert.match(properties.__fieldManager, /^pulumi-kubernetes-[0-9a-f]{8}$/);
        });
    });

    describe("waiting", () => {
        it("takes a Pod whose gate is never set as up only when it has succeeded, with its termination message", async () => {
            const plugin = driven();
            const made = create(
                plugin,
                "core/v1:Pod",
                pod("gated", { restartPolicy: "OnFailure", readinessGates: GATE }),
            );
            await setPodStatus(api, namespace, "gated", statuses.held);
            await setPodStatus(api, namespace, "gated", statuses.succeeded("all is well"));
            const { properties } = await made;
            assert.equal(properties.status.containerStatuses[0].state.terminated.message, "all is well");
        });

        it("takes a Pod as up when it is ready", async () => {
            const made = create(driven(), "core/v1:Pod", pod("plain"));
            await setPodStatus(api, namespace, "plain", statuses.ready);
            assert.equal((await made).properties.status.phase, "Running");
        });

        it("says of a Pod that keeps failing its conditions, states, termination message and events", async () => {
            const plugin = driven();
            const failing = initFailed(
                create(plugin, "core/v1:Pod", pod("torn", { restartPolicy: "OnFailure", readinessGates: GATE }), 5),
            );
            await setPodStatus(api, namespace, "torn", statuses.crashing("record 17 is torn"));
            await warn(api, { ...(await find("core/v1:Pod", "torn")), kind: "Pod" }, "FailedMount", "server is away");
            const error = await failing;
            const text = [error.message, ...error.reasons].join("\n");
            for (const fact of [
                /gave up after 5 s/,
                /condition Ready is False, ContainersNotReady: containers with unready status: \[main\]/,
                /container main: waiting, CrashLoopBackOff.*restarted 3 times/,
                /ended before with exit code 7: record 17 is torn/,
                /event FailedMount \(4 times\): server is away/,
                /readiness gate example.com\/never is not set/,
            ]) {
                assert.match(text, fact);
            }
            assert.equal(error.made.id, `${namespace}/torn`);
            assert.equal(error.made.properties.status.phase, "Running");
            assert.ok(plugin.said.some((line) => line.includes("torn") && line.includes("CrashLoopBackOff")));
        });

        it("gives up at once on a Pod that has failed for good", async () => {
            const failing = initFailed(create(driven(), "core/v1:Pod", pod("failed", { restartPolicy: "Never" })));
            await setPodStatus(api, namespace, "failed", {
                phase: "Failed",
                reason: "Evicted",
                message: "disk is full",
            });
            assert.match((await failing).message, /Evicted: disk is full/);
        });

        it("names the Pod that keeps a StatefulSet from being ready", async () => {
            const spec = {
                serviceName: "none",
                selector: { matchLabels: { app: "set" } },
                template: { metadata: { labels: { app: "set" } }, spec: idlePodSpec() },
            };
            const plugin = driven();
            const set = object("apps/v1", "StatefulSet", { namespace, name: "set" }, { spec });
            const failing = initFailed(create(plugin, "apps/v1:StatefulSet", set, 5));
            await setPodStatus(api, namespace, "set-0", statuses.crashing("no such export"));
            const { message, reasons } = await failing;
            assert.match(message, /StatefulSet .*0\/1 Pods ready; Pod set-0: container main: CrashLoopBackOff/);
            assert.match(reasons.join("\n"), /Pod [^ ]*\/set-0:\n(.*\n)*.*no such export/);
        });

        it("quotes the events of a Deployment whose Pods cannot be made", async () => {
            const template = {
                metadata: { labels: { app: "none" } },
                spec: { ...idlePodSpec(), serviceAccountName: "nobody" },
            };
            const spec = { selector: { matchLabels: { app: "none" } }, template };
            const deployment = object("apps/v1", "Deployment", { namespace, name: "none" }, { spec });
            const { message, reasons } = await initFailed(create(driven(), "apps/v1:Deployment", deployment, 4));
            assert.match([message, ...reasons].join("\n"), /serviceaccount "nobody" not found/);
        });

        it("goes on from an object that did not become ready, when the program is corrected", async () => {
            const plugin = driven();
            const error = await initFailed(create(plugin, "core/v1:Pod", pod("slow"), 2));
            const old = {
                id: error.made.id,
                inputs: error.made.properties.__inputs,
                properties: error.made.properties,
            };
            await setPodStatus(api, namespace, "slow", statuses.ready);
            const properties = await update(plugin, "core/v1:Pod", old, pod("slow", {}, { corrected: "yes" }));
            assert.equal(properties.metadata.annotations.corrected, "yes");
        });

        it("waits for a Service until one of its endpoints is ready", async () => {
            const plugin = driven();
            const spec = { selector: { app: "backend" }, ports: [{ port: 80 }] };
            const made = create(
                plugin,
                "core/v1:Service",
                object("v1", "Service", { namespace, name: "front" }, { spec }),
            );
            const slice = (ready: boolean): Obj => ({
                apiVersion: "discovery.k8s.io/v1",
                kind: "EndpointSlice",
                metadata: { name: "front-test", namespace, labels: { "kubernetes.io/service-name": "front" } },
                addressType: "IPv4",
                endpoints: [{ addresses: ["10.254.0.9"], conditions: { ready } }],
            });
            const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/front-test`;
            const apply = (body: Obj): Promise<Obj> =>
                api.ask(path, {
                    method: "PATCH",
                    contentType: "application/apply-patch+yaml",
                    body,
                    query: { fieldManager: "test" },
                });
            await apply(slice(false));
            await until(() => plugin.said.some((line) => line.includes("none of 1 endpoints is ready")));
            await apply(slice(true));
            assert.match((await made).properties.spec.clusterIP, /^[0-9a-f.:]+$/);
        });

        it("asks nothing of an object with skipAwait, and heeds timeoutSeconds", async () => {
            await create(driven(), "core/v1:Pod", pod("skipped", {}, { "pulumi.com/skipAwait": "true" }));
            const short = pod("short", {}, { "pulumi.com/timeoutSeconds": "1" });
            assert.match((await initFailed(create(driven(), "core/v1:Pod", short))).message, /gave up after 1 s/);
        });

        it("stops at once when it is cancelled, and keeps what was made", async () => {
            const plugin = driven();
            const failing = initFailed(create(plugin, "core/v1:Pod", pod("cancelled")));
            await seen(api, resourcePath(kindOf("kubernetes:core/v1:Pod"), namespace), {}, (pods) =>
                pods.some((one) => one.metadata.name === "cancelled"),
            );
            plugin.cancel();
            const start = performance.now();
            assert.match((await failing).message, /cancelled/);
            assert.ok(performance.now() - start < 3000);
        });

        it("waits through an API server that is away for a moment", async () => {
            const away = await detour(testKubeconfig());
            try {
                const plugin = driven({ kubeconfig: away.kubeconfig });
                const made = create(plugin, "core/v1:Pod", pod("detour"));
                await seen(api, resourcePath(kindOf("kubernetes:core/v1:Pod"), namespace), {}, (pods) =>
                    pods.some((one) => one.metadata.name === "detour"),
                );
                await away.close();
                await setPodStatus(api, namespace, "detour", statuses.ready);
                await away.open();
                assert.equal((await made).properties.status.phase, "Running");
            } finally {
                await away.close();
            }
        });
    });

    describe("volumes", () => {
        const volume = `${namespace}-volume`;
        const plugin = driven();
        let made: Made;
        const claim = (name: string, spec: Obj): Obj =>
            object(
                "v1",
                "PersistentVolumeClaim",
                { namespace, name },
                {
                    spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } }, ...spec },
                },
            );

        it("makes a volume and a claim that name each other, and waits until they are bound", async () => {
            const spec = { ...NFS, claimRef: { namespace, name: "bound" } };
            made = await create(
                plugin,
                "core/v1:PersistentVolume",
                object("v1", "PersistentVolume", { name: volume }, { spec }),
            );
            const bound = await create(
                plugin,
                "core/v1:PersistentVolumeClaim",
                claim("bound", { storageClassName: "", volumeName: volume }),
            );
            assert.equal(bound.properties.status.phase, "Bound");
            await remove(plugin, "core/v1:PersistentVolumeClaim", bound);
        });

        it("replaces a volume whose server changes, first deleting the old one", async () => {
            const spec = { ...NFS, nfs: { server: "192.0.2.2", path: "/x" } };
            const answer = await diff(plugin, "core/v1:PersistentVolume", made, {
                ...made.inputs,
                spec: { ...made.inputs.spec, ...spec },
            });
            assert.deepEqual(
                answer.changes.filter((change) => change.replace).map(({ path }) => path.join(".")),
                ["spec.nfs.server"],
            );
            assert.equal(answer.deleteBeforeReplace, true);
            await remove(plugin, "core/v1:PersistentVolume", made);
        });

        it("takes a claim that is bound when it is used first as up", async () => {
            const name = `${namespace}-late`;
            const late = object(
                "storage.k8s.io/v1",
                "StorageClass",
                { name },
                {
                    provisioner: "example.com/none",
                    volumeBindingMode: "WaitForFirstConsumer",
                },
            );
            const storage = await create(plugin, "storage.k8s.io/v1:StorageClass", late);
            const pending = await create(
                plugin,
                "core/v1:PersistentVolumeClaim",
                claim("late", { storageClassName: name }),
            );
            assert.equal(pending.properties.status.phase, "Pending");
            const changed = { ...storage.inputs, reclaimPolicy: "Retain" };
            assert.ok(replaced(await diff(plugin, "storage.k8s.io/v1:StorageClass", storage, changed)));
            await remove(plugin, "storage.k8s.io/v1:StorageClass", storage);
        });

        it("quotes what the controller says of a claim that cannot be bound", async () => {
            const lost = claim("lost", { storageClassName: "no-such-class" });
            const { reasons } = await initFailed(create(plugin, "core/v1:PersistentVolumeClaim", lost, 3));
            assert.match(reasons.join("\n"), /ProvisioningFailed.*"no-such-class" not found/);
        });
    });

    describe("diff", () => {
        const plugin = driven();
        let fixed: Made;
        let autonamed: Made;
        before(async () => {
            fixed = await create(plugin, "core/v1:ConfigMap", configMap("fixed", { data: { a: "1" } }));
            autonamed = await create(
                plugin,
                "core/v1:ConfigMap",
                object("v1", "ConfigMap", { namespace }, { data: { a: "1" } }),
            );
        });

        it("finds nothing to do when nothing changed", async () => {
            assert.deepEqual((await diff(plugin, "core/v1:ConfigMap", fixed, fixed.inputs)).changes, []);
        });

        it("replaces a ConfigMap with other data; first deletes it if it must have the same name", async () => {
            const first = await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: { a: "2" } });
            assert.deepEqual([replaced(first), first.deleteBeforeReplace], [true, true]);
            const then = await diff(plugin, "core/v1:ConfigMap", autonamed, { ...autonamed.inputs, data: { a: "2" } });
            assert.deepEqual([replaced(then), then.deleteBeforeReplace], [true, false]);
        });

        it("updates a ConfigMap with other data in place when the provider is told so", async () => {
            const mutable = driven({ enableConfigMapMutable: "true" });
            assert.equal(
                replaced(await diff(mutable, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: { a: "2" } })),
                false,
            );
        });

        it("updates labels in place", async () => {
            const metadata = { ...fixed.inputs.metadata, labels: { a: "b" } };
            const answer = await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, metadata });
            assert.deepEqual(answer, {
                changes: [{ path: ["metadata", "labels"], kind: "add", replace: false }],
                deleteBeforeReplace: false,
            });
        });

        it("replaces what has a whole property that is not known yet", async () => {
            assert.ok(replaced(await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: UNKNOWN })));
            const policy = object(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                { namespace, name: "p" },
                { spec: { podSelector: {} } },
            );
            const made = await create(plugin, "networking.k8s.io/v1:NetworkPolicy", policy);
            const unknown = { ...made.inputs, spec: UNKNOWN };
            assert.ok(replaced(await diff(plugin, "networking.k8s.io/v1:NetworkPolicy", made, unknown)));
        });

        it("replaces what the server refuses to change, as the server says", async () => {
            const spec = { selector: { a: "b" }, ports: [{ port: 80 }], clusterIP: "None" };
            const service = object("v1", "Service", { namespace, name: "head" }, { spec });
            const made = await create(plugin, "core/v1:Service", service);
            const changed = { ...made.inputs, spec: { ...spec, clusterIP: undefined, type: "ClusterIP" } };
            assert.ok(replaced(await diff(plugin, "core/v1:Service", made, JSON.parse(JSON.stringify(changed)))));
        });
    });

    describe("preview", () => {
        const plugin = driven();
        const service = (where: string): Obj =>
            object("v1", "Service", { namespace: where, name: "preview" }, { spec: { ports: [{ port: 2049 }] } });
        const preview = async (type: string, news: Obj): Promise<Obj> => {
            const inputs = await checkedInputs(plugin, type, news);
            const request = { ...resource(type), inputs, timeout: 0, preview: true };
            return (await plugin.provider.create(request, plugin.context)).properties;
        };

        it("answers the bare inputs while the namespace is not there: the address is undefined, and known", async () => {
            const inputs = await checkedInputs(plugin, "core/v1:Service", service("not-yet-there"));
            assert.deepEqual(await preview("core/v1:Service", service("not-yet-there")), inputs);
        });

        it("answers what the server would make of it, without a status, and makes nothing", async () => {
            const made = await preview("core/v1:Service", service(namespace));
            assert.equal(made.spec.sessionAffinity, "None");
            assert.equal(made.status, undefined);
            assert.equal(await find("core/v1:Service", "preview"), undefined);
        });

        it("fails on what the server would refuse", async () => {
            const bad = object("v1", "PersistentVolume", { name: "bad" }, { spec: { ...NFS, nfs: { path: "/x" } } });
            await assert.rejects(preview("core/v1:PersistentVolume", bad), /spec.nfs.server: Required value/);
        });

        it("answers inputs with unknown values as they are", async () => {
            const volume = object(
                "v1",
                "PersistentVolume",
                { name: "later" },
                { spec: { ...NFS, nfs: { server: UNKNOWN, path: "/x" } } },
            );
            assert.equal((await preview("core/v1:PersistentVolume", volume)).spec.nfs.server, UNKNOWN);
        });
    });

    describe("update", () => {
        const plugin = driven();

        it("takes back what people changed and added by hand", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("touched", { data: { a: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "touched");
            await mergePatch(api, path, { metadata: { labels: { foreign: "yes" } }, data: { a: "2" } }, "kubectl-edit");
            const news = configMap("touched", { data: { a: "1" } });
            news.metadata.labels = { ours: "yes" };
            const properties = await update(plugin, "core/v1:ConfigMap", made, news);
            assert.deepEqual([properties.data, properties.metadata.labels], [{ a: "1" }, { ours: "yes" }]);
        });

        it("leaves what a controller manages, and says whose it is", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("managed", { data: { a: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "managed");
            await mergePatch(api, path, { data: { a: "2" } }, "some-controller");
            const news = configMap("managed", { data: { a: "3" } });
            await assert.rejects(update(plugin, "core/v1:ConfigMap", made, news), /some-controller[\s\S]*patchForce/);
            news.metadata.annotations = { "pulumi.com/patchForce": "true" };
            assert.deepEqual((await update(plugin, "core/v1:ConfigMap", made, news)).data, { a: "3" });
        });

        it("removes what the program no longer says", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("shrinks", { data: { a: "1", b: "2" } }));
            const properties = await update(
                plugin,
                "core/v1:ConfigMap",
                made,
                configMap("shrinks", { data: { b: "2" } }),
            );
            assert.deepEqual(properties.data, { b: "2" });
        });
    });

    describe("read", () => {
        const plugin = driven();
        const read = (type: string, id: string, made?: Made) =>
            plugin.provider.read({
                ...resource(type),
                id,
                properties: made?.properties ?? {},
                inputs: made?.inputs ?? {},
            });

        it("finds what others changed, and only that", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("drifts", { data: { a: "1", b: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "drifts");
            await mergePatch(api, path, { metadata: { labels: { other: "yes" } }, data: { a: "2" } });
            const found = await read("core/v1:ConfigMap", made.id, made);
            assert.deepEqual(found?.inputs, { ...made.inputs, data: { a: "2", b: "1" } });
        });

        it("does not take other words for the same as a change", async () => {
            const spec = { ...NFS, capacity: { storage: "1024Mi" } };
            const name = `${namespace}-words`;
            const made = await create(
                plugin,
                "core/v1:PersistentVolume",
                object("v1", "PersistentVolume", { name }, { spec }),
            );
            const found = await read("core/v1:PersistentVolume", made.id, made);
            await remove(plugin, "core/v1:PersistentVolume", made);
            assert.deepEqual(found?.inputs, made.inputs);
            assert.equal(found?.properties.spec.capacity.storage, "1Gi");
        });

        it("says that an object is gone", async () => {
            assert.equal(await read("core/v1:ConfigMap", `${namespace}/nowhere`), undefined);
        });

        it("imports an object with all that describes it, and nothing that the server counts", async () => {
            await api.apply(
                kindOf("kubernetes:core/v1:ConfigMap"),
                configMap("found", { data: { a: "1" } }),
                "kubectl",
            );
            const found = await read("core/v1:ConfigMap", `${namespace}/found`);
            assert.deepEqual(found?.inputs, configMap("found", { data: { a: "1" } }));
            assert.deepEqual((await diff(plugin, "core/v1:ConfigMap", found as Made, found?.inputs ?? {})).changes, []);
        });

        it("reads the Endpoints of a Service, which nobody but the cluster makes", async () => {
            const spec = { selector: { app: "nobody" }, clusterIP: "None", ports: [{ port: 80 }] };
            const service = object("v1", "Service", { namespace, name: "peers" }, { spec });
            const { id } = await create(plugin, "core/v1:Service", service);
            await seen(
                api,
                `/api/v1/namespaces/${namespace}/endpoints`,
                { fieldSelector: "metadata.name=peers" },
                (found) => found.length > 0,
            );
            const found = await read("core/v1:Endpoints", id);
            assert.deepEqual([found?.id, found?.properties.kind], [`${namespace}/peers`, "Endpoints"]);
        });

        it("tells of a Pod that has stopped working, and keeps it", async () => {
            const made = create(plugin, "core/v1:Pod", pod("breaks"));
            await setPodStatus(api, namespace, "breaks", statuses.ready);
            const known = await made;
            await setPodStatus(api, namespace, "breaks", statuses.crashing("gone bad"));
            const error = await initFailed(read("core/v1:Pod", known.id, known));
            assert.match([error.message, ...error.reasons].join("\n"), /gone bad/);
        });
    });

    describe("delete", () => {
        const plugin = driven();

        it("waits until the object is gone, and says what holds it", async () => {
            const held = configMap("held", { data: {} });
            held.metadata.finalizers = ["example.com/hold"];
            const made = await create(plugin, "core/v1:ConfigMap", held);
            const gone = remove(plugin, "core/v1:ConfigMap", made);
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace);
            await seen(api, path, { fieldSelector: "metadata.name=held" }, ([one]) => one?.metadata.deletionTimestamp);
            await mergePatch(api, `${path}/held`, { metadata: { finalizers: null } });
            await gone;
            assert.equal(await find("core/v1:ConfigMap", "held"), undefined);
        });

        it("gives up on what does not go, naming what holds it", async () => {
            const name = freshNamespace();
            const made = await create(plugin, "core/v1:Namespace", object("v1", "Namespace", { name }));
            const stuck = object("v1", "ConfigMap", {
                namespace: name,
                name: "stuck",
                finalizers: ["example.com/hold"],
            });
            await api.apply(kindOf("kubernetes:core/v1:ConfigMap"), stuck, "test");
            try {
                await assert.rejects(
                    remove(plugin, "core/v1:Namespace", made, 8),
                    (error: Error) =>
                        /still there: gave up after 8 s/.test(error.message) && /example.com\/hold/.test(error.message),
                );
            } finally {
                const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), name, "stuck");
                await mergePatch(api, path, { metadata: { finalizers: null } });
            }
        });

        it("names the Pods that use a claim that does not go", async () => {
            const spec = {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "none",
                resources: { requests: { storage: "1Gi" } },
            };
            const claim = object("v1", "PersistentVolumeClaim", { namespace, name: "used" }, { spec });
            claim.metadata.annotations = { "pulumi.com/skipAwait": "true" };
            const made = await create(plugin, "core/v1:PersistentVolumeClaim", claim);
            const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "used" } }];
            await api.apply(kindOf("kubernetes:core/v1:Pod"), pod("user", { volumes }), "test");
            // The pod keeps the claim only once it is bound to a node, so that the finalizer is what the test holds it by.
            const path = resourcePath(kindOf("kubernetes:core/v1:PersistentVolumeClaim"), namespace, "used");
            await mergePatch(api, path, { metadata: { finalizers: ["example.com/hold"] } });
            delete made.properties.__inputs.metadata.annotations;
            await assert.rejects(
                remove(plugin, "core/v1:PersistentVolumeClaim", made, 3),
                /used is still there.*Pod user is Pending/,
            );
            await mergePatch(api, path, { metadata: { finalizers: null } });
        });

        it("is content with what is gone already", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("vanished", { data: {} }));
            await remove(plugin, "core/v1:ConfigMap", made);
            await remove(plugin, "core/v1:ConfigMap", made);
        });
    });

    describe("clusters that cannot be used", () => {
        const inputs = { ...configMap("any", { data: {} }) };
        const message = async (settings: Obj): Promise<string> => {
            const plugin = driven(settings);
            const request = { ...resource("core/v1:ConfigMap"), inputs, timeout: 0, preview: false };
            const error = await plugin.provider.create(request, plugin.context).catch((reason) => reason);
            assert.ok(error instanceof Error);
            return error.message;
        };

        it("names the contexts that there are", async () => {
            assert.match(await message({ context: "nowhere" }), /no context "nowhere"; it has: \S+/);
        });

        it("says which kubeconfig is not there", async () => {
            assert.match(await message({ kubeconfig: "/nowhere/config" }), /\/nowhere\/config does not exist/);
        });

        it("says within a minute that nobody answers, and at which address", async () => {
            const away = await detour(testKubeconfig());
            await away.close();
            assert.match(
                await message({ kubeconfig: away.kubeconfig }),
                /cannot be reached: https:\/\/127.0.0.1:\d+: .*ECONNREFUSED/,
            );
        });
    });
});

/** Resolves when something that nobody announces has become true. */
async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A kubeconfig that reaches the cluster through a relay in this process, which can be closed and opened. */
async function detour(
    kubeconfig: string,
): Promise<{ kubeconfig: string; open(): Promise<void>; close(): Promise<void> }> {
    const cluster = await connect({ kubeconfig });
    const { hostname, port } = new URL(cluster.server);
    const sockets = new Set<Socket>();
    const relay = createServer((incoming) => {
        const outgoing = tcp(Number(port), hostname);
        for (const [socket, other] of [
            [incoming, outgoing],
            [outgoing, incoming],
        ] as const) {
            sockets.add(socket);
            socket.pipe(other);
            socket.on("error", () => other.destroy());
            socket.on("close", () => other.destroy());
        }
    });
    let at = 0;
    const open = (): Promise<void> =>
        new Promise((resolve) =>
            relay.listen(at, "127.0.0.1", () => {
                at = (relay.address() as { port: number }).port;
                resolve();
            }),
        );
    await open();
    const { readFile } = await import("node:fs/promises");
    const text = (await readFile(kubeconfig, "utf8")).replaceAll(cluster.server, `https://127.0.0.1:${at}`);
    return {
        kubeconfig: text,
        open,
        close: () =>
            new Promise((resolve) => {
                relay.close(() => resolve());
                for (const socket of sockets) socket.destroy();
            }),
    };
}
