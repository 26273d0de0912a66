import assert from "node:assert/strict";
import type { KubernetesObject } from "../../embedded/cluster/supervisor/api";
import { PROVISIONER, storageClass, volumeFor, volumeToDelete } from "../../embedded/cluster/supervisor/volumes";

function claim(spec: Record<string, unknown> = {}, metadata: Partial<KubernetesObject["metadata"]> = {}) {
    return {
        metadata: {
            name: "data",
            namespace: "shop",
            uid: "11111111-2222-3333-4444-555555555555",
            annotations: { "volume.kubernetes.io/selected-node": "node-2" },
            ...metadata,
        },
        spec: {
            storageClassName: "standard",
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "3Gi" } },
            ...spec,
        },
    };
}

function made(object: KubernetesObject) {
    const decision = volumeFor(object);
    assert.ok(decision && "make" in decision);
    return decision.make;
}

describe("a claim of the default storage class", () => {
    it("gets a folder on the node that its pod was scheduled to, and nowhere else", () => {
        const { node, folder, volume } = made(claim());
        assert.equal(node, "node-2");
        assert.equal(folder, "/var/lib/local-path/pvc-11111111-2222-3333-4444-555555555555");
        assert.deepEqual((volume.spec as { local: unknown }).local, { path: folder });
        assert.match(JSON.stringify(volume.spec?.nodeAffinity), /"node-2"/);
    });

    it("gets a volume that names it, of the size and access it asked for, deleted with it", () => {
        const { volume } = made(claim());
        const { claimRef, capacity, accessModes, persistentVolumeReclaimPolicy } = volume.spec as Record<string, never>;
        assert.deepEqual(
            { claimRef, capacity, accessModes, persistentVolumeReclaimPolicy },
            {
                claimRef: {
                    apiVersion: "v1",
                    kind: "PersistentVolumeClaim",
                    namespace: "shop",
                    name: "data",
                    uid: "11111111-2222-3333-4444-555555555555",
                },
                capacity: { storage: "3Gi" },
                accessModes: ["ReadWriteOnce"],
                persistentVolumeReclaimPolicy: "Delete",
            },
        );
    });

    it("waits until its pod is scheduled; is left alone when it has a volume, goes away or is of another class", () => {
        for (const other of [
            claim({}, { annotations: {} }),
            claim({ volumeName: "pv" }),
            claim({}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
            claim({ storageClassName: "" }),
            claim({ storageClassName: "fast" }),
        ]) {
            assert.equal(volumeFor(other), undefined);
        }
    });

    it("is refused, with the reason, what a folder on one node can't give", () => {
        for (const spec of [
            { accessModes: ["ReadWriteMany"] },
            { accessModes: ["ReadOnlyMany"] },
            { volumeMode: "Block" },
        ]) {
            const decision = volumeFor(claim(spec));
            assert.ok(decision && "refuse" in decision);
            assert.match(decision.refuse, /storage class standard/);
        }
    });
});

describe("a volume of the default storage class", () => {
    const released = (object: KubernetesObject): KubernetesObject => ({ ...object, status: { phase: "Released" } });

    it("goes with its folder when its claim is gone", () => {
        const { folder, node, volume } = made(claim());
        assert.deepEqual(volumeToDelete(released(volume)), { folder, node });
    });

    it("stays while it is bound, when it is to be kept, and when it is not ours", () => {
        const { volume } = made(claim());
        assert.equal(volumeToDelete({ ...volume, status: { phase: "Bound" } }), undefined);
        const kept = { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: "Retain" } };
        assert.equal(volumeToDelete(released(kept)), undefined);
        const foreign = { ...volume, metadata: { ...volume.metadata, annotations: {} } };
        assert.equal(volumeToDelete(released(foreign)), undefined);
        const elsewhere = { ...volume, spec: { ...volume.spec, local: { path: "/etc" } } };
        assert.equal(volumeToDelete(released(elsewhere)), undefined);
    });
});

describe("the default storage class", () => {
    it("is the default, is ours, and waits for a pod before it chooses a node", () => {
        assert.equal(storageClass.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"], "true");
        assert.equal(storageClass.provisioner, PROVISIONER);
        assert.equal(storageClass.volumeBindingMode, "WaitForFirstConsumer");
    });
});
