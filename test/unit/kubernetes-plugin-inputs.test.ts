// From a program's inputs to what is sent to the cluster and kept in the state.
import assert from "node:assert/strict";
import { checked } from "../../embedded/toolchain/kubernetes-plugin/check";
import { liveInputs } from "../../embedded/toolchain/kubernetes-plugin/drift";
import { ApiError } from "../../embedded/toolchain/kubernetes-plugin/errors";
import { takeOver, yields } from "../../embedded/toolchain/kubernetes-plugin/managed-fields";
import { suffix } from "../../embedded/toolchain/kubernetes-plugin/objects";
import { otherCluster, settingProblems } from "../../embedded/toolchain/kubernetes-plugin/settings";
import { importedInputs, managerOf, prune, stateOf } from "../../embedded/toolchain/kubernetes-plugin/state";
import type { CheckRequest } from "../../embedded/toolchain/plugin/provider";
import { isSecret, type Obj, plain, secret, UNKNOWN } from "../../embedded/toolchain/plugin/values";

const seed = new Uint8Array([1, 2, 3]);
function check(type: string, news: Obj, rest: Partial<CheckRequest> = {}) {
    const request = { urn: "", type: `kubernetes:${type}`, name: "thing", olds: {}, news, seed, ...rest };
    return checked(request, "somewhere");
}

describe("checking a program's inputs", () => {
    it("makes a name of the resource's and eight digits, the same for the same seed", () => {
        const { inputs } = check("core/v1:ConfigMap", { metadata: {} });
        assert.match(inputs.metadata.name, /^thing-[0-9a-f]{8}$/);
        assert.equal(inputs.metadata.annotations["pulumi.com/autonamed"], "true");
        assert.equal(inputs.metadata.name, `thing-${suffix(seed)}`);
    });

    it("keeps the name that was made before, but not one that was given before", () => {
        const olds = check("core/v1:ConfigMap", {}).inputs;
        const other = { seed: new Uint8Array([9]) };
        assert.equal(check("core/v1:ConfigMap", {}, { ...other, olds }).inputs.metadata.name, olds.metadata.name);
        const given = { metadata: { name: "given" } };
        assert.notEqual(check("core/v1:ConfigMap", {}, { ...other, olds: given }).inputs.metadata.name, "given");
    });

    it("takes the name that the engine's autonaming proposes, and fails where it is switched off", () => {
        const proposed = check("core/v1:Pod", {}, { autonaming: { proposed: "proposed", mode: "propose" } });
        assert.equal(proposed.inputs.metadata.name, "proposed");
        const off = check("core/v1:Pod", {}, { autonaming: { proposed: "", mode: "disable" } });
        assert.deepEqual(
            off.failures.map(({ property }) => property),
            ["metadata.name"],
        );
    });

    it("says the namespace where there is one, and only there", () => {
        assert.equal(check("core/v1:Pod", {}).inputs.metadata.namespace, "somewhere");
        assert.equal(check("core/v1:Pod", { metadata: { namespace: "else" } }).inputs.metadata.namespace, "else");
        assert.equal(check("core/v1:Namespace", {}).inputs.metadata.namespace, undefined);
    });

    it("leaves out what only the server writes", () => {
        const { inputs } = check("core/v1:Pod", {
            metadata: { name: "a", uid: "1", resourceVersion: "2" },
            status: {},
        });
        assert.deepEqual(inputs, {
            metadata: { name: "a", namespace: "somewhere" },
            apiVersion: "v1",
            kind: "Pod",
        });
    });

    it("records a Secret's stringData as data, and a volume without an empty class, as Pulumi's own plugin does", () => {
        const hidden = check("core/v1:Secret", {
            metadata: { name: "a" },
            stringData: { word: secret("hush") },
        }).inputs;
        assert.ok(isSecret(hidden.data));
        assert.deepEqual(plain(hidden).data, { word: "aHVzaA==" });
        assert.equal(hidden.stringData, undefined);
        const volume = check("core/v1:PersistentVolume", { metadata: { name: "a" }, spec: { storageClassName: "" } });
        assert.deepEqual(volume.inputs.spec, {});
        const claim = check("core/v1:PersistentVolumeClaim", {
            metadata: { name: "a" },
            spec: { storageClassName: "" },
        });
        assert.deepEqual(claim.inputs.spec, { storageClassName: "" });
    });

    it("lets unknown values through", () => {
        const news = { metadata: { name: UNKNOWN }, stringData: { word: UNKNOWN } };
        const { inputs, failures } = check("core/v1:Secret", news);
        assert.deepEqual([failures, inputs.metadata.name], [[], UNKNOWN]);
        assert.deepEqual(check("core/v1:Secret", { metadata: UNKNOWN }).inputs, { metadata: UNKNOWN });
    });

    it("refuses what would silently not be done", () => {
        const failing: Obj[] = [
            { metadata: { generateName: "x-" } },
            { metadata: { name: "a", annotations: { "pulumi.com/waitFor": "condition=Ready" } } },
            { metadata: { name: "a", annotations: { "pulumi.com/timeoutSeconds": "soon" } } },
            { metadata: { name: "a" }, kind: "Service" },
        ];
        for (const news of failing) assert.equal(check("core/v1:Pod", news).failures.length, 1, JSON.stringify(news));
    });
});

