// What the stack tells about itself: `pulumi stack output`, `make outputs`.

import { clientPod, type Evidence, serverPod } from "@nfs-storage-stack/contract";
import * as pulumi from "@pulumi/pulumi";
import type { NfsStorageStack } from "./components";
import type { PlacedPods } from "./components/placed-pods";
import type { ClusterSettings } from "./settings";
import { shellWord } from "./settings/shown";

export interface StackOutputs {
    server: {
        address: string;
        port: number;
        path: string;
        /** By digest; null where somebody else runs the server. */
        image: string | null;
        /** Where its objects are; null where somebody else runs it. */
        namespace: string | null;
    };
    volume: {
        persistentVolume: string;
        claim: string;
        namespace: string;
        /** Of the claim. */
        phase: string;
        capacity: string;
        /** As the PersistentVolume asks for them. */
        mountOptions: string[];
    };
    writer: ClientOutputs;
    readers: ClientOutputs & { replicas: number };
    /** The proof: see the contract. */
    visibility: Evidence;
    /** The command that makes the readers' page reachable, at the address that it prints. */
    page: string;
}

interface ClientOutputs {
    namespace: string;
    service: string;
    /** By digest. */
    image: string;
    /** Those that were there when the check had passed, and where they run: one node for each pod, in the same order. */
    pods: string[];
    nodes: string[];
}

/** Property by property, so that a preview shows those that are known. */
type OutputsOf<T> = { [K in keyof T]: pulumi.Input<T[K]> };
type Outputs = {
    [K in Exclude<keyof StackOutputs, "visibility" | "page">]: OutputsOf<StackOutputs[K]>;
} & OutputsOf<Pick<StackOutputs, "visibility" | "page">>;

export function outputsOf(stack: NfsStorageStack, cluster: ClusterSettings): Outputs {
    const { server, volume, writer, readers } = stack;
    const namespace = volume.namespace;
    return {
        server: {
            address: stack.export.address,
            port: serverPod.nfsPort,
            path: stack.export.path,
            image: server?.image ?? null,
            namespace: server?.pods.namespace ?? null,
        },
        volume: {
            persistentVolume: volume.persistentVolume,
            claim: volume.claim,
            namespace,
            phase: volume.phase,
            capacity: volume.capacity,
            mountOptions: [...volume.mountOptions],
        },
        writer: {
            namespace,
            service: writer.names.service,
            image: stack.clientImage,
            ...placed(stack.writerPods),
        },
        readers: {
            namespace,
            service: readers.names.service,
            image: stack.clientImage,
            replicas: readers.replicas,
            ...placed(stack.readerPods),
        },
        visibility: stack.check.evidence,
        page: pulumi
            .all([namespace, readers.names.service])
            .apply(([where, service]) => pageCommand(cluster, where, service)),
    };
}

const placed = (pods: pulumi.Output<PlacedPods>) => ({
    pods: pods.apply(({ pods }) => pods),
    nodes: pods.apply(({ nodes }) => nodes),
});

/** A free port of this machine is chosen by kubectl, which prints it. */
export function pageCommand({ context, kubeconfig }: ClusterSettings, namespace: string, service: string): string {
    return [
        "kubectl",
        ...(kubeconfig === undefined ? [] : ["--kubeconfig", shellWord(kubeconfig)]),
        ...["--context", shellWord(context), "--namespace", namespace],
        ...["port-forward", `service/${service}`, `:${clientPod.httpPort}`],
    ].join(" ");
}
