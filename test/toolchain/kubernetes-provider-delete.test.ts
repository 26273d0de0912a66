// The fallback plugin "kubernetes" deletes, and says what is in the way.
import assert from "node:assert/strict";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import {
    create,
    driven,
    freshNamespace,
    inFreshNamespace,
    mergePatch,
    object,
    remove,
    seen,
} from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { configMap, find, namespace, pod } = here;

    describe("delete", () => {
        const plugin = driven();

        it("waits until the object is gone, and says what holds it", async () => {
            const held = configMap("held", { data: {} });
            held.metadata.finalizers = ["example.com/hold"];
            const made = await create(plugin, "core/v1:ConfigMap", held);
            const gone = remove(plugin, "core/v1:ConfigMap", made);
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace);
            await seen(
                here.api,
                path,
                { fieldSelector: "metadata.name=held" },
                ([one]) => one?.metadata.deletionTimestamp,
            );
            await mergePatch(here.api, `${path}/held`, { metadata: { finalizers: null } });
            await gone;
            assert.equal(await find("core/v1:ConfigMap", "held"), undefined);
        });

        it("gives up on what does not go, naming what holds it", async () => {
            const name = freshNamespace();
            const made = await create(plugin, "core/v1:Namespace", object("v1", "Namespace", { name }));
            const stuck = object("v1", "ConfigMap", {
                namespace: name,
                name: "stuck",
                finalizers: ["example.com/hold"],
            });
            await here.api.apply(kindOf("kubernetes:core/v1:ConfigMap"), stuck, "test");
            try {
                await assert.rejects(
                    remove(plugin, "core/v1:Namespace", made, 8),
                    (error: Error) =>
                        /still there: gave up after 8 s/.test(error.message) && /example.com\/hold/.test(error.message),
                );
            } finally {
                const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), name, "stuck");
                await mergePatch(here.api, path, { metadata: { finalizers: null } });
            }
        });

        it("names the Pods that use a claim that does not go", async () => {
            const spec = {
                accessModes: ["ReadWriteOnce"],
                storageClassName: "none",
                resources: { requests: { storage: "1Gi" } },
            };
            const claim = object("v1", "PersistentVolumeClaim", { namespace, name: "used" }, { spec });
            claim.metadata.annotations = { "pulumi.com/skipAwait": "true" };
            const made = await create(plugin, "core/v1:PersistentVolumeClaim", claim);
            const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "used" } }];
            await here.api.apply(kindOf("kubernetes:core/v1:Pod"), pod("user", { volumes }), "test");
            // The pod keeps the claim only once it is bound to a node, so that the finalizer is what the test holds it by.
            const path = resourcePath(kindOf("kubernetes:core/v1:PersistentVolumeClaim"), namespace, "used");
            await mergePatch(here.api, path, { metadata: { finalizers: ["example.com/hold"] } });
            delete made.properties.__inputs.metadata.annotations;
            await assert.rejects(
                remove(plugin, "core/v1:PersistentVolumeClaim", made, 3),
                /used is still there.*Pod user is Pending/,
            );
            await mergePatch(here.api, path, { metadata: { finalizers: null } });
        });

        it("is content with what is gone already", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("vanished", { data: {} }));
            await remove(plugin, "core/v1:ConfigMap", made);
            await remove(plugin, "core/v1:ConfigMap", made);
        });
    });
});
