// The proof: a pod that runs once, on another node than the writer's, reads
// what the writer wrote for this very revision, and leaves evidence in its
// termination message. While it has not passed, `pulumi up` has not succeeded.

import { clientDefaults, clientPod, type Evidence, roles } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { evidenceOf } from "./check-evidence";
import type { ClientArgs, WriterContact } from "./client-args";
import { clientPodSpec } from "./client-pod";
import { kubernetesName, namedAfter, podLabels } from "./names";
import { type ComponentOptions, childOptions, ownOptions } from "./options";
import { away, type Placement } from "./placement";
import { type Transform, transformed } from "./transform";

export interface VisibilityCheckArgs extends ClientArgs {
    readonly writer: WriterContact;
    /** What the deployment is: only records of this revision count, and another revision is checked anew. */
    readonly revision: pulumi.Input<string>;
    /** As the volume asks for them: compared with what the node mounted with. */
    readonly mountOptions: readonly string[];
    /** How many records of the revision must be verified. @default 20 */
    readonly records?: number;
    /** Milliseconds after which one attempt gives up, with a failed verdict. @default 60000 */
    readonly timeoutMs?: number;
    /** Milliseconds from one look at the share to the next. @default 50 */
    readonly pollIntervalMs?: number;
    /**
     * Whether it must, or only should, keep away from the writer's node. On the writer's node it proves less: the two
     * share an NFS client there. @default "required"
     */
    readonly placement?: Placement;
    readonly transforms?: { readonly pod?: Transform<k8s.core.v1.PodArgs> };
}

export const visibilityCheckDefaults = {
    records: clientDefaults.checkRecords,
    timeoutMs: clientDefaults.checkTimeoutMs,
    pollIntervalMs: clientDefaults.pollIntervalMs,
    placement: "required",
} as const;

/** Until a pod runs, and after its end until that is known. */
const START_SECONDS = 30;

export class VisibilityCheck extends pulumi.ComponentResource {
    readonly evidence: pulumi.Output<Evidence>;
    readonly names: { readonly pod: pulumi.Output<string> };
    /** What is there once the check has passed. */
    readonly passed: readonly pulumi.CustomResource[];

    constructor(name: string, args: VisibilityCheckArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:VisibilityCheck", name, {}, ownOptions(opts));
        const { namespace, image, claim, identity, server, writer, transforms } = args;
        const settings = {
            records: args.records ?? visibilityCheckDefaults.records,
            timeoutMs: args.timeoutMs ?? visibilityCheckDefaults.timeoutMs,
            pollIntervalMs: args.pollIntervalMs ?? visibilityCheckDefaults.pollIntervalMs,
            placement: args.placement ?? visibilityCheckDefaults.placement,
        };
        const { env } = clientPod;
        const limit = `${Math.ceil(settings.timeoutMs / 1000) + START_SECONDS}s`;
        const pod = new k8s.core.v1.Pod(
            name,
            ...transformed(
                transforms?.pod,
                {
                    // Named by Pulumi, so that the next check comes before this one's evidence goes.
                    metadata: {
                        namespace,
                        labels: podLabels(roles.check, kubernetesName(name)),
                        ...namedAfter(name),
                        // The provider's own wait for a pod begins anew with each event of its namespace, and never ends
                        // while something there is restarted; this one ends (pulumi-kubernetes 4.25, await/pod.go).
                        annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Succeeded" },
                    },
                    spec: {
                        ...clientPodSpec({
                            role: "check",
                            image,
                            claim,
                            access: "read-only",
                            identity,
                            affinity: away({ from: writer.pods, placement: settings.placement, server }),
                            env: {
                                [env.revision]: args.revision,
                                [env.writerName]: writer.journalName,
                                [env.writerUrl]: writer.url,
                                [env.mountOptions]: args.mountOptions.join(","),
                                [env.checkRecords]: String(settings.records),
                                [env.checkTimeoutMs]: String(settings.timeoutMs),
                                [env.pollIntervalMs]: String(settings.pollIntervalMs),
                                [env.allowSameNode]: String(settings.placement === "preferred"),
                            },
                        }),
                        restartPolicy: "OnFailure",
                    },
                },
                {
                    ...childOptions(this, opts),
                    deleteBeforeReplace: false,
                    // One whole attempt, and what comes before it: its image is on the readers' nodes already.
                    customTimeouts: { create: limit, update: limit },
                },
            ),
        );

        this.passed = [pod];
        this.names = { pod: pod.metadata.name };
        this.evidence = pulumi.all([pod.status, pod.metadata.name]).apply(([status, podName]) => {
            const evidence = evidenceOf(status);
            if (evidence !== undefined) {
                return pulumi.output(evidence);
            }
            if (pulumi.runtime.isDryRun()) {
                return pulumi.output(pulumi.unknown) as unknown as pulumi.Output<Evidence>;
            }
            throw new pulumi.ResourceError(
                `the pod ${podName} ended without evidence; delete it with kubectl, run \`pulumi refresh\`, and \`pulumi up\` checks again`,
                pod,
                true,
            );
        });
        this.registerOutputs({ evidence: this.evidence, pod: this.names.pod });
    }
}
