// A share as pods use it: a PersistentVolume for any NFS export, and the claim
// bound to it. Both are written in volume-pair.ts.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { assigned } from "./assigned";
import type { NfsExport } from "./export";
import { defaultMountOptions, sharedWarning } from "./mount-options";
import { kubernetesName, partLabels } from "./names";
import { type ComponentOptions, childOptions, ownOptions, protection } from "./options";
import { type Transform, transformed } from "./transform";
import { volumePair } from "./volume-pair";

export interface NfsVolumeArgs {
    /** What is mounted. The volume waits until it is served, and goes before it. */
    readonly export: NfsExport;
    /** Where the claim is, and so the pods that use it. */
    readonly namespace: pulumi.Input<string>;
    /** What the volume says of its size; nothing but the server's own volume enforces it. @default "1Gi" */
    readonly capacity?: pulumi.Input<string>;
    /**
     * The size that the claim has and keeps, where it can't be made anew because pods use it that are not this program's.
     * Kubernetes changes no claim's size that has no class, and of NFS the size is only said. @default as capacity
     */
    readonly claimSize?: string;
    /** As nfs(5) names them; the whole list. @default see mount-options.ts */
    readonly mountOptions?: readonly string[];
    /** Refuse to delete, or to replace, the volume and its claim until this is false again. @default as the parent */
    readonly protectData?: boolean;
    readonly transforms?: {
        readonly volume?: Transform<k8s.core.v1.PersistentVolumeArgs>;
        readonly claim?: Transform<k8s.core.v1.PersistentVolumeClaimArgs>;
    };
}

/** On a volume whose claim says another size: when that is over, both are made anew. */
const CLAIM_SIZE = "nfs-storage-stack/claim-size";

export const nfsVolumeDefaults = { capacity: "1Gi" } as const;

/**
 * Of the volume and of its claim. Volumes are the whole cluster's, and each of the two names the other before either
 * exists: so the name is derived, and not left to Pulumi.
 */
export function nfsVolumeName(name: string): string {
    return kubernetesName(pulumi.getProject(), pulumi.getStack(), name);
}

export class NfsVolume extends pulumi.ComponentResource {
    readonly persistentVolume: pulumi.Output<string>;
    readonly claim: pulumi.Output<string>;
    readonly namespace: pulumi.Output<string>;
    readonly capacity: pulumi.Output<string>;
    /** As the PersistentVolume asks for them. */
    readonly mountOptions: readonly string[];
    /** As the claim has it: the volume's own is recorded before it is bound. */
    readonly phase: pulumi.Output<string>;
    /** What pods that use the claim must wait for, and go before. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, args: NfsVolumeArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:NfsVolume", name, {}, ownOptions(opts));
        const { namespace, transforms } = args;
        this.capacity = pulumi.output(args.capacity ?? nfsVolumeDefaults.capacity);
        this.mountOptions = args.mountOptions ?? defaultMountOptions(args.export.nfsVersion);
        const warning = sharedWarning(this.mountOptions);
        if (warning !== undefined) void pulumi.log.warn(warning, this);
        const pairName = nfsVolumeName(name);
        const labels = partLabels(pairName);
        const pair = volumePair({
            name: pairName,
            namespace,
            address: args.export.address,
            path: args.export.path,
            capacity: this.capacity,
            ...(args.claimSize !== undefined && { claimSize: args.claimSize }),
            mountOptions: this.mountOptions,
        });
        const annotations = args.claimSize === undefined ? {} : { annotations: { [CLAIM_SIZE]: args.claimSize } };
        // Changed in place, a volume would keep the uid of a claim that is replaced, or its pods the old mount.
        const replaceOnChanges =
            args.claimSize === undefined
                ? ["spec", `metadata.annotations["${CLAIM_SIZE}"]`]
                : Object.keys(pair.volume)
                      .filter((field) => field !== "capacity")
                      .map((field) => `spec.${field}`);
        const options = {
            ...childOptions(this, opts, ...args.export.ready),
            ...protection(args.protectData),
            deleteBeforeReplace: true,
        };

        const volume = new k8s.core.v1.PersistentVolume(
            name,
            ...transformed(
                transforms?.volume,
                { metadata: { name: pairName, labels, ...annotations }, spec: pair.volume },
                { ...options, replaceOnChanges },
            ),
        );
        const claim = new k8s.core.v1.PersistentVolumeClaim(
            name,
            ...transformed(
                transforms?.claim,
                { metadata: { name: pairName, namespace, labels }, spec: pair.claim(volume.metadata.name) },
                // The volume's name comes as an output: that is how the engine knows that the claim, and after it the pods
                // that use it, have to go before the volume can be replaced. (`replaceWith` would take the claim first.)
                { ...options, replaceOnChanges: ["spec"] },
            ),
        );

        this.persistentVolume = volume.metadata.name;
        this.claim = claim.metadata.name;
        this.namespace = claim.metadata.namespace;
        this.phase = assigned(
            claim.status.apply((status) => status?.phase),
            `phase to the claim ${pairName}`,
        );
        this.ready = [claim, volume];
        this.registerOutputs({
            persistentVolume: this.persistentVolume,
            claim: this.claim,
            namespace: this.namespace,
            phase: this.phase,
            capacity: this.capacity,
            mountOptions: [...this.mountOptions],
        });
    }
}
