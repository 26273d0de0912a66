// What commands do about a command that was cut off, as far as it needs no cluster.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { begunObjects, Mark } from "../../commands/unfinished";

const resource = (type: string, inputs: Record<string, unknown>) => ({
    urn: `urn::${type}`,
    type,
    custom: true,
    inputs,
});

describe("a command that was cut off", () => {
    it("is known by a mark, one for each environment", async () => {
        const home = mkdtempSync(join(tmpdir(), "unfinished-"));
        try {
            const [dev, prod] = ["dev", "prod"].map((name) => new Mark(home, { name }));
            assert.deepEqual([dev?.isThere, prod?.isThere], [false, false]);
            await dev?.set();
            assert.deepEqual([dev?.isThere, prod?.isThere], [true, false]);
            await dev?.clear();
            await dev?.clear();
            assert.equal(dev?.isThere, false);
        } finally {
            rmSync(home, { recursive: true });
        }
    });

    it("had begun to make what the state calls pending, and nothing else", () => {
        const pending_operations = [
            {
                type: "creating",
                resource: resource("kubernetes:apps/v1:StatefulSet", { metadata: { namespace: "ns", name: "writer" } }),
            },
            { type: "creating", resource: resource("kubernetes:core/v1:Namespace", { metadata: { name: "ns" } }) },
            { type: "creating", resource: resource("docker:index/image:Image", { imageName: "r/a" }) },
            { type: "creating", resource: resource("kubernetes:core/v1:Pod", { metadata: {} }) },
            {
                type: "deleting",
                resource: resource("kubernetes:core/v1:Service", { metadata: { namespace: "ns", name: "kept" } }),
            },
        ];
        assert.deepEqual(begunObjects({ pending_operations }), [
            { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "ns", name: "writer" },
            { apiVersion: "v1", kind: "Namespace", namespace: undefined, name: "ns" },
        ]);
        assert.deepEqual(begunObjects({}), []);
    });
});
