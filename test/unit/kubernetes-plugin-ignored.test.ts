// The resource option ignoreChanges in the fallback plugin "kubernetes": what is applied.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { withoutIgnored } from "../../embedded/toolchain/kubernetes-plugin/ignored";
import { parsePath } from "../../embedded/toolchain/plugin/property-path";
import { type Obj, pathText } from "../../embedded/toolchain/plugin/values";

const MANAGER = "pulumi-kubernetes-0123abcd";
const entry = (manager: string, fieldsV1: Obj): Obj => ({
    manager,
    operation: "Apply",
    fieldsType: "FieldsV1",
    fieldsV1,
});

describe("properties whose changes are ignored", () => {
    const object = { metadata: { name: "set" }, spec: { replicas: 1, paused: false } };
    const live = (...managedFields: Obj[]): Obj => ({
        metadata: { name: "set", managedFields },
        spec: { replicas: 5, paused: false, minReadySeconds: 0 },
    });

    it("are left out of what is applied where only others manage them", () => {
        const theirs = live(
            entry(MANAGER, { "f:spec": { "f:paused": {} } }),
            entry("scaler", { "f:spec": { "f:replicas": {} } }),
        );
        assert.deepEqual(withoutIgnored(object, theirs, MANAGER, ["spec.replicas"]).spec, { paused: false });
    });

    it("are applied as they are in the cluster where they are ours, also together with others", () => {
        const shared = live(
            entry(MANAGER, { "f:spec": { "f:replicas": {} } }),
            entry("scaler", { "f:spec": { "f:replicas": {} } }),
        );
        assert.equal(withoutIgnored(object, shared, MANAGER, ["spec.replicas"]).spec.replicas, 5);
        assert.deepEqual(withoutIgnored(object, shared, MANAGER, ["spec"]).spec, shared.spec);
    });

    it("stay as they were applied last where the cluster has none, and inside of lists", () => {
        const listed = { ...object, spec: { ...object.spec, items: [{ a: 1 }] } };
        const now = { ...live(), spec: { ...live().spec, items: [{ a: 2 }] } };
        assert.deepEqual(withoutIgnored(listed, now, MANAGER, ["spec.items[0].a", "metadata.labels", "*"]), listed);
    });

    it("are found by names with dots, and do not change what was given", () => {
        const labelled = { metadata: { labels: { "example.com/a": "old" } } };
        const now = { metadata: { labels: { "example.com/a": "new" }, managedFields: [] } };
        const result = withoutIgnored(labelled, now, MANAGER, ['metadata.labels["example.com/a"]']);
        assert.equal(result.metadata.labels["example.com/a"], "new");
        assert.equal(labelled.metadata.labels["example.com/a"], "old");
    });
});

describe("a path to a property", () => {
    it("is read as it is written", () => {
        const key = fc.oneof(
            fc.nat(50),
            fc.string({ minLength: 1 }).filter((name) => name !== "*"),
        );
        fc.assert(
            fc.property(fc.tuple(fc.constantFrom("spec", "metadata"), fc.array(key)), ([first, rest]) => {
                const path = [first, ...rest];
                assert.deepEqual(parsePath(pathText(path)), path);
            }),
            { numRuns: 1000 },
        );
    });

    it("that is none, or means several, is undefined", () => {
        for (const text of ["", "spec..a", "spec[", "spec.*", 'a["b']) assert.equal(parsePath(text), undefined, text);
    });
});
