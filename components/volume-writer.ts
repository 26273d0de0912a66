// The pod that writes verifiable records on the share, and goes on changing
// them. There is one, so that the records are one chain.

import { clientDefaults, clientPod, roles } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { assigned } from "./assigned";
import type { ClientArgs, WriterContact } from "./client-args";
import { clientPodSpec, httpService, literal, mountAnnotations } from "./client-pod";
import { httpUrl } from "./export";
import { kubernetesName, podLabels, workloadName } from "./names";
import { type ComponentOptions, childOptions, ownOptions, podTimeouts } from "./options";
import { away, type Placement, type PodGroup, tolerations } from "./placement";
import { probes } from "./probes";
import { singlePodSet } from "./single-pod";
import { type Transform, transformed } from "./transform";

export interface VolumeWriterArgs extends ClientArgs {
    /** What the deployment is; part of every record. */
    readonly revision: pulumi.Input<string>;
    /** Any text; part of every record, shown by the readers. @default "hello from the writer" */
    readonly message?: pulumi.Input<string>;
    /** Milliseconds from one record to the next. @default 250 */
    readonly writeIntervalMs?: number;
    /** Bytes that a record takes at least; padded, where it says less. @default 0 */
    readonly recordBytes?: number;
    /** How many records are synced at once; none waits longer than a second. @default 1 */
    readonly recordsPerSync?: number;
    /**
     * Who keeps away from the writer: it keeps away from them, too. They repel it in any case; but only a pod that has the
     * term itself is looked at again as soon as they are gone (the scheduler of 1.35, plugin InterPodAffinity,
     * isSchedulableAfterPodChange), and else within five minutes. @default nobody
     */
    readonly readers?: PodGroup;
    /** Whether they must, or only should, keep away from each other. @default "required" */
    readonly placement?: Placement;
    /** Bytes that the journal may take on the share; the oldest records go first. @default 16 MiB */
    readonly journalBytes?: number;
    readonly transforms?: {
        readonly service?: Transform<k8s.core.v1.ServiceArgs>;
        readonly statefulSet?: Transform<k8s.apps.v1.StatefulSetArgs>;
    };
}

/**
 * Nobody else's, on whatever share: of this writer, in this stack, in this cluster, which its oldest namespace tells from
 * others with stacks of the same name. The same when the stack is made again, so that the journal is found again.
 */
function journalName(name: string, parent: pulumi.Resource): pulumi.Output<string> {
    const system = k8s.core.v1.Namespace.get(`${name}-cluster`, "kube-system", { parent });
    return assigned(system.metadata.uid, "uid to the namespace kube-system").apply((uid) =>
        kubernetesName(pulumi.getProject(), pulumi.getStack(), name, uid.slice(0, 8)),
    );
}

export const volumeWriterDefaults = {
    message: "hello from the writer",
    writeIntervalMs: clientDefaults.writeIntervalMs,
    recordBytes: clientDefaults.recordBytes,
    recordsPerSync: clientDefaults.recordsPerSync,
    journalBytes: clientDefaults.journalBytes,
} as const;

export class VolumeWriter extends pulumi.ComponentResource implements WriterContact {
    readonly pods: PodGroup;
    readonly url: pulumi.Output<string>;
    readonly journalName: pulumi.Output<string>;
    readonly names: {
        readonly statefulSet: pulumi.Output<string>;
        readonly service: pulumi.Output<string>;
        /** Of its only pod. */
        readonly pod: pulumi.Output<string>;
    };
    readonly service: k8s.core.v1.Service;
    readonly ready: readonly pulumi.CustomResource[];

    constructor(name: string, args: VolumeWriterArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:VolumeWriter", name, {}, ownOptions(opts));
        const { namespace, image, claim, identity, server, transforms } = args;
        const labels = podLabels(roles.writer, workloadName(name));
        const metadata = { namespace, labels, name: workloadName(name) };
        this.pods = { namespace, labels };
        this.journalName = journalName(name, this);
        const settings = {
            writeIntervalMs: args.writeIntervalMs ?? volumeWriterDefaults.writeIntervalMs,
            recordBytes: args.recordBytes ?? volumeWriterDefaults.recordBytes,
            recordsPerSync: args.recordsPerSync ?? volumeWriterDefaults.recordsPerSync,
            journalBytes: args.journalBytes ?? volumeWriterDefaults.journalBytes,
        };
        const { env } = clientPod;

        const service = new k8s.core.v1.Service(
            `${name}-service`,
            ...transformed(
                transforms?.service,
                // The clock tells the time also while nothing can be written.
                httpService(metadata, true),
                childOptions(this, opts),
            ),
        );
        const statefulSet = new k8s.apps.v1.StatefulSet(
            name,
            ...transformed(
                transforms?.statefulSet,
                {
                    metadata,
                    spec: singlePodSet({
                        name: workloadName(name),
                        labels,
                        ...mountAnnotations(args.dataId),
                        spec: clientPodSpec(
                            {
                                role: "writer",
                                image,
                                claim,
                                access: "read-write",
                                identity,
                                affinity: away({ from: args.readers, placement: args.placement, server }),
                                tolerations: tolerations(args.tolerationSeconds),
                                env: {
                                    [env.writerName]: this.journalName,
                                    [env.revision]: args.revision,
                                    [env.message]: pulumi
                                        .output(args.message ?? volumeWriterDefaults.message)
                                        .apply(literal),
                                    [env.writeIntervalMs]: String(settings.writeIntervalMs),
                                    [env.recordBytes]: String(settings.recordBytes),
                                    [env.recordsPerSync]: String(settings.recordsPerSync),
                                    [env.journalBytes]: String(settings.journalBytes),
                                },
                            },
                            probes(clientPod.httpPort),
                        ),
                    }),
                },
                // Two writers would fork the chain.
                { ...childOptions(this, opts, service), deleteBeforeReplace: true, customTimeouts: podTimeouts },
            ),
        );

        const address = assigned(service.spec.clusterIP, `address to the Service ${workloadName(name)}`);
        this.url = address.apply((ip) => httpUrl(ip, clientPod.httpPort));
        this.names = {
            statefulSet: statefulSet.metadata.name,
            service: service.metadata.name,
            pod: pulumi.interpolate`${statefulSet.metadata.name}-0`,
        };
        this.service = service;
        this.ready = [statefulSet, service];
        this.registerOutputs({ ...this.names, url: this.url });
    }
}
