// The pods that read the share and verify what the writer writes. Neither the
// revision nor the message is part of them: they go on reading, without a
// restart, while these change.

import { clientDefaults, clientPod, roles } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClientArgs, WriterContact } from "./client-args";
import { clientPodSpec, httpService, mountAnnotations } from "./client-pod";
import { kubernetesName, partLabels, podLabels, workloadName } from "./names";
import { type ComponentOptions, childOptions, ownOptions, podTimeouts } from "./options";
import { away, type Placement, type PodGroup, spread, tolerations } from "./placement";
import { probes } from "./probes";
import { type Transform, transformed } from "./transform";

export interface VolumeReadersArgs extends ClientArgs {
    readonly writer: WriterContact;
    /** Name of the volume that the claim is bound to, for their page. @default not shown */
    readonly volume?: pulumi.Input<string>;
    /** How many. @default 2 */
    readonly replicas?: number;
    /** Milliseconds from one look at the share to the next. @default 50 */
    readonly pollIntervalMs?: number;
    /** Unready when the newest verified record is older than this many milliseconds. @default 10000 */
    readonly freshnessMs?: number;
    /** Whether they must, or only should, keep away from the writer's node. @default "required" */
    readonly placement?: Placement;
    readonly transforms?: {
        readonly service?: Transform<k8s.core.v1.ServiceArgs>;
        readonly deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
        readonly priorityClass?: Transform<k8s.scheduling.v1.PriorityClassArgs>;
    };
}

/** The pods of the readers that are called so, before there are any. */
export const readerPods = (name: string, namespace: pulumi.Input<string>): PodGroup => ({
    namespace,
    labels: podLabels(roles.reader, workloadName(name)),
});

/** Of pods that only watch; those without a class have 0 (Kubernetes' DefaultPriorityWhenNoDefaultClassExists). */
const WATCHING = -1;

export const volumeReadersDefaults = {
    replicas: 2,
    pollIntervalMs: clientDefaults.pollIntervalMs,
    freshnessMs: clientDefaults.freshnessMs,
    placement: "required",
} as const;

export class VolumeReaders extends pulumi.ComponentResource {
    readonly pods: PodGroup;
    readonly replicas: number;
    readonly names: { readonly deployment: pulumi.Output<string>; readonly service: pulumi.Output<string> };
    readonly service: k8s.core.v1.Service;
    readonly ready: readonly pulumi.CustomResource[];

    constructor(name: string, args: VolumeReadersArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:VolumeReaders", name, {}, ownOptions(opts));
        const { namespace, image, claim, identity, server, writer, transforms } = args;
        this.pods = readerPods(name, namespace);
        const { labels } = this.pods;
        const metadata = { namespace, labels, name: workloadName(name) };
        this.replicas = args.replicas ?? volumeReadersDefaults.replicas;

        const placement = args.placement ?? volumeReadersDefaults.placement;
        const priority = placement === "required" ? this.givingWay(name, transforms?.priorityClass, opts) : undefined;

        const service = new k8s.core.v1.Service(
            `${name}-service`,
            ...transformed(transforms?.service, httpService(metadata, false), childOptions(this, opts)),
        );
        const deployment = new k8s.apps.v1.Deployment(
            name,
            ...transformed(
                transforms?.deployment,
                {
                    metadata,
                    spec: {
                        replicas: this.replicas,
                        selector: { matchLabels: labels },
                        template: {
                            metadata: { labels, ...mountAnnotations(args.dataId) },
                            spec: {
                                ...clientPodSpec(
                                    {
                                        role: "reader",
                                        image,
                                        claim,
                                        access: "read-only",
                                        identity,
                                        affinity: away({ from: writer.pods, placement, server }),
                                        tolerations: tolerations(args.tolerationSeconds),
                                        env: {
                                            [clientPod.env.writerName]: writer.journalName,
                                            [clientPod.env.writerUrl]: writer.url,
                                            [clientPod.env.claimName]: claim,
                                            ...(args.volume !== undefined && {
                                                [clientPod.env.volumeName]: args.volume,
                                            }),
                                            [clientPod.env.pollIntervalMs]: String(
                                                args.pollIntervalMs ?? volumeReadersDefaults.pollIntervalMs,
                                            ),
                                            [clientPod.env.freshnessMs]: String(
                                                args.freshnessMs ?? volumeReadersDefaults.freshnessMs,
                                            ),
                                        },
                                    },
                                    probes(clientPod.httpPort),
                                ),
                                topologySpreadConstraints: spread(labels),
                                ...(priority && { priorityClassName: priority.metadata.name }),
                            },
                        },
                    },
                },
                {
                    ...childOptions(this, opts, service),
                    // As the provider does with a given name; said here because the engine does not ask it again when an
                    // interrupted replacement of the volume has deleted this already, and would delete the new one, too.
                    deleteBeforeReplace: true,
                    customTimeouts: podTimeouts,
                },
            ),
        );

        this.names = { deployment: deployment.metadata.name, service: service.metadata.name };
        this.service = service;
        this.ready = [deployment, service];
        this.registerOutputs({ ...this.names, replicas: this.replicas });
    }
    /**
     * That readers have to be away from the writer also keeps the writer away from readers: when its node is lost, and they
     * are on all others, it would wait for ever. So they give way to it.
     */
    private givingWay(
        name: string,
        transform: Transform<k8s.scheduling.v1.PriorityClassArgs> | undefined,
        opts: ComponentOptions | undefined,
    ): k8s.scheduling.v1.PriorityClass {
        // Not the project's name first: one that begins with `system-` is Kubernetes' own.
        const className = kubernetesName("watching", pulumi.getProject(), pulumi.getStack(), name);
        return new k8s.scheduling.v1.PriorityClass(
            `${name}-priority`,
            ...transformed(
                transform,
                {
                    metadata: { name: className, labels: partLabels(className) },
                    value: WATCHING,
                    preemptionPolicy: "Never",
                    description: "pods that only watch, and give way to the one that writes",
                },
                childOptions(this, opts),
            ),
        );
    }
}
