// What the program relies on in Pulumi's own Kubernetes plugin over the life of
// a stack, through the real CLI and the SDK, on a cluster (TEST_KUBECONFIG).
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { idlePodSpec, mergePatch, setPodStatus, statuses } from "./kubernetes-fixture";
import { bad, good, namespaceOf, program, type Wanted, workbench } from "./kubernetes-program";

describe("a program on Pulumi's own Kubernetes plugin, through the CLI", function () {
    this.timeout(600_000);
    const { project, fresh, cluster } = workbench();
    let api: Api;
    before(() => {
        api = cluster();
    });

    it("makes, changes, replaces, compares and deletes what a program says", async () => {
        const namespace = fresh();
        const volume = `${namespace}-volume`;
        const metadata = { namespace: "@ns.metadata.name" };
        const resources = (label: string, data: string): Wanted[] => [
            namespaceOf(namespace),
            {
                type: "core/v1/ConfigMap",
                name: "settings",
                args: { metadata: { ...metadata, name: "settings", labels: { label } }, data: { data } },
            },
            {
                type: "core/v1/Service",
                name: "server",
                args: {
                    metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
                    spec: { selector: { app: "server" }, ports: [{ port: 2049 }] },
                },
            },
            {
                type: "core/v1/PersistentVolume",
                name: "volume",
                args: {
                    metadata: { name: volume },
                    spec: {
                        capacity: { storage: "1Gi" },
                        accessModes: ["ReadWriteMany"],
                        claimRef: { namespace, name: "claim" },
                        nfs: { server: "@server.spec.clusterIP", path: "/share" },
                    },
                },
            },
            {
                type: "core/v1/PersistentVolumeClaim",
                name: "claim",
                args: {
                    metadata: { ...metadata, name: "claim" },
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        storageClassName: "",
                        volumeName: volume,
                        resources: { requests: { storage: "1Gi" } },
                    },
                },
                options: { dependsOn: ["volume"] },
            },
        ];
        const outputs = { address: "server.spec.clusterIP", phase: "claim.status.phase" };
        const stack = await project(program(resources("one", "one"), outputs));

        const preview = good(await stack.preview());
        assert.match(
            preview,
            /Undefined value \(address\)/,
            "the address must be undefined before its namespace is there",
        );
        assert.match(preview, /6 to create|7 to create/);

        const made = good(await stack.run(["up", "--yes", "--stack", "test"]));
        assert.doesNotMatch(made, /resource plugin|\$PATH/, "its version and place must be what the engine expects");
        assert.equal(await stack.output("phase"), "Bound");

        assert.match(good(await stack.up()), /7 unchanged/);

        await stack.write(program(resources("two", "one"), outputs));
        assert.match(good(await stack.up()), /~ 1 updated/);

        await stack.write(program(resources("two", "two"), outputs));
        assert.match(good(await stack.up()), /settings deleted original[\s\S]*settings created replacement/);

        await mergePatch(
            api,
            `/api/v1/namespaces/${namespace}/configmaps/settings`,
            { data: { data: "drift" } },
            "kubectl-edit",
        );
        assert.match(good(await stack.run(["refresh", "--yes", "--skip-preview", "--stack", "test"])), /~ 1 updated/);
        good(await stack.up());
        const settings = await api.ask(`/api/v1/namespaces/${namespace}/configmaps/settings`);
        assert.deepEqual(settings.data, { data: "two" });

        good(await stack.run(["destroy", "--yes", "--skip-preview", "--stack", "test"]));
        assert.deepEqual(await api.list("/api/v1/namespaces", { fieldSelector: `metadata.name=${namespace}` }), []);
    });

    const checkPod = (image: string): Wanted => ({
        type: "core/v1/Pod",
        name: "check",
        args: {
            metadata: { namespace: "@ns.metadata.name", name: "check" },
            spec: idlePodSpec({
                restartPolicy: "OnFailure",
                readinessGates: [{ conditionType: "example.com/succeeded" }],
                containers: [{ name: "main", image, terminationMessagePolicy: "FallbackToLogsOnError" }],
            }),
        },
        options: { customTimeouts: { create: "15s" } },
    });

    it("fails `up` with what a run-once Pod says, keeps it, and goes on when the program is corrected", async () => {
        const namespace = fresh();
        const resources = (image: string): Wanted[] => [namespaceOf(namespace), checkPod(image)];
        const outputs = { containers: "check.status.containerStatuses" };
        const stack = await project(program(resources("example.invalid/one"), outputs));

        const failing = stack.up();
        await setPodStatus(api, namespace, "check", statuses.crashing("the reader saw nothing new for 9 s"));
        const text = bad(await failing);
        assert.match(text, /'check' timed out waiting to be Ready/);
        assert.match(text, /\(Error: exit code 7\)\s+the reader saw nothing new for 9 s/);
        const { deployment } = JSON.parse(await stack.good(["stack", "export", "--stack", "test"]));
        const kept = deployment.resources.find((one: Obj) => one.type === "kubernetes:core/v1:Pod");
        assert.equal(kept.id, `${namespace}/check`);
        assert.ok(kept.initErrors.length > 0);

        await stack.write(program(resources("example.invalid/two"), outputs));
        const corrected = stack.up();
        await api.seen(`/api/v1/namespaces/${namespace}/pods`, {}, ([pod]) =>
            pod?.spec.containers[0].image.endsWith("two"),
        );
        await setPodStatus(api, namespace, "check", statuses.succeeded('{"verdict":"passed"}'));
        good(await corrected);
        assert.match(await stack.output("containers"), /"message":"{\\"verdict\\":\\"passed\\"}"/);
        good(await stack.run(["destroy", "--yes", "--skip-preview", "--stack", "test"]));
    });

    it("takes in what is there already", async () => {
        const namespace = fresh();
        const settings: Wanted = {
            type: "core/v1/ConfigMap",
            name: "settings",
            args: { metadata: { namespace, name: "settings" }, data: { a: "1" } },
            options: { import: `${namespace}/settings`, dependsOn: ["ns"], retainOnDelete: true },
        };
        const stack = await project(program([namespaceOf(namespace)]));
        good(await stack.up());
        const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
        await api.ask(path, {
            method: "PATCH",
            contentType: "application/apply-patch+yaml",
            body: { apiVersion: "v1", kind: "ConfigMap", metadata: settings.args.metadata, data: { a: "1" } },
            query: { fieldManager: "kubectl" },
        });
        await stack.write(program([namespaceOf(namespace), settings]));
        assert.match(good(await stack.up()), /= 1 imported/);
        const { import: _, ...options } = settings.options ?? {};
        await stack.write(program([namespaceOf(namespace), { ...settings, options }]));
        assert.match(good(await stack.up()), /4 unchanged/);
    });
});
