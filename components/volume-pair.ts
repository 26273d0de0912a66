// The two objects that make a share usable by pods: a PersistentVolume and a
// PersistentVolumeClaim that name each other. Both are written here, by one
// function, so that they can't disagree. Pure; made by nfs-volume.ts.
import type * as k8s from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

export interface VolumePairOptions {
    /** Name of both. */
    readonly name: string;
    /** Where the claim is. */
    readonly namespace: Input<string>;
    readonly address: Input<string>;
    readonly path: string;
    readonly capacity: Input<string>;
    /** Of the claim. @default capacity */
    readonly claimSize?: Input<string>;
    readonly mountOptions: readonly string[];
}

export interface VolumePair {
    readonly volume: k8s.types.input.core.v1.PersistentVolumeSpec;
    /** Of the claim, for the volume's name as the cluster has it. */
    claim(volumeName: Input<string>): k8s.types.input.core.v1.PersistentVolumeClaimSpec;
}

/** Empty on both sides: a class would send the claim to a provisioner, and leaving it out has the default one put in. */
const NO_CLASS = "";
const accessModes = ["ReadWriteMany"];

export function volumePair(options: VolumePairOptions): VolumePair {
    const { name, namespace, address, path, capacity, claimSize = capacity, mountOptions } = options;
    return {
        volume: {
            capacity: { storage: capacity },
            accessModes,
            volumeMode: "Filesystem",
            storageClassName: NO_CLASS,
            // Nobody deletes what is on an NFS share for Kubernetes; the data goes, or stays, with the server's own volume.
            persistentVolumeReclaimPolicy: "Retain",
            // Without a uid: a claim made anew under the same name binds again, instead of leaving the volume Released.
            claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name },
            mountOptions: [...mountOptions],
            nfs: { server: address, path, readOnly: false },
        },
        claim: (volumeName) => ({
            accessModes,
            volumeMode: "Filesystem",
            storageClassName: NO_CLASS,
            volumeName,
            resources: { requests: { storage: claimSize } },
        }),
    };
}
