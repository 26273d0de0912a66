// PersistentVolumes and PersistentVolumeClaims in the hands of the fallback
// plugin "kubernetes": bound, replaced, never bound.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import {
    create,
    diff,
    driven,
    inFreshNamespace,
    initFailed,
    type Made,
    NFS,
    object,
    remove,
    replaced,
} from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const { namespace } = inFreshNamespace();

    describe("volumes", () => {
        const volume = `${namespace}-volume`;
        const plugin = driven();
        let made: Made;
        const claim = (name: string, spec: Obj): Obj =>
            object(
                "v1",
                "PersistentVolumeClaim",
                { namespace, name },
                {
                    spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } }, ...spec },
                },
            );

        it("makes a volume and a claim that name each other, and waits until they are bound", async () => {
            const spec = { ...NFS, claimRef: { namespace, name: "bound" } };
            made = await create(
                plugin,
                "core/v1:PersistentVolume",
                object("v1", "PersistentVolume", { name: volume }, { spec }),
            );
            const bound = await create(
                plugin,
                "core/v1:PersistentVolumeClaim",
                claim("bound", { storageClassName: "", volumeName: volume }),
            );
            assert.equal(bound.properties.status.phase, "Bound");
            await remove(plugin, "core/v1:PersistentVolumeClaim", bound);
        });

        it("replaces a volume whose server changes, first deleting the old one", async () => {
            const spec = { ...NFS, nfs: { server: "192.0.2.2", path: "/x" } };
            const answer = await diff(plugin, "core/v1:PersistentVolume", made, {
                ...made.inputs,
                spec: { ...made.inputs.spec, ...spec },
            });
            assert.deepEqual(
                answer.changes.filter((change) => change.replace).map(({ path }) => path.join(".")),
                ["spec.nfs.server"],
            );
            assert.equal(answer.deleteBeforeReplace, true);
            await remove(plugin, "core/v1:PersistentVolume", made);
        });

        it("takes a claim that is bound when it is used first as up", async () => {
            const name = `${namespace}-late`;
            const late = object(
                "storage.k8s.io/v1",
                "StorageClass",
                { name },
                {
                    provisioner: "example.com/none",
                    volumeBindingMode: "WaitForFirstConsumer",
                },
            );
            const storage = await create(plugin, "storage.k8s.io/v1:StorageClass", late);
            const pending = await create(
                plugin,
                "core/v1:PersistentVolumeClaim",
                claim("late", { storageClassName: name }),
            );
            assert.equal(pending.properties.status.phase, "Pending");
            const changed = { ...storage.inputs, reclaimPolicy: "Retain" };
            assert.ok(replaced(await diff(plugin, "storage.k8s.io/v1:StorageClass", storage, changed)));
            await remove(plugin, "storage.k8s.io/v1:StorageClass", storage);
        });

        it("quotes what the controller says of a claim that cannot be bound", async () => {
            const lost = claim("lost", { storageClassName: "no-such-class" });
            const { reasons } = await initFailed(create(plugin, "core/v1:PersistentVolumeClaim", lost, 3));
            assert.match(reasons.join("\n"), /ProvisioningFailed.*"no-such-class" not found/);
        });
    });
});
