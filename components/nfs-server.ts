// An NFS server in the cluster: NFS-Ganesha in one pod, on a volume of its own,
// at an address that stays. Its pod is written in nfs-server-pod.ts, its
// configuration in ganesha-config.ts.

import { digest, roles, serverPod } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { assigned } from "./assigned";
import { defined } from "./defined";
import type { NfsExport } from "./export";
import { ganeshaConfig, ganeshaNfs4Config } from "./ganesha-config";
import { defaultIdentity, type Identity } from "./identity";
import { kubernetesName, namedAfter, podLabels, workloadName } from "./names";
import { configAnnotations, configData, nfsServerPodSpec, nfsServerPolicy } from "./nfs-server-pod";
import { type ComponentOptions, childOptions, ownOptions, podTimeouts, protection } from "./options";
import type { PodGroup } from "./placement";
import { type ImageSource, PodImage, type PodImageArgs } from "./pod-image";
import { singlePodSet } from "./single-pod";
import { type Transform, transformed } from "./transform";

export interface NfsServerArgs {
    /** Where the server runs. Its pod security must be `privileged`, because of one capability; it runs without privilege. */
    readonly namespace: pulumi.Input<string>;
    /** What the server runs. */
    readonly image: ImageSource;
    /**
     * Networks that may mount. The client that the server sees is a node: at its own address from another node, at
     * the pod bridge's gateway on the server's node.
     */
    readonly clientNetworks: readonly string[];
    /** What clients mount. @default "/share" */
    readonly exportPath?: string;
    /** Fixed clusterIP; every mount names it. @default the cluster chooses one, which stays as long as the Service */
    readonly address?: string;
    /**
     * Size of the volume behind the share; NFS itself enforces none. A larger one grows the volume in place, where its
     * StorageClass can; none gets smaller. Of `existingClaim` it is said where the two differ. @default "1Gi"
     */
    readonly capacity?: string;
    /** For the volume behind the share, when it is made. @default the cluster's default class */
    readonly storageClassName?: string;
    /** Whom the server takes every client for. @default 10001:10001 */
    readonly identity?: Identity;
    /** Whether a NetworkPolicy admits only `clientNetworks`. Off where the CNI does not apply it to nodes rightly. @default true */
    readonly networkPolicy?: boolean;
    /** Keep the volume behind the share when the stack is destroyed. @default false */
    readonly retainData?: boolean;
    /**
     * Refuse to delete, or to replace, the volume behind the share, the server and its address until this is false again.
     * @default as the parent
     */
    readonly protectData?: boolean;
    /** Name of a claim that exists already, to be used as it is. @default a new claim */
    readonly existingClaim?: pulumi.Input<string>;
    /** Seconds after a restart in which clients get back what they had open, before others get anything. @default 15 */
    readonly graceSeconds?: number;
    /** Seconds after which a silent client has lost what it had open. @default 10 */
    readonly leaseSeconds?: number;
    /**
     * Seconds after which the pod leaves a node that is unreachable. It starts elsewhere when that node is known to be
     * gone, and its volume can be had there: docs/when-a-node-is-gone.md. @default 30
     */
    readonly tolerationSeconds?: number;
    readonly transforms?: PodImageArgs["transforms"] & {
        readonly configuration?: Transform<k8s.core.v1.ConfigMapArgs>;
        readonly claim?: Transform<k8s.core.v1.PersistentVolumeClaimArgs>;
        readonly service?: Transform<k8s.core.v1.ServiceArgs>;
        readonly networkPolicy?: Transform<k8s.networking.v1.NetworkPolicyArgs>;
        readonly statefulSet?: Transform<k8s.apps.v1.StatefulSetArgs>;
    };
}

export const nfsServerDefaults = {
    exportPath: "/share",
    capacity: "1Gi",
    networkPolicy: true,
    retainData: false,
} as const;

/** The highest that Ganesha speaks. */
const NFS_VERSION = "4.2";

/** Name of the claim behind the share: a later stack of the same name finds retained data by it. */
export function nfsServerClaimName(name: string): string {
    return kubernetesName(name, "data");
}