describe("the provider's own inputs", () => {
    it("are refused where the fallback would do something else", () => {
        const problems = settingProblems({
            kubeconfig: "x",
            suppressDeprecationWarnings: "true",
            deleteUnreachable: "false",
            enableServerSideApply: "false",
            renderYamlToDirectory: "out",
            neverHeardOf: "x",
        });
        assert.deepEqual(
            problems.map(({ property }) => property),
            ["enableServerSideApply", "renderYamlToDirectory", "neverHeardOf"],
        );
    });
});

describe("another cluster", () => {
    const servers: Record<string, string> = { a: "https://a", "a-moved": "https://a", b: "https://b" };
    const other = (olds: Obj, news: Obj): Promise<string[]> =>
        otherCluster(olds, news, async ({ kubeconfig }) => servers[kubeconfig]);

    it("is one with another address, not one whose kubeconfig only looks different", async () => {
        assert.deepEqual(await other({ kubeconfig: "a" }, { kubeconfig: "b" }), ["kubeconfig"]);
        assert.deepEqual(await other({ kubeconfig: "a" }, { kubeconfig: "a-moved" }), []);
        assert.deepEqual(await other({ kubeconfig: "a" }, { kubeconfig: "broken" }), []);
        assert.deepEqual(await other({ kubeconfig: "a" }, { kubeconfig: UNKNOWN }), ["kubeconfig"]);
    });

    it("is what the program identifies as another, at whatever address", async () => {
        const at = (kubeconfig: string, clusterIdentifier?: string): Obj => ({ kubeconfig, clusterIdentifier });
        assert.deepEqual(await other(at("a", "one"), at("b", "one")), []);
        assert.deepEqual(await other(at("a", "one"), at(UNKNOWN, "one")), []);
        assert.deepEqual(await other(at("a", "one"), at("a", "two")), ["clusterIdentifier"]);
        assert.deepEqual(await other(at("a"), at("a", "one")), []);
    });
});

describe("the state of an object", () => {
    const live = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { word: "aHVzaA==" } };

    it("holds the inputs and the manager beside the object, and everything of a Secret as a secret", () => {
        const state = stateOf({ kind: "Secret" }, live, "pulumi-kubernetes-1");
        assert.ok(isSecret(state.data));
        assert.deepEqual(
            [state.__inputs, state.__initialApiVersion, managerOf(state)],
            [{ kind: "Secret" }, "v1", "pulumi-kubernetes-1"],
        );
    });

    it("is compared with the inputs only in what they speak of", () => {
        assert.deepEqual(prune({ a: 1, b: { c: 2, d: 3 }, e: [{ f: 1, g: 2 }] }, { b: { d: 0 }, e: [{ f: 0 }] }), {
            b: { d: 3 },
            e: [{ f: 1 }],
        });
    });

    it("keeps the program's words for what the server spells differently", () => {
        const said = { size: "1024Mi", label: "a" };
        const made = { size: "1Gi", label: "a", more: 1 };
        assert.deepEqual(liveInputs(said, made, { size: "1Gi", label: "b" }), { size: "1024Mi", label: "b" });
        assert.deepEqual(liveInputs(said, made, { size: "2Gi", label: "a" }), { size: "2Gi", label: "a" });
    });

    it("is imported without what the server counts", () => {
        const metadata = {
            name: "a",
            uid: "1",
            managedFields: [],
            annotations: { keep: "1", "deployment.kubernetes.io/revision": "2" },
        };
        assert.deepEqual(importedInputs({ kind: "Deployment", metadata, spec: {}, status: {} }), {
            kind: "Deployment",
            metadata: { name: "a", annotations: { keep: "1" } },
            spec: {},
        });
    });
});

describe("fields that others manage", () => {
    const entry = (manager: string, operation: string, fieldsV1: Obj, rest: Obj = {}): Obj => ({
        manager,
        operation,
        apiVersion: "v1",
        fieldsType: "FieldsV1",
        fieldsV1,
        ...rest,
    });
    const object = (...managedFields: Obj[]): Obj => ({ metadata: { resourceVersion: "7", managedFields } });

    it("become ours where people changed them by hand, and only there", () => {
        const ours = entry("ours", "Apply", { "f:data": { "f:a": {} } });
        const theirs = entry("kubectl-edit", "Update", {
            "f:data": { "f:b": {} },
            "f:metadata": { "f:labels": { "f:x": {} } },
        });
        const controller = entry("kube-controller-manager", "Update", { "f:status": {} });
        const scaled = entry("kubectl", "Update", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" });
        const [test, replace] = takeOver(object(ours, theirs, controller, scaled), "ours") ?? [];
        assert.equal(test?.value, "7");
        assert.deepEqual(replace?.value, [
            controller,
            scaled,
            entry("ours", "Apply", { "f:data": { "f:a": {}, "f:b": {} }, "f:metadata": { "f:labels": { "f:x": {} } } }),
        ]);
        assert.equal(takeOver(object(ours, controller, scaled), "ours"), undefined);
    });

    it("are forced from people, not from controllers, nor from a scaling by hand", () => {
        const conflict = (...messages: string[]): ApiError =>
            new ApiError(409, {
                reason: "Conflict",
                details: { causes: messages.map((message) => ({ reason: "FieldManagerConflict", message })) },
            });
        assert.ok(
            yields(conflict('conflict with "kubectl-edit" using v1', 'conflict with "before-first-apply" using v1')),
        );
        assert.ok(!yields(conflict('conflict with "kubectl-edit" using v1', 'conflict with "autoscaler" using v1')));
        assert.ok(!yields(conflict('conflict with "kubectl" with subresource "scale" using apps/v1')));
        assert.ok(!yields(new ApiError(409, { reason: "Conflict" })));
    });
});
