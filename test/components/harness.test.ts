// The engine for tests (test/harness) reports what a program registers as the
// real engine would receive it: the tests of the components stand on this.
import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { deletionOrder, type Provisioned, provision, type RegisteredResource, tree, UNKNOWN } from "../harness/engine";

class Pair extends pulumi.ComponentResource {
    readonly second: kubernetes.core.v1.ConfigMap;
    constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Pair", name, {}, opts);
        const first = new kubernetes.core.v1.ConfigMap(`${name}-first`, {}, { parent: this });
        const data = { first: first.metadata.name };
        this.second = new kubernetes.core.v1.ConfigMap(`${name}-second`, { data }, { parent: this });
        this.registerOutputs({ of: name });
    }
}

function named(provisioned: Provisioned, name: string): RegisteredResource {
    const found = provisioned.resources.find((resource) => resource.name === name);
    assert.ok(found, `${name} is among ${provisioned.resources.map((resource) => resource.name)}`);
    return found;
}

const configMap = (name: string, opts?: pulumi.CustomResourceOptions) =>
    new kubernetes.core.v1.ConfigMap(name, { data: { key: "value" } }, opts);

describe("engine for tests", () => {
    it("shows parents, and names resources as the engine does", async () => {
        const got = await provision(() => {
            new Pair("pair", { parent: new Pair("outer") });
        });
        const pair = named(got, "pair");
        assert.equal(pair.parent, named(got, "outer").urn);
        assert.equal(pair.custom, false);
        assert.equal(
            named(got, "pair-first").urn,
            "urn:pulumi:stack::project::test:index:Pair$test:index:Pair$kubernetes:core/v1:ConfigMap::pair-first",
        );
        assert.deepEqual(pair.outputs, { of: "pair" });
        assert.equal(
            tree(got.resources),
            [
                "pulumi:pulumi:Stack project-stack",
                "    test:index:Pair outer",
                "        kubernetes:core/v1:ConfigMap outer-first",
                "        kubernetes:core/v1:ConfigMap outer-second",
                "        test:index:Pair pair",
                "            kubernetes:core/v1:ConfigMap pair-first",
                "            kubernetes:core/v1:ConfigMap pair-second",
            ].join("\n"),
        );
    });

    it("shows dependencies by option and by property", async () => {
        const got = await provision(() => {
            const pair = new Pair("pair");
            configMap("after", { dependsOn: [configMap("before"), pair] });
        });
        assert.deepEqual(
            named(got, "after").dependencies.sort(),
            ["before", "pair-first", "pair-second"].map((name) => named(got, name).urn).sort(),
        );
        assert.deepEqual(named(got, "pair-second").propertyDependencies.data, [named(got, "pair-first").urn]);
    });

    it("shows options, inherited as the engine does", async () => {
        const got = await provision(() => {
            const provider = new kubernetes.Provider("cluster", { context: "here" });
            const pair = new Pair("pair", { protect: true, retainOnDelete: true, provider });
            configMap("plain", { aliases: [{ name: "old" }], customTimeouts: { create: "3m" } });
            configMap("eager", { deleteBeforeReplace: true, deletedWith: pair, ignoreChanges: ["data"] });
        });
        const child = named(got, "pair-first").options;
        assert.deepEqual([child.protect, child.retainOnDelete], [true, true]);
        assert.equal(child.provider, named(got, "cluster").urn);
        const plain = named(got, "plain").options;
        assert.deepEqual([plain.protect, plain.provider, plain.deleteBeforeReplace], [undefined, undefined, undefined]);
        assert.deepEqual(plain.customTimeouts, { create: "3m" });
        assert.ok(plain.aliases.some((alias) => typeof alias !== "string" && alias.name === "old"));
        const eager = named(got, "eager").options;
        assert.deepEqual([eager.deleteBeforeReplace, eager.ignoreChanges], [true, ["data"]]);
        assert.equal(eager.deletedWith, named(got, "pair").urn);
    });

    it("answers with the inputs unless told otherwise, and merges what it is told", async () => {
        const got = await provision(
            () => {
                const service = new kubernetes.core.v1.Service("service", { spec: { ports: [{ port: 2049 }] } });
                return { id: service.id, spec: service.spec, other: configMap("other").id };
            },
            {
                outputs: (r) =>
                    r.type === "kubernetes:core/v1:Service"
                        ? { id: "default/service", spec: { clusterIP: "10.0.0.7" } }
                        : undefined,
            },
        );
        assert.deepEqual(got.outputs, {
            id: "default/service",
            spec: { ports: [{ port: 2049 }], clusterIP: "10.0.0.7" },
            other: "other",
        });
    });

    it("leaves ids and what nobody gave unknown in a preview", async () => {
        const program = () => {
            const service = new kubernetes.core.v1.Service("service", { spec: { ports: [{ port: 2049 }] } });
            const data = {
                id: service.id,
                status: service.status.apply((status) => status.conditions?.length ?? 0).apply(String),
            };
            new kubernetes.core.v1.ConfigMap("late", { data });
            return {
                port: service.spec.ports.apply((ports) => ports?.[0]?.port),
                id: service.id,
                dryRun: pulumi.runtime.isDryRun(),
            };
        };
        const got = await provision(program, { preview: true });
        assert.deepEqual(named(got, "late").inputs.data, { id: UNKNOWN, status: UNKNOWN });
        assert.deepEqual(got.outputs, { port: 2049, id: UNKNOWN, dryRun: true });
    });

    it("hands out configuration, and keeps secrets marked", async () => {
        const got = await provision(
            () => {
                const config = new pulumi.Config("here");
                const password = config.requireSecret("password");
                const secret = new kubernetes.core.v1.Secret("secret", { stringData: { password } });
                return { list: config.requireObject("list"), login: { password: secret.stringData.password } };
            },
            { config: { "here:list": [1, 2], "here:password": "hush" }, secretConfig: ["here:password"] },
        );
        const secret = named(got, "secret");
        assert.deepEqual(secret.inputs.stringData, { password: "hush" });
        assert.deepEqual(secret.secretInputs, ["stringData"]);
        assert.deepEqual(got.outputs, { list: [1, 2], login: { password: "hush" } });
        assert.deepEqual(got.secretOutputs, ["login"]);
    });

    it("keeps two programs in one process apart", async () => {
        const first = await provision(() => void configMap("one"), {
            config: { "a:b": "c" },
            stack: "first",
            preview: true,
        });
        const second = await provision(() => ({ found: new pulumi.Config("a").get("b") ?? "nothing" }), {
            stack: "next",
        });
        assert.equal(first.resources.length, 2);
        assert.deepEqual(
            second.resources.map((resource) => resource.urn),
            ["urn:pulumi:next::project::pulumi:pulumi:Stack::project-next"],
        );
        assert.deepEqual(second.outputs, { found: "nothing" });
        const both = await Promise.allSettled([provision(() => undefined), provision(() => undefined)]);
        assert.equal(both[0].status, "fulfilled");
        assert.match(String(both[1].status === "rejected" && both[1].reason), /another program is being provisioned/);
    });

    it("applies transforms of a resource, its parents and the stack", async () => {
        const got = await provision(() => {
            pulumi.runtime.registerResourceTransform(({ props, opts }) => ({
                props,
                opts: { ...opts, protect: true },
            }));
            const label: pulumi.ResourceTransform = ({ type, props, opts }) =>
                type.endsWith("ConfigMap") ? { props: { ...props, immutable: true }, opts } : undefined;
            new Pair("pair", { transforms: [label] });
            configMap("outside");
        });
        const inside = named(got, "pair-second");
        assert.equal(inside.inputs.immutable, true);
        assert.deepEqual(inside.dependencies, [named(got, "pair-first").urn]);
        assert.equal(named(got, "outside").inputs.immutable, undefined);
        assert.equal(named(got, "outside").options.protect, true);
    });

    it("fails as the program fails", async () => {
        const failing: [() => unknown, RegExp][] = [
            [() => assert.fail("thrown"), /^AssertionError.*: thrown$/],
            [() => void configMap("a").id.apply(() => assert.fail("in an apply")), /in an apply/],
            [
                () =>
                    void new kubernetes.core.v1.ConfigMap("a", { data: pulumi.output(Promise.reject(Error("input"))) }),
                /input/,
            ],
            [() => void [configMap("twice"), configMap("twice")], /Duplicate resource URN .*twice/],
            [() => pulumi.runtime.invoke("kubernetes:yaml:decode", {}), /the function kubernetes:yaml:decode/],
        ];
        for (const [program, message] of failing) await assert.rejects(provision(program), message);
        const refused = provision(() => void configMap("after", { dependsOn: configMap("bad") }), {
            outputs: (resource) => (resource.name === "bad" ? assert.fail("the cluster refuses it") : undefined),
        });
        await assert.rejects(refused, /the cluster refuses it/);
        assert.equal((await provision(() => void configMap("good"))).resources.length, 2);
    });

    it("tells the batches in which the engine would delete", async () => {
        const got = await provision(() => {
            const namespace = new kubernetes.core.v1.Namespace("namespace");
            const pair = new Pair("pair", { dependsOn: namespace });
            configMap("client", { dependsOn: pair.second });
            configMap("alone");
        });
        assert.deepEqual(
            deletionOrder(got.resources).map((batch) => batch.map((resource) => resource.name)),
            [["client"], ["pair-second"], ["pair-first"], ["pair"], ["namespace", "alone"], ["project-stack"]],
        );
    });
});