export class NfsServer extends pulumi.ComponentResource {
    readonly export: NfsExport;
    /** Size of the volume behind the share. */
    readonly capacity: pulumi.Output<string>;
    /** The image it runs, by digest. */
    readonly image: pulumi.Output<string>;
    /** What Ganesha reads, by the names of the files. */
    readonly configuration: Readonly<Record<string, pulumi.Input<string>>>;
    /** Who the server is to its clients: no other server's, and the same as long as its data. */
    readonly identity: pulumi.Output<string>;
    /** The claim behind the share, as namespace/name. */
    readonly dataClaim: pulumi.Output<string>;
    /** The server's pod, for others to keep away from. */
    readonly pods: PodGroup;
    readonly names: { readonly statefulSet: pulumi.Output<string>; readonly service: pulumi.Output<string> };

    constructor(name: string, args: NfsServerArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:NfsServer", name, {}, ownOptions(opts));
        const settings = { ...nfsServerDefaults, identity: defaultIdentity, ...defined(args) };
        const { namespace, exportPath, identity, transforms } = settings;
        const labels = podLabels(roles.server, workloadName(name));
        const metadata = (child: string) => ({ namespace, labels, name: child });
        const options = childOptions(this, opts);

        this.pods = { namespace, labels };
        const ganesha = {
            exportPath,
            clientNetworks: settings.clientNetworks,
            squashUid: identity.uid,
            squashGid: identity.gid,
            graceSeconds: settings.graceSeconds,
            leaseSeconds: settings.leaseSeconds,
        };
        const mainConfig = ganeshaConfig(ganesha);
        this.image = new PodImage(
            `${name}-image`,
            { image: "nfs-server", source: settings.image, transforms },
            { parent: this },
        ).reference;

        const storage = this.storage(name, settings, metadata, options);
        const claim = settings.existingClaim ?? storage.metadata.name;
        this.dataClaim = storage.id;
        this.capacity = this.sizeOf(storage, settings.capacity);
        this.identity = assigned(storage.metadata.uid, `uid to the claim ${nfsServerClaimName(name)}`);
        this.configuration = configData(
            mainConfig,
            this.identity.apply((uid) => ganeshaNfs4Config(ganesha, uid)),
        );
        const configMap = new k8s.core.v1.ConfigMap(
            `${name}-configuration`,
            ...transformed(
                transforms?.configuration,
                {
                    // Named by Pulumi: a changed one is made beside the old one, which the old pod still has.
                    metadata: { namespace, labels, ...namedAfter(`${name}-configuration`) },
                    immutable: true,
                    data: this.configuration,
                },
                options,
            ),
        );
        const service = new k8s.core.v1.Service(
            `${name}-service`,
            ...transformed(
                transforms?.service,
                {
                    metadata: {
                        ...metadata(workloadName(name)),
                        // The provider would wait for the server here, and 10 s more; the StatefulSet is waited for anyway.
                        annotations: { "pulumi.com/skipAwait": "true" },
                    },
                    spec: {
                        type: "ClusterIP",
                        ...(settings.address !== undefined && { clusterIP: settings.address }),
                        selector: labels,
                        // Clients must get through to reclaim what they had open while the server is in grace, unready.
                        publishNotReadyAddresses: true,
                        ports: [{ name: "nfs", port: serverPod.nfsPort, targetPort: "nfs", protocol: "TCP" }],
                    },
                },
                { ...options, ...protection(settings.protectData) },
            ),
        );
        const policies = settings.networkPolicy
            ? [
                  new k8s.networking.v1.NetworkPolicy(
                      `${name}-clients`,
                      ...transformed(
                          transforms?.networkPolicy,
                          {
                              metadata: metadata(kubernetesName(name, "clients")),
                              spec: nfsServerPolicy(labels, settings.clientNetworks),
                          },
                          options,
                      ),
                  ),
              ]
            : [];
        const statefulSet = new k8s.apps.v1.StatefulSet(
            name,
            ...transformed(
                transforms?.statefulSet,
                {
                    metadata: metadata(workloadName(name)),
                    spec: singlePodSet({
                        name: workloadName(name),
                        labels,
                        annotations: configAnnotations(pulumi.output(this.configuration).apply(digest)),
                        spec: nfsServerPodSpec({
                            image: this.image,
                            configMap: configMap.metadata.name,
                            claim,
                            exportPath,
                            identity,
                            tolerationSeconds: settings.tolerationSeconds,
                        }),
                    }),
                },
                // Two servers must never run on one volume.
                {
                    ...childOptions(this, opts, service, ...policies),
                    ...protection(settings.protectData),
                    deleteBeforeReplace: true,
                    customTimeouts: podTimeouts,
                },
            ),
        );

        this.names = { statefulSet: statefulSet.metadata.name, service: service.metadata.name };
        this.export = {
            // Always the Service's own, also when it is given: so what mounts goes before the Service is replaced.
            address: assigned(service.spec.clusterIP, `address to the Service ${workloadName(name)}`),
            path: exportPath,
            nfsVersion: NFS_VERSION,
            dataId: this.identity,
            ready: [statefulSet, service],
        };
        this.registerOutputs({
            export: { address: this.export.address, path: exportPath, nfsVersion: NFS_VERSION },
            image: this.image,
            capacity: this.capacity,
        });
    }

