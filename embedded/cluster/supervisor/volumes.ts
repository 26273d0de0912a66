// Which volume a claim of the default storage class gets: a folder on the disk
// of the node that its pod was scheduled to. Pure; storage.ts acts on it.
import type { KubernetesObject } from "./api";

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
};

export interface Wanted {
    node: string;
    /** On the node. */
    folder: string;
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
    folder: string;
}

/** Undefined when nothing is to be done for this claim, or not yet. */
export function volumeFor(claim: KubernetesObject): Decision | undefined {
    const spec = (claim.spec ?? {}) as ClaimSpec;
    const { name, namespace, uid, annotations = {}, deletionTimestamp } = claim.metadata;
    const node = annotations[NODE_OF];
    if (spec.storageClassName !== STORAGE_CLASS || spec.volumeName || deletionTimestamp || !node || !uid)
        return undefined;
    if (spec.volumeMode === "Block")
        return { refuse: `storage class ${STORAGE_CLASS} has no block volumes, only folders` };
    const shared = spec.accessModes?.find((mode) => !mode.startsWith("ReadWriteOnce"));
    if (shared) {
        return {
            refuse: `storage class ${STORAGE_CLASS} keeps a volume on one node: access mode ${shared} can't be had, only ReadWriteOnce and ReadWriteOncePod`,
        };
    }
    const volume = `pvc-${uid}`;
    const folder = `${FOLDERS}/${volume}`;
    return {
        make: {
            node,
            folder,
            volume: {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: volume, annotations: { [PROVISIONED_BY]: PROVISIONER } },
                spec: {
                    capacity: { storage: spec.resources?.requests?.storage ?? "0" },
                    accessModes: spec.accessModes,
                    persistentVolumeReclaimPolicy: "Delete",
                    storageClassName: STORAGE_CLASS,
                    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
                    local: { path: folder },
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

interface VolumeSpec {
    persistentVolumeReclaimPolicy?: string;
    local?: { path?: string };
    nodeAffinity?: {
        required?: { nodeSelectorTerms?: { matchExpressions?: { values?: string[] }[] }[] };
    };
}

/** Of a volume of ours that nobody claims any more and that is to go with its data; undefined for all others. */
export function volumeToDelete(volume: KubernetesObject): Unwanted | undefined {
    const spec = (volume.spec ?? {}) as VolumeSpec;
    const folder = spec.local?.path;
    const node = spec.nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values?.[0];
    const released = (volume.status as { phase?: string } | undefined)?.phase === "Released";
    if (volume.metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER || !released) return undefined;
    if (spec.persistentVolumeReclaimPolicy !== "Delete" || !folder?.startsWith(`${FOLDERS}/pvc-`) || !node)
        return undefined;
    return { node, folder };
}
