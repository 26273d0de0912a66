// The fallback plugin "kubernetes", driven by the real CLI and the SDK, against
// a real API server (TEST_KUBECONFIG). The files
// kubernetes-provider-*.test.ts have the rest of its behaviour.
import assert from "node:assert/strict";
import type { Api } from "../../embedded/toolchain/kubernetes-plugin/api";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import {
    freshNamespace,
    idlePodSpec,
    mergePatch,
    removeNamespace,
    seen,
    setPodStatus,
    statuses,
    testApi,
    testKubeconfig,
} from "./kubernetes-fixture";
import { Project, type Result } from "./project";

/** Makes what resources.json lists, in that order; "@name.path" is an output of another. */
const PROGRAM = `
import * as fs from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const provider = new k8s.Provider("cluster", { kubeconfig: config.require("kubeconfig") });
const made: Record<string, any> = {};
const at = (path: string): any => path.split(".").reduce((value: any, key) => value?.[key], made);
function resolved(value: any): any {
    const [, path] = /^@(.*)$/.exec(typeof value === "string" ? value : "") ?? [];
    if (path !== undefined) return at(path).apply((output: any) => output ?? pulumi.unknown);
    if (Array.isArray(value)) return value.map(resolved);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}
const { resources, outputs } = JSON.parse(fs.readFileSync("resources.json", "utf8"));
for (const { type, name, args, options } of resources) {
    const kind = type.split("/").reduce((module: any, key: string) => module[key], k8s);
    const dependsOn = (options?.dependsOn ?? []).map((other: string) => made[other]);
    made[name] = new kind(name, resolved(args), { provider, ...options, dependsOn });
}
module.exports = Object.fromEntries(Object.entries(outputs ?? {}).map(([key, path]: any) => [key, at(path)]));
`;

interface Wanted {
    type: string;
    name: string;
    args: Obj;
    options?: Obj;
}

describe("the fallback plugin kubernetes, through the CLI", function () {
    this.timeout(600_000);
    const projects: Project[] = [];
    const namespaces: string[] = [];
    let api: Api;
    before(async () => {
        api = await testApi();
    });
    after(async () => {
        for (const project of projects) await project.remove();
        for (const namespace of namespaces) await removeNamespace(api, namespace);
    });

    const fresh = (): string => {
        const namespace = freshNamespace();
        namespaces.push(namespace);
        return namespace;
    };
    const program = (resources: Wanted[], outputs: Record<string, string> = {}): Record<string, string> => ({
        "resources.json": JSON.stringify({ resources, outputs }),
    });
    async function project(files: Record<string, string>, kubeconfig = testKubeconfig()): Promise<Project> {
        const made = await Project.make({ "index.ts": PROGRAM, ...files });
        projects.push(made);
        await made.configure({ kubeconfig });
        return made;
    }
    const good = (result: Result): string => {
        assert.equal(result.code, 0, result.text);
        return result.text;
    };
    const bad = (result: Result): string => {
        assert.notEqual(result.code, 0, result.text);
        return result.text;
    };
    const namespaceOf = (name: string): Wanted => ({
        type: "core/v1/Namespace",
        name: "ns",
        args: { metadata: { name } },
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
        assert.equal(
            made.match(/^ {4}Pulumi's own Kubernetes plugin is not/gm)?.length,
            1,
            "the notice must be said once a run",
        );
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
        assert.match(text, /gave up after 15 s/);
        assert.match(text, /ended before with exit code 7: the reader saw nothing new for 9 s/);
        const { deployment } = JSON.parse(await stack.good(["stack", "export", "--stack", "test"]));
        const kept = deployment.resources.find((one: Obj) => one.type === "kubernetes:core/v1:Pod");
        assert.equal(kept.id, `${namespace}/check`);
        assert.ok(kept.initErrors.length > 0);

        await stack.write(program(resources("example.invalid/two"), outputs));
        const corrected = stack.up();
        await seen(api, `/api/v1/namespaces/${namespace}/pods`, {}, ([pod]) =>
            pod?.spec.containers[0].image.endsWith("two"),
        );
        await setPodStatus(api, namespace, "check", statuses.succeeded('{"verdict":"passed"}'));
        good(await corrected);
        assert.match(await stack.output("containers"), /"message":"{\\"verdict\\":\\"passed\\"}"/);
        good(await stack.run(["destroy", "--yes", "--skip-preview", "--stack", "test"]));
    });

    it("stops at Ctrl-C within seconds, knows what it has made, and can delete it", async () => {
        const namespace = fresh();
        const stack = await project(
            program([namespaceOf(namespace), { ...checkPod("example.invalid/one"), options: {} }]),
        );
        let interrupt: () => void = () => {};
        const interrupted = stack.run(["up", "--yes", "--skip-preview", "--stack", "test"], (child) => {
            interrupt = () => child.kill("SIGINT");
        });
        await seen(api, `/api/v1/namespaces/${namespace}/pods`, {}, (pods) => pods.length > 0);
        const start = performance.now();
        interrupt();
        assert.match(bad(await interrupted), /cancelled/);
        assert.ok(performance.now() - start < 15_000);
        const { deployment } = JSON.parse(await stack.good(["stack", "export", "--stack", "test"]));
        assert.deepEqual(deployment.pending_operations ?? [], []);
        assert.ok(deployment.resources.some((one: Obj) => one.type === "kubernetes:core/v1:Pod"));
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

    it("refuses a kind that it does not know, by name", async () => {
        const replicas = { type: "apps/v1/ReplicaSet", name: "replicas", args: { metadata: {}, spec: {} } };
        const text = bad(await (await project(program([replicas]))).preview());
        assert.match(
            text,
            /kubernetes:apps\/v1:ReplicaSet is not served by the fallback plugin "kubernetes".*StatefulSet/,
        );
    });

    it("says within a minute that the cluster does not answer", async () => {
        const kubeconfig = JSON.stringify({
            "current-context": "away",
            contexts: [{ name: "away", context: { cluster: "away", user: "nobody" } }],
            clusters: [{ name: "away", cluster: { server: "https://127.0.0.1:9" } }],
            users: [{ name: "nobody", user: { token: "none" } }],
        });
        const stack = await project(program([namespaceOf("nowhere")]), kubeconfig);
        const start = performance.now();
        assert.match(bad(await stack.preview()), /cannot be reached: https:\/\/127.0.0.1:9: .*ECONNREFUSED/);
        assert.ok(performance.now() - start < 60_000);
    });
});