    /** A claim of its own and not a template's: it is deleted after the server, and can be kept, like any other resource. */
    private storage(
        name: string,
        args: Pick<NfsServerArgs, "namespace" | "storageClassName" | "protectData" | "existingClaim" | "transforms"> & {
            capacity: string;
            retainData: boolean;
        },
        metadata: (child: string) => k8s.types.input.meta.v1.ObjectMeta,
        options: pulumi.CustomResourceOptions,
    ): k8s.core.v1.PersistentVolumeClaim {
        if (args.existingClaim !== undefined) {
            // By a name of its own: of a claim that this stack had made, a reading by its name would take the place.
            const id = pulumi.interpolate`${args.namespace}/${args.existingClaim}`;
            return k8s.core.v1.PersistentVolumeClaim.get(`${name}-existing-data`, id, options);
        }
        return new k8s.core.v1.PersistentVolumeClaim(
            `${name}-data`,
            ...transformed(
                args.transforms?.claim,
                {
                    metadata: {
                        ...metadata(nfsServerClaimName(name)),
                        // Most classes bind when the first pod comes, which itself waits for this claim.
                        annotations: { "pulumi.com/skipAwait": "true" },
                    },
                    spec: {
                        accessModes: ["ReadWriteOnce"],
                        ...(args.storageClassName !== undefined && { storageClassName: args.storageClassName }),
                        resources: { requests: { storage: args.capacity } },
                    },
                },
                // For a change of these Pulumi makes a new claim, and the data goes with the old one.
                {
                    ...options,
                    ...protection(args.protectData),
                    retainOnDelete: args.retainData,
                    ignoreChanges: ["accessModes", "selector", "storageClassName", "volumeName"].map(
                        (field) => `spec.${field}`,
                    ),
                },
            ),
        );
    }

    /** What the claim asks for; says so when an existing one does not ask for what is wanted. */
    private sizeOf(claim: k8s.core.v1.PersistentVolumeClaim, wanted: string): pulumi.Output<string> {
        return pulumi.all([claim.spec, claim.metadata]).apply(([spec, { name, namespace }]) => {
            const size = spec?.resources?.requests?.storage ?? wanted;
            if (size !== wanted) {
                const patch = JSON.stringify({ spec: { resources: { requests: { storage: wanted } } } });
                void pulumi.log.warn(
                    `the volume behind the share is not this stack's and keeps its ${size}, although ${wanted} is configured. If ` +
                        `its StorageClass can grow it: kubectl --namespace ${namespace} patch pvc ${name} --patch '${patch}', ` +
                        "then pulumi up --refresh",
                    claim,
                );
            }
            return size;
        });
    }
}
