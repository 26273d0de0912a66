// What the fallback plugin "kubernetes" does about a changed program: replaces,
// or updates in place, also what others have changed meanwhile.
import assert from "node:assert/strict";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import { UNKNOWN } from "../../embedded/toolchain/plugin/values";
import {
    create,
    diff,
    driven,
    inFreshNamespace,
    type Made,
    mergePatch,
    object,
    replaced,
    update,
} from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { configMap, namespace } = here;

    describe("diff", () => {
        const plugin = driven();
        let fixed: Made;
        let autonamed: Made;
        before(async () => {
            fixed = await create(plugin, "core/v1:ConfigMap", configMap("fixed", { data: { a: "1" } }));
            autonamed = await create(
                plugin,
                "core/v1:ConfigMap",
                object("v1", "ConfigMap", { namespace }, { data: { a: "1" } }),
            );
        });

        it("finds nothing to do when nothing changed", async () => {
            assert.deepEqual((await diff(plugin, "core/v1:ConfigMap", fixed, fixed.inputs)).changes, []);
        });

        it("replaces a ConfigMap with other data; first deletes it if it must have the same name", async () => {
            const first = await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: { a: "2" } });
            assert.deepEqual([replaced(first), first.deleteBeforeReplace], [true, true]);
            const then = await diff(plugin, "core/v1:ConfigMap", autonamed, { ...autonamed.inputs, data: { a: "2" } });
            assert.deepEqual([replaced(then), then.deleteBeforeReplace], [true, false]);
        });

        it("updates a ConfigMap with other data in place when the provider is told so", async () => {
            const mutable = driven({ enableConfigMapMutable: "true" });
            assert.equal(
                replaced(await diff(mutable, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: { a: "2" } })),
                false,
            );
        });

        it("updates labels in place", async () => {
            const metadata = { ...fixed.inputs.metadata, labels: { a: "b" } };
            const answer = await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, metadata });
            assert.deepEqual(answer, {
                changes: [{ path: ["metadata", "labels"], kind: "add", replace: false }],
                deleteBeforeReplace: false,
            });
        });

        it("replaces what has a whole property that is not known yet", async () => {
            assert.ok(replaced(await diff(plugin, "core/v1:ConfigMap", fixed, { ...fixed.inputs, data: UNKNOWN })));
            const policy = object(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                { namespace, name: "p" },
                { spec: { podSelector: {} } },
            );
            const made = await create(plugin, "networking.k8s.io/v1:NetworkPolicy", policy);
            const unknown = { ...made.inputs, spec: UNKNOWN };
            assert.ok(replaced(await diff(plugin, "networking.k8s.io/v1:NetworkPolicy", made, unknown)));
        });

        it("replaces what the server refuses to change, as the server says", async () => {
            const spec = { selector: { a: "b" }, ports: [{ port: 80 }], clusterIP: "None" };
            const service = object("v1", "Service", { namespace, name: "head" }, { spec });
            const made = await create(plugin, "core/v1:Service", service);
            const changed = { ...made.inputs, spec: { ...spec, clusterIP: undefined, type: "ClusterIP" } };
            assert.ok(replaced(await diff(plugin, "core/v1:Service", made, JSON.parse(JSON.stringify(changed)))));
        });
    });

    describe("update", () => {
        const plugin = driven();

        it("takes back what people changed and added by hand", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("touched", { data: { a: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "touched");
            await mergePatch(
                here.api,
                path,
                { metadata: { labels: { foreign: "yes" } }, data: { a: "2" } },
                "kubectl-edit",
            );
            const news = configMap("touched", { data: { a: "1" } });
            news.metadata.labels = { ours: "yes" };
            const properties = await update(plugin, "core/v1:ConfigMap", made, news);
            assert.deepEqual([properties.data, properties.metadata.labels], [{ a: "1" }, { ours: "yes" }]);
        });

        it("leaves what a controller manages, and says whose it is", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("managed", { data: { a: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "managed");
            await mergePatch(here.api, path, { data: { a: "2" } }, "some-controller");
            const news = configMap("managed", { data: { a: "3" } });
            await assert.rejects(update(plugin, "core/v1:ConfigMap", made, news), /some-controller[\s\S]*patchForce/);
            news.metadata.annotations = { "pulumi.com/patchForce": "true" };
            assert.deepEqual((await update(plugin, "core/v1:ConfigMap", made, news)).data, { a: "3" });
        });

        it("removes what the program no longer says", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("shrinks", { data: { a: "1", b: "2" } }));
            const properties = await update(
                plugin,
                "core/v1:ConfigMap",
                made,
                configMap("shrinks", { data: { b: "2" } }),
            );
            assert.deepEqual(properties.data, { b: "2" });
        });
    });
});
