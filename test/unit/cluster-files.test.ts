import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { ClusterDefinition } from "../../embedded/cluster/definition";
import { clusterFolder } from "../../embedded/cluster/folder";
import { contextName, kubeconfig } from "../../embedded/cluster/kubeconfig";
import { NODES, type NodePlan } from "../../embedded/cluster/network";
import { nodeTemplates } from "../../embedded/cluster/prepare";
import { fill } from "../../embedded/cluster/template";
import { UserError } from "../../embedded/steps";

const definition: ClusterDefinition = {
    name: "one",
    id: "0123456789abcdef",
    ports: { api: 20001, registry: 20002 },
    registry: { username: "user", password: "secret" },
};
const sandbox = "127.0.0.1:20002/embedded/sandbox:1";

function nodeFile(name: string, node: NodePlan): string {
    const text = readFileSync(join(__dirname, "../../embedded/cluster/node", name), "utf8");
    return fill(text, nodeTemplates(definition, node, sandbox)[name] ?? {});
}

describe("filling a template", () => {
    it("puts each value in each of its places, as it is", () => {
        fc.assert(
            fc.property(fc.string(), fc.string(), (a, b) => {
                assert.equal(fill("<{{A}}|{{B}}|{{A}}>", { A: a, B: b }), `<${a}|${b}|${a}>`);
            }),
        );
    });

    it("names what has no value and what has no place", () => {
        assert.throws(() => fill("{{A}} {{B}}", { A: "1", C: "2" }), /no value for B; no place for C/);
    });
});

describe("files of a node", () => {
    const [first, second] = NODES;
    assert.ok(first && second);

    it("leave no placeholder open", () => {
        for (const node of NODES) {
            for (const name of Object.keys(nodeTemplates(definition, node, sandbox))) {
                assert.doesNotMatch(nodeFile(name, node), /\{\{/, name);
            }
        }
    });

    it("tell the two nodes apart", () => {
        for (const name of ["node.env", "kubelet.yaml", "kube-proxy.yaml", "pods.conflist"]) {
            assert.notEqual(nodeFile(name, first), nodeFile(name, second), name);
        }
    });

    it("give a node the same machine id at every start, and each cluster others", () => {
        const id = (of: ClusterDefinition, node: NodePlan): string | undefined =>
            nodeTemplates(of, node, sandbox)["node.env"]?.MACHINE_ID;
        assert.match(id(definition, first) ?? "", /^[0-9a-f]{32}$/);
        assert.equal(id(definition, first), id(definition, first));
        assert.notEqual(id(definition, first), id(definition, second));
        assert.notEqual(id(definition, first), id({ ...definition, id: "other" }, first));
    });

    it("let a node pull by the registry's name on the machine, from the control plane's address, with its password", () => {
        const hosts = nodeFile("registry.toml", first);
        assert.match(hosts, /^server = "http:\/\/10\.97\.0\.1:20002"$/m);
        const header = /Authorization = "Basic (.*)"/.exec(hosts)?.[1] ?? "";
        assert.equal(Buffer.from(header, "base64").toString(), "user:secret");
        assert.match(nodeFile("node.env", first), /^REGISTRY=127\.0\.0\.1:20002$/m);
    });

    it("keep pods' addresses as they are", () => {
        const conflist = JSON.parse(nodeFile("pods.conflist", first)) as { plugins: { ipMasq: boolean }[] };
        assert.equal(conflist.plugins[0]?.ipMasq, false);
        const proxy = parse(nodeFile("kube-proxy.yaml", first)) as { clusterCIDR: string; mode: string };
        assert.deepEqual([proxy.mode, proxy.clusterCIDR], ["nftables", "10.198.0.0/16"]);
    });

    it("ask for a certificate wherever the kubelet is talked to", () => {
        const { authentication } = parse(nodeFile("kubelet.yaml", first)) as {
            authentication: { anonymous: { enabled: boolean }; x509: { clientCAFile: string } };
        };
        assert.equal(authentication.anonymous.enabled, false);
        assert.equal(authentication.x509.clientCAFile, "/host/ca.crt");
    });
});

describe("kubeconfig of a cluster", () => {
    it("has one context, named after the cluster, and it is the current one", () => {
        const name = contextName("one");
        const config = parse(
            kubeconfig({ name, server: "https://127.0.0.1:20001", authority: "a", certificate: "b", key: "c" }),
        ) as Record<string, unknown> & { contexts: { name: string }[]; users: { user: Record<string, string> }[] };
        assert.equal(config["current-context"], "embedded-one");
        assert.deepEqual(
            config.contexts.map((context) => context.name),
            ["embedded-one"],
        );
        const key = config.users[0]?.user["client-key-data"] ?? "";
        assert.equal(Buffer.from(key, "base64").toString(), "c");
    });
});

describe("name of a cluster", () => {
    it("is a DNS label, so that it can't lead out of its folder", () => {
        for (const name of ["default", "test-123", "a"])
            assert.ok(clusterFolder(name).root.endsWith(`/clusters/${name}`));
        for (const name of ["", "..", "a/b", "A", "-a", "a-", "1a", "a".repeat(33)]) {
            assert.throws(() => clusterFolder(name), UserError, name);
        }
    });
});
