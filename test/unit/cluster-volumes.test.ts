import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubernetesObject } from "../../embedded/cluster/supervisor/api";
import { bytesOf } from "../../embedded/cluster/supervisor/quantity";
import {
    growingVolume,
    growthFor,
    PROVISIONER,
    storageClass,
    volumeFor,
    volumeToDelete,
} from "../../embedded/cluster/supervisor/volumes";

const MIB = 1024 ** 2;

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
    it("gets a volume on the node that its pod was scheduled to, and nowhere else", () => {
        const { node, volume } = made(claim());
        assert.equal(node, "node-2");
        const path = "/var/lib/local-path/pvc-11111111-2222-3333-4444-555555555555";
        assert.deepEqual((volume.spec as { local: unknown }).local, { path });
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

    it("gets a file system that has room for what it asked for, and little more", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 2 ** 44 }), (bytes) => {
                const { bytes: image, journal } = made(claim({ resources: { requests: { storage: String(bytes) } } }));
                // As node/volume makes it: journal, inodes, bitmaps and their like, and ext4's own reserve.
                const taken = journal + image / 64 + image / 4096 + Math.min(image / 50, 16 * MIB);
                assert.ok(image - taken >= bytes, "room");
                assert.ok(journal <= image / 2, "mkfs.ext4 refuses a larger journal");
                assert.ok(image <= bytes * 1.04 + 20 * MIB, "little more");
            }),
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

    it("is refused, with the reason, what a file system on one node can't give", () => {
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

describe("a claim of the default storage class that asks for more than it has", () => {
    const bound = (asked: string, has: string, metadata: Partial<KubernetesObject["metadata"]> = {}) => ({
        ...claim({ volumeName: "pv", resources: { requests: { storage: asked } } }, metadata),
        status: { phase: "Bound", capacity: { storage: has } },
    });

    it("gets as much as one that asks for it at first, where its volume is", () => {
        const { volume, node } = made(claim());
        const larger = bound("5Gi", "3Gi");
        assert.equal(growingVolume(larger), "pv");
        assert.deepEqual(growthFor(larger, volume), {
            node,
            name: volume.metadata.name,
            bytes: made(claim({ resources: { requests: { storage: "5Gi" } } })).bytes,
            storage: "5Gi",
        });
    });

    it("is left alone when it has that much, in whatever spelling, is not bound, goes away or is of another class", () => {
        const { status, ...unbound } = bound("5Gi", "3Gi");
        for (const other of [
            bound("3Gi", "3Gi"),
            bound("3072Mi", "3Gi"),
            bound("1Gi", "3Gi"),
            unbound,
            { ...unbound, status: { ...status, phase: "Pending" } },
            bound("5Gi", "3Gi", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
            { ...claim({ storageClassName: "fast", volumeName: "pv" }), status },
        ]) {
            assert.equal(growingVolume(other), undefined, JSON.stringify(other));
        }
    });

    it("keeps its size when its volume is not one of ours", () => {
        const { volume } = made(claim());
        const foreign = { ...volume, metadata: { ...volume.metadata, annotations: {} } };
        assert.equal(growthFor(bound("5Gi", "3Gi"), foreign), undefined);
    });
});

describe("a volume of the default storage class", () => {
    const released = (object: KubernetesObject): KubernetesObject => ({ ...object, status: { phase: "Released" } });

    it("goes with its data when its claim is gone", () => {
        const { node, volume } = made(claim());
        assert.deepEqual(volumeToDelete(released(volume)), { name: volume.metadata.name, node });
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
        assert.equal(storageClass.allowVolumeExpansion, true);
    });
});

describe("an amount in Kubernetes's notation", () => {
    it("is read in all its spellings", () => {
        const spellings: [string, number][] = [
            ["0", 0],
            ["3Gi", 3 * 1024 ** 3],
            ["1.5Ki", 1536],
            ["500M", 500e6],
            ["2k", 2000],
            ["1e3", 1000],
            ["1E3", 1000],
            ["1.2e-1", 1],
            ["1E", 1e18],
            ["1500m", 2],
        ];
        for (const [text, bytes] of spellings) assert.equal(bytesOf(text), bytes, text);
    });

    it("is refused when it is none", () => {
        for (const text of ["", "x", "1X", "-1", "1 Gi", "Gi", "1e"]) {
            assert.throws(() => bytesOf(text), /is no amount/, text);
        }
    });
});
