// The fallback plugin "kubernetes" reads what is in the cluster: for a refresh,
// for an import and for what a program only looks at.
import assert from "node:assert/strict";
import { kindOf, resourcePath } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import {
    create,
    diff,
    driven,
    inFreshNamespace,
    initFailed,
    type Made,
    mergePatch,
    NFS,
    object,
    remove,
    resource,
    seen,
    statuses,
} from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { configMap, namespace, pod, setPodStatus } = here;

    describe("read", () => {
        const plugin = driven();
        const read = (type: string, id: string, made?: Made) =>
            plugin.provider.read({
                ...resource(type),
                id,
                properties: made?.properties ?? {},
                inputs: made?.inputs ?? {},
            });

        it("finds what others changed, and only that", async () => {
            const made = await create(plugin, "core/v1:ConfigMap", configMap("drifts", { data: { a: "1", b: "1" } }));
            const path = resourcePath(kindOf("kubernetes:core/v1:ConfigMap"), namespace, "drifts");
            await mergePatch(here.api, path, { metadata: { labels: { other: "yes" } }, data: { a: "2" } });
            const found = await read("core/v1:ConfigMap", made.id, made);
            assert.deepEqual(found?.inputs, { ...made.inputs, data: { a: "2", b: "1" } });
        });

        it("does not take other words for the same as a change", async () => {
            const spec = { ...NFS, capacity: { storage: "1024Mi" } };
            const name = `${namespace}-words`;
            const made = await create(
                plugin,
                "core/v1:PersistentVolume",
                object("v1", "PersistentVolume", { name }, { spec }),
            );
            const found = await read("core/v1:PersistentVolume", made.id, made);
            await remove(plugin, "core/v1:PersistentVolume", made);
            assert.deepEqual(found?.inputs, made.inputs);
            assert.equal(found?.properties.spec.capacity.storage, "1Gi");
        });

        it("says that an object is gone", async () => {
            assert.equal(await read("core/v1:ConfigMap", `${namespace}/nowhere`), undefined);
        });

        it("imports an object with all that describes it, and nothing that the server counts", async () => {
            await here.api.apply(
                kindOf("kubernetes:core/v1:ConfigMap"),
                configMap("found", { data: { a: "1" } }),
                "kubectl",
            );
            const found = await read("core/v1:ConfigMap", `${namespace}/found`);
            assert.deepEqual(found?.inputs, configMap("found", { data: { a: "1" } }));
            assert.deepEqual((await diff(plugin, "core/v1:ConfigMap", found as Made, found?.inputs ?? {})).changes, []);
        });

        it("reads the Endpoints of a Service, which nobody but the cluster makes", async () => {
            const spec = { selector: { app: "nobody" }, clusterIP: "None", ports: [{ port: 80 }] };
            const service = object("v1", "Service", { namespace, name: "peers" }, { spec });
            const { id } = await create(plugin, "core/v1:Service", service);
            await seen(
                here.api,
                `/api/v1/namespaces/${namespace}/endpoints`,
                { fieldSelector: "metadata.name=peers" },
                (found) => found.length > 0,
            );
            const found = await read("core/v1:Endpoints", id);
            assert.deepEqual([found?.id, found?.properties.kind], [`${namespace}/peers`, "Endpoints"]);
        });

        it("tells of a Pod that has stopped working, and keeps it", async () => {
            const made = create(plugin, "core/v1:Pod", pod("breaks"));
            await setPodStatus("breaks", statuses.ready);
            const known = await made;
            await setPodStatus("breaks", statuses.crashing("gone bad"));
            const error = await initFailed(read("core/v1:Pod", known.id, known));
            assert.match([error.message, ...error.reasons].join("\n"), /gone bad/);
        });
    });
});
