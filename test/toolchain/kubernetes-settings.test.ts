// What settings of the provider and annotations change in what the fallback
// plugin "kubernetes" asks of an API server (TEST_KUBECONFIG).
import assert from "node:assert/strict";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import {
    create,
    driven,
    idlePodSpec,
    inFreshNamespace,
    mergePatch,
    object,
    remove,
    update,
} from "./kubernetes-fixture";

const CONFIG_MAP = kindOf("kubernetes:core/v1:ConfigMap");
const CLAIM = kindOf("kubernetes:core/v1:PersistentVolumeClaim");

describe("fallback plugin kubernetes, as its settings say", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { namespace } = here;

    const configMap = (name: string, data: Obj): Obj => object("v1", "ConfigMap", { namespace, name }, { data });

    it("takes over what is there where the provider is told so", async () => {
        await here.api.apply(CONFIG_MAP, configMap("theirs", { b: "1" }), "someone");
        const plugin = driven({ upsertExistingObjects: "true" });
        const { properties } = await create(plugin, "core/v1:ConfigMap", configMap("theirs", { a: "1" }));
        assert.deepEqual(properties.data, { a: "1", b: "1" });
    });

    it("takes a controller's fields where the provider is told so", async () => {
        const plugin = driven({ enablePatchForce: "true" });
        const made = await create(plugin, "core/v1:ConfigMap", configMap("forced", { a: "1" }));
        await mergePatch(
            here.api,
            resourcePath(CONFIG_MAP, namespace, "forced"),
            { data: { a: "2" } },
            "some-controller",
        );
        const { data } = await update(plugin, "core/v1:ConfigMap", made, configMap("forced", { a: "3" }));
        assert.deepEqual(data, { a: "3" });
    });

    it("waits for the end of a claim with skipAwait, not of a Pod", async () => {
        const plugin = driven();
        const metadata = (name: string): Obj => ({
            namespace,
            name,
            annotations: { "pulumi.com/skipAwait": "true" },
            finalizers: ["example.com/hold"],
        });
        const spec = {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "none",
            resources: { requests: { storage: "1Gi" } },
        };
        const claim = await create(
            plugin,
            "core/v1:PersistentVolumeClaim",
            object("v1", "PersistentVolumeClaim", metadata("claim"), { spec }),
        );
        const pod = await create(plugin, "core/v1:Pod", object("v1", "Pod", metadata("pod"), { spec: idlePodSpec() }));
        await remove(plugin, "core/v1:Pod", pod);
        await assert.rejects(remove(plugin, "core/v1:PersistentVolumeClaim", claim, 2), /claim is still there/);
        const pods = kindOf("kubernetes:core/v1:Pod");
        for (const [kind, name] of [
            [CLAIM, "claim"],
            [pods, "pod"],
        ] as const) {
            await mergePatch(here.api, resourcePath(kind, namespace, name), { metadata: { finalizers: null } });
        }
    });
});
