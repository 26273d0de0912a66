// The fallback plugin "kubernetes" with pods that really run, on the nodes of
// the embedded cluster that TEST_KUBECONFIG belongs to.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { create, driven, inFreshNamespace, initFailed, object, remove, update } from "./kubernetes-fixture";
import { shellImage } from "./shell-image";

describe("fallback plugin kubernetes, with pods that run", function () {
    this.timeout(180_000);
    const here = inFreshNamespace();
    const { namespace } = here;
    let image: string;
    before(async () => {
        image = await shellImage();
    });

    const shell = (script: string, rest: Obj = {}): Obj => ({
        name: "main",
        image,
        command: ["/bin/sh", "-c", script],
        ...rest,
    });
    const runOnce = (name: string, script: string): Obj =>
        object(
            "v1",
            "Pod",
            { namespace, name },
            {
                spec: {
                    restartPolicy: "OnFailure",
                    terminationGracePeriodSeconds: 0,
                    readinessGates: [{ conditionType: "example.com/succeeded" }],
                    containers: [shell(script)],
                },
            },
        );

    it("answers the termination message of a run-once Pod that succeeds, also after a failure", async () => {
        const script =
            "echo try; if test -e /data/second; then echo passed > /dev/termination-log; else : > /data/second; exit 1; fi";
        const pod = runOnce("retries", script);
        pod.spec.volumes = [{ name: "data", emptyDir: {} }];
        pod.spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/data" }];
        const { properties } = await create(driven(), "core/v1:Pod", pod);
        const [status] = properties.status.containerStatuses;
        assert.equal(status.state.terminated.message, "passed\n");
        assert.equal(status.restartCount, 1);
    });

    it("quotes the termination message and the last log lines of a run-once Pod that keeps failing", async () => {
        const plugin = driven();
        const script = "echo reading; echo 'no record 17'; echo 'record 17 is torn' > /dev/termination-log; exit 3";
        const error = await initFailed(create(plugin, "core/v1:Pod", runOnce("fails", script), 20));
        const text = [error.message, ...error.reasons].join("\n");
        assert.match(text, /exit code 3: record 17 is torn/);
        assert.match(text, /last lines of the log of container main.*\n\s*\| reading\n\s*\| no record 17/);
        assert.match(text, /on node \S+/);
        await remove(plugin, "core/v1:Pod", error.made);
    });

    const server = (script: string): Obj =>
        object(
            "apps/v1",
            "StatefulSet",
            { namespace, name: "server" },
            {
                spec: {
                    podManagementPolicy: "Parallel",
                    serviceName: "none",
                    selector: { matchLabels: { app: "server" } },
                    template: {
                        metadata: { labels: { app: "server" } },
                        spec: {
                            terminationGracePeriodSeconds: 1,
                            containers: [
                                shell(`${script}; while true; do sleep 1; done`, {
                                    readinessProbe: {
                                        exec: { command: ["/bin/test", "-e", "/ready"] },
                                        periodSeconds: 1,
                                    },
                                }),
                            ],
                        },
                    },
                },
            },
        );

    it("says why a StatefulSet is not ready, goes on when the program is corrected, and waits until it is gone", async () => {
        const plugin = driven();
        const error = await initFailed(create(plugin, "apps/v1:StatefulSet", server("echo 'share is read-only'"), 20));
        const text = [error.message, ...error.reasons].join("\n");
        assert.match(text, /0\/1 Pods ready; Pod server-0 runs, but is not ready/);
        assert.match(text, /event Unhealthy.*: Readiness probe failed/);
        assert.match(text, /\| share is read-only/);

        const { id, properties } = error.made;
        const old = { id, properties, inputs: properties.__inputs };
        const now = await update(plugin, "apps/v1:StatefulSet", old, server(": > /ready"));
        assert.equal(now.status.readyReplicas, 1);
        await remove(plugin, "apps/v1:StatefulSet", { id, properties: now });
        const pods = await here.api.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: "app=server" });
        assert.deepEqual(pods, [], "its Pods must be gone, not only the set itself");
    });
});
