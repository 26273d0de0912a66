// What the program relies on in resource options with Pulumi's own Kubernetes
// plugin, and what a refresh finds: one stack over its life, through the CLI.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { idlePodSpec, mergePatch } from "./kubernetes-fixture";
import {
    bad,
    deployment,
    destroy,
    good,
    program,
    refresh,
    resourceOf,
    type Wanted,
    workbench,
} from "./kubernetes-program";
import type { Project } from "./project";

describe("a program on Pulumi's own Kubernetes plugin, with resource options", function () {
    this.timeout(240_000);
    const { project, namespace: made, cluster } = workbench();
    let api: Api;
    let stack: Project;
    let namespace: string;
    before(async () => {
        api = cluster();
        namespace = await made();
        stack = await project(program(resources("one")));
    });

    const path = (name: string): string => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const live = (name: string): Promise<Obj | undefined> => api.ask(path(name)).catch(() => undefined);
    const configMap = (name: string, label: string, options: Obj = {}, metadata: Obj = {}): Wanted => ({
        type: "core/v1/ConfigMap",
        name,
        args: {
            metadata: { namespace, name, labels: { label }, ...metadata },
            data: { a: "1", b: "1" },
        },
        options,
    });
    const labels = { app: "idle" };
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    const workload = (type: string, spec: Obj): Wanted => ({
        type,
        name: type.toLowerCase().replaceAll("/", "-"),
        args: {
            metadata: { namespace, annotations: skipAwait },
            spec: {
                selector: { matchLabels: labels },
                template: { metadata: { labels }, spec: idlePodSpec() },
                ...spec,
            },
        },
    });
    /** `label` changes what is changed in place; `kept` are the two that the program can leave out. */
    const resources = (label: string, kept: readonly string[] = ["protected", "retained"]): Wanted[] => [
        configMap("ignored", label, { ignoreChanges: ["data"] }),
        configMap("drifts", "one"),
        configMap("vanishes", label, { dependsOn: ["ignored"] }),
        configMap("held", "one", { customTimeouts: { delete: "3s" } }, { finalizers: ["example.com/hold"] }),
        ...["protected", "retained"]
            .filter((name) => kept.includes(name))
            .map((name) => configMap(name, "one", name === "protected" ? { protect: true } : { retainOnDelete: true })),
        workload("apps/v1/Deployment", {}),
        workload("apps/v1/StatefulSet", { serviceName: "none" }),
        {
            type: "core/v1/Service",
            name: "service",
            args: {
                metadata: { namespace, annotations: skipAwait },
                spec: { selector: labels, ports: [{ port: 80 }] },
            },
        },
        {
            type: "networking/v1/NetworkPolicy",
            name: "policy",
            args: {
                metadata: { namespace },
                spec: {
                    podSelector: { matchLabels: labels },
                    ingress: [{ from: [{ ipBlock: { cidr: "192.0.2.1/32" } }] }],
                },
            },
        },
    ];

    it("does not take what the server fills in for a change, in a preview or a refresh", async () => {
        good(await stack.up());
        assert.match(good(await stack.preview()), /12 unchanged/);
        good(await refresh(stack));
        assert.match(good(await stack.preview()), /12 unchanged/);
    });

    it("fails to update an object that was deleted by hand", async () => {
        await api.ask(path("vanishes"), { method: "DELETE" });
        await mergePatch(api, path("drifts"), { data: { a: "2" } }, "kubectl-edit");
        await mergePatch(api, path("ignored"), { data: { a: "2" } }, "kubectl-edit");
        await mergePatch(api, path("ignored"), { data: { c: "3" } }, "some-controller");
        await stack.write(program(resources("two")));
        const text = bad(await stack.up());
        assert.match(text, /configmaps "vanishes" not found/);
    });

    it("leaves ignored properties as people and controllers changed them, and updates the rest", async () => {
        const ignored = await live("ignored");
        assert.deepEqual(ignored?.data, { a: "2", b: "1", c: "3" });
        assert.deepEqual(ignored?.metadata.labels, { label: "two" });
    });

    it("finds in a refresh what was changed and deleted by hand, and puts it back with the next up", async () => {
        const text = good(await refresh(stack, "--diff"));
        assert.match(text, /- 1 deleted/);
        assert.match(text, /vanishes/);
        assert.match(text, /a\s*: "1" => "2"/);
        good(await stack.up());
        assert.deepEqual(
            [(await live("drifts"))?.data, (await live("vanishes"))?.data],
            Array(2).fill({ a: "1", b: "1" }),
        );
        assert.deepEqual((await live("ignored"))?.data, { a: "2", b: "1", c: "3" });
        assert.match(good(await stack.up()), /12 unchanged/);
    });

    it("keeps in the cluster what is retained on delete", async () => {
        await stack.write(program(resources("two", ["protected"])));
        assert.match(good(await stack.up()), /retained/);
        assert.ok(await live("retained"));
        assert.ok(!(await deployment(stack)).resources.some((one: Obj) => one.urn.endsWith("::retained")));
    });

    it("does not delete what is protected", async () => {
        await stack.write(program(resources("two", [])));
        assert.match(bad(await stack.up()), /protected/);
        assert.ok(await live("protected"));
        const { urn } = await resourceOf(stack, "protected");
        await stack.good(["state", "unprotect", urn, "--yes", "--stack", "test"]);
    });

    it("heeds the custom timeout of a deletion, and keeps in the state what did not go", async () => {
        const start = performance.now();
        bad(await destroy(stack));
        assert.ok(performance.now() - start < 60_000);
        assert.ok(await resourceOf(stack, "held"));
        await mergePatch(api, path("held"), { metadata: { finalizers: null } });
        good(await destroy(stack));
        assert.equal(await live("protected"), undefined);
    });
});
