// Which changes of an object need a new one.
import assert from "node:assert/strict";
import { ApiError } from "../../embedded/toolchain/kubernetes-plugin/errors";
import { kindOf, resourcePath, servedKinds } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import {
    immutableFields,
    meant,
    mustDeleteFirst,
    replacing,
} from "../../embedded/toolchain/kubernetes-plugin/replacement";
import { changes, type Obj, pathText, UNKNOWN } from "../../embedded/toolchain/plugin/values";

const no = { ConfigMap: false, Secret: false };
const replaced = (type: string, before: Obj, after: Obj, mutable = no): string[] =>
    [...replacing(kindOf(type), changes(before, after), before, after, mutable)].map(({ path }) => pathText(path));

const invalid = (...causes: [string, string][]): ApiError =>
    new ApiError(422, {
        reason: "Invalid",
        message: "is invalid",
        details: { causes: causes.map(([field, message]) => ({ field, message })) },
    });

describe("replacing a Kubernetes object", () => {
    it("is needed for another name or namespace", () => {
        const object = { metadata: { name: "a", namespace: "b", labels: {} } };
        const type = "kubernetes:core/v1:ServiceAccount";
        assert.deepEqual(replaced(type, object, { metadata: { ...object.metadata, name: "c" } }), ["metadata.name"]);
        assert.deepEqual(replaced(type, object, { metadata: { ...object.metadata, labels: { x: "y" } } }), []);
    });

    for (const [type, before, after, paths] of [
        ["core/v1:Secret", { data: { a: "1" } }, { data: { a: "2" } }, ["data.a"]],
        [
            "core/v1:PersistentVolume",
            { spec: { nfs: { server: "a" } } },
            { spec: { nfs: { server: "b" } } },
            ["spec.nfs.server"],
        ],
        ["core/v1:PersistentVolume", { spec: { mountOptions: ["a"] } }, { spec: { mountOptions: ["b"] } }, []],
        [
            "core/v1:PersistentVolumeClaim",
            { spec: { volumeName: "a" } },
            { spec: { volumeName: "b" } },
            ["spec.volumeName"],
        ],
        ["core/v1:Service", { spec: { clusterIP: "a" } }, { spec: { clusterIP: "b" } }, ["spec.clusterIP"]],
        ["core/v1:Service", { spec: { ports: [{ port: 1 }] } }, { spec: { ports: [{ port: 2 }] } }, []],
        [
            "core/v1:Pod",
            { spec: { containers: [{ image: "a" }] } },
            { spec: { containers: [{ image: "b" }] } },
            ["spec.containers[0].image"],
        ],
        ["apps/v1:StatefulSet", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, []],
        ["apps/v1:StatefulSet", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }, ["spec.serviceName"]],
        [
            "apps/v1:Deployment",
            { spec: { selector: { matchLabels: { a: "b" } } } },
            { spec: { selector: { matchLabels: { a: "c" } } } },
            ["spec.selector.matchLabels.a"],
        ],
        [
            "batch/v1:Job",
            { spec: { template: { spec: { x: 1 } } } },
            { spec: { template: { spec: { x: 2 } } } },
            ["spec.template.spec.x"],
        ],
        ["storage.k8s.io/v1:StorageClass", { parameters: { a: "1" } }, {}, ["parameters"]],
    ] as [string, Obj, Obj, string[]][]) {
        const verb = paths.length > 0 ? "is needed" : "is not needed";
        it(`${verb} for a change of ${type.split(":")[1]} from ${JSON.stringify(before)}`, () => {
            assert.deepEqual(replaced(`kubernetes:${type}`, before, after), paths);
        });
    }

    it("is not needed for data when the provider may change it", () => {
        const [before, after] = [{ data: { a: "1" } }, { data: { a: "2" } }];
        assert.deepEqual(
            replaced("kubernetes:core/v1:ConfigMap", before, after, { ConfigMap: true, Secret: false }),
            [],
        );
    });

    it("is assumed where a whole property is not known yet, but not where a value in it is", () => {
        const before = { spec: { podSelector: { matchLabels: { a: "b" } } } };
        const type = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
        assert.deepEqual(replaced(type, before, { spec: UNKNOWN }), ["spec"]);
        assert.deepEqual(replaced(type, before, { spec: { podSelector: { matchLabels: { a: UNKNOWN } } } }), []);
    });

    it("is asked for by the server in its own words, which may name a field loosely", () => {
        const all = changes({ spec: { nfs: { path: "a" }, x: 1 } }, { spec: { nfs: { path: "b" }, x: 2 } });
        assert.deepEqual(immutableFields(invalid(["spec.x", "field is immutable"])), ["spec.x"]);
        assert.deepEqual(
            meant(all, "spec.x").map(({ path }) => pathText(path)),
            ["spec.x"],
        );
        assert.equal(meant(all, "spec.persistentvolumesource").length, 2);
        assert.equal(meant(all, "").length, 2);
    });

    it("is not what the server asks for when a value is wrong", () => {
        assert.equal(immutableFields(invalid(["spec.ports[0].port", "must be between 1 and 65535"])), undefined);
        assert.equal(immutableFields(new Error("field is immutable")), undefined);
    });

    it("begins with the deletion where the name cannot be another", () => {
        const object = { metadata: { name: "a", namespace: "b" } };
        const made = { metadata: { ...object.metadata, annotations: { "pulumi.com/autonamed": "true" } } };
        assert.equal(mustDeleteFirst(true, object, object), true);
        assert.equal(mustDeleteFirst(true, object, made), false);
        assert.equal(mustDeleteFirst(true, object, { metadata: { name: "c", namespace: "b" } }), false);
        assert.equal(mustDeleteFirst(false, object, object), false);
    });
});

describe("the kinds of the fallback plugin kubernetes", () => {
    it("have a path on the API server", () => {
        const paths = servedKinds().map((kind) => resourcePath(kind, "ns", "x"));
        for (const path of [
            "/api/v1/namespaces/x",
            "/api/v1/namespaces/ns/pods/x",
            "/apis/apps/v1/namespaces/ns/statefulsets/x",
        ]) {
            assert.ok(paths.includes(path), path);
        }
    });

    it("are listed once", () => {
        const names = servedKinds().map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
        assert.deepEqual(names, [...new Set(names)]);
    });

    it("are named when another is asked for", () => {
        for (const type of [
            "kubernetes:apps/v1:ReplicaSet",
            "kubernetes:core/v1:PodPatch",
            "kubernetes:helm.sh/v3:Release",
            "kubernetes:yaml:ConfigFile",
        ]) {
            assert.throws(
                () => kindOf(type),
                (error: Error) =>
                    error.message.startsWith(type) &&
                    /which serves core\/v1 Namespace, .*; apps\/v1 StatefulSet, /.test(error.message),
            );
        }
    });
});
