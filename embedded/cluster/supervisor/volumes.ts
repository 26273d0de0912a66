// Which volume a claim of the default storage class gets: a file system of its
// size on the disk of the node that its pod was scheduled to. Pure; storage.ts
// acts on it, and node/volume does it there.
import type { KubernetesObject } from "./api";
import { bytesOf } from "./quantity";

export const PROVISIONER = "embedded/node-folder";
export const STORAGE_CLASS = "standard";
const FOLDERS = "/var/lib/local-path";
const NODE_OF = "volume.kubernetes.io/selected-node";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

export const storageClass: KubernetesObject & Record<string, unknown> = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: STORAGE_CLASS, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: PROVISIONER,
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
    allowVolumeExpansion: true,
};

export interface Wanted {
    node: string;
    /** Of the file that it is in, so that what was claimed can be written to it. */
    bytes: number;
    /** Of these, the file system's journal. */
    journal: number;
    volume: KubernetesObject;
}

interface ClaimSpec {
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
}

export type Decision = { make: Wanted } | { refuse: string };

export interface Unwanted {
    node: string;
    name: string;
}

const MIB = 1024 ** 2;

/** Small ones get the smallest that ext4 has. */
const journalBytes = (claimed: number): number => (claimed < 128 * MIB ? 4 : 16) * MIB;

/**
 * With what ext4 takes for itself as node/volume makes it: the journal, 256 bytes for every 16 KiB (1.6 %) that a file
 * may need, what it never gives away (2 %, at most 16 MiB), and some blocks.
 */
const fileSystemBytes = (claimed: number): number =>
    Math.ceil((claimed * 1.04) / MIB) * MIB + journalBytes(claimed) + 3 * MIB;

/** Undefined when nothing is to be done for this claim, or not yet. */
export function volumeFor(claim: KubernetesObject): Decision | undefined {
    const spec = (claim.spec ?? {}) as ClaimSpec;
    const { name, namespace, uid, annotations = {}, deletionTimestamp } = claim.metadata;
    const node = annotations[NODE_OF];
    if (spec.storageClassName !== STORAGE_CLASS || spec.volumeName || deletionTimestamp || !node || !uid)
        return undefined;
    if (spec.volumeMode === "Block")
        return { refuse: `storage class ${STORAGE_CLASS} has no block volumes, only file systems` };
    const shared = spec.accessModes?.find((mode) => !mode.startsWith("ReadWriteOnce"));
    if (shared) {
        return {
            refuse: `storage class ${STORAGE_CLASS} keeps a volume on one node: access mode ${shared} can't be had, only ReadWriteOnce and ReadWriteOncePod`,
        };
    }
    const volume = `pvc-${uid}`;
    const claimed = spec.resources?.requests?.storage ?? "0";
    return {
        make: {
            node,
            bytes: fileSystemBytes(bytesOf(claimed)),
            journal: journalBytes(bytesOf(claimed)),
            volume: {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: volume, annotations: { [PROVISIONED_BY]: PROVISIONER } },
                spec: {
                    capacity: { storage: claimed },
                    accessModes: spec.accessModes,
                    persistentVolumeReclaimPolicy: "Delete",
                    storageClassName: STORAGE_CLASS,
                    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
                    local: { path: `${FOLDERS}/${volume}` },
                    nodeAffinity: {
                        required: {
                            nodeSelectorTerms: [
                                {
                                    matchExpressions: [
                                        { key: "kubernetes.io/hostname", operator: "In", values: [node] },
                                    ],
                                },
                            ],
                        },
                    },
                },
            },
        },
    };
}

export interface Growth {
    node: string;
    name: string;
    /** Of the file that it is in. */
    bytes: number;
    /** As the claim says it, and what the volume and the claim's status say afterwards. */
    storage: string;
}

/** The volume of a claim that asks for more than it has; Kubernetes sees to it that nobody asks for less. */
export function growingVolume(claim: KubernetesObject): string | undefined {
    const spec = (claim.spec ?? {}) as ClaimSpec;
    const { phase, capacity } = (claim.status ?? {}) as { phase?: string; capacity?: { storage?: string } };
    const asked = spec.resources?.requests?.storage;
    if (spec.storageClassName !== STORAGE_CLASS || phase !== "Bound" || claim.metadata.deletionTimestamp)
        return undefined;
    return asked !== undefined && bytesOf(asked) > bytesOf(capacity?.storage ?? "0") ? spec.volumeName : undefined;
}

/** Undefined for a volume that is not ours. */
export function growthFor(claim: KubernetesObject, volume: KubernetesObject): Growth | undefined {
    const node = nodeOf(volume);
    const storage = (claim.spec as ClaimSpec).resources?.requests?.storage;
    if (node === undefined || storage === undefined) return undefined;
    return { node, name: volume.metadata.name, bytes: fileSystemBytes(bytesOf(storage)), storage };
}

interface VolumeSpec {
    persistentVolumeReclaimPolicy?: string;
    local?: { path?: string };
    nodeAffinity?: {
        required?: { nodeSelectorTerms?: { matchExpressions?: { values?: string[] }[] }[] };
    };
}

/** Where a volume of ours is; undefined for all others. */
function nodeOf(volume: KubernetesObject): string | undefined {
    const spec = (volume.spec ?? {}) as VolumeSpec;
    const { name, annotations } = volume.metadata;
    if (annotations?.[PROVISIONED_BY] !== PROVISIONER || spec.local?.path !== `${FOLDERS}/${name}`) return undefined;
    return spec.nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values?.[0];
}

/** Of a volume of ours that nobody claims any more and that is to go with its data; undefined for all others. */
export function volumeToDelete(volume: KubernetesObject): Unwanted | undefined {
    const node = nodeOf(volume);
    const released = (volume.status as { phase?: string } | undefined)?.phase === "Released";
    const isUnwanted = (volume.spec as VolumeSpec | undefined)?.persistentVolumeReclaimPolicy === "Delete";
    return node !== undefined && released && isUnwanted ? { node, name: volume.metadata.name } : undefined;
}
