// The fallback plugin "kubernetes" waits until what it made is ready, and says
// why it is not. kubernetes-nodes.test.ts does so with pods that run.
import assert from "node:assert/strict";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { detour } from "./detour";
import {
    create,
    driven,
    idlePodSpec,
    inFreshNamespace,
    initFailed,
    object,
    seen,
    statuses,
    testKubeconfig,
    update,
    warn,
} from "./kubernetes-fixture";

const GATE = [{ conditionType: "example.com/never" }];

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { find, namespace, pod, setPodStatus } = here;

    describe("waiting", () => {
        it("takes a Pod whose gate is never set as up only when it has succeeded, with its termination message", async () => {
            const plugin = driven();
            const made = create(
                plugin,
                "core/v1:Pod",
                pod("gated", { restartPolicy: "OnFailure", readinessGates: GATE }),
            );
            await setPodStatus("gated", statuses.held);
            await setPodStatus("gated", statuses.succeeded("all is well"));
            const { properties } = await made;
            assert.equal(properties.status.containerStatuses[0].state.terminated.message, "all is well");
        });

        it("takes a Pod as up when it is ready", async () => {
            const made = create(driven(), "core/v1:Pod", pod("plain"));
            await setPodStatus("plain", statuses.ready);
            assert.equal((await made).properties.status.phase, "Running");
        });

        it("says of a Pod that keeps failing its conditions, states, termination message and events", async () => {
            const plugin = driven();
            const failing = initFailed(
                create(plugin, "core/v1:Pod", pod("torn", { restartPolicy: "OnFailure", readinessGates: GATE }), 5),
            );
            await setPodStatus("torn", statuses.crashing("record 17 is torn"));
            await warn(
                here.api,
                { ...(await find("core/v1:Pod", "torn")), kind: "Pod" },
                "FailedMount",
                "server is away",
            );
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
            await setPodStatus("failed", {
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
            await setPodStatus("set-0", statuses.crashing("no such export"));
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
            await setPodStatus("slow", statuses.ready);
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
                here.api.ask(path, {
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
            await seen(here.api, resourcePath(kindOf("kubernetes:core/v1:Pod"), namespace), {}, (pods) =>
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
                await seen(here.api, resourcePath(kindOf("kubernetes:core/v1:Pod"), namespace), {}, (pods) =>
                    pods.some((one) => one.metadata.name === "detour"),
                );
                await away.close();
                await setPodStatus("detour", statuses.ready);
                await away.open();
                assert.equal((await made).properties.status.phase, "Running");
            } finally {
                await away.close();
            }
        });
    });
});

/** Resolves when something that nobody announces has become true. */
async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
