// Which pods are behind a Service, and on which nodes: what the cluster says
// once they are ready. Names of a Deployment's pods are known to nobody earlier.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** One node for each pod, in the same order. */
export interface PlacedPods {
    readonly pods: string[];
    readonly nodes: string[];
}

/** The parts of an Endpoints object that matter here, as the cluster gives them. */
export interface EndpointSubset {
    readonly addresses?: readonly EndpointAddress[];
    readonly notReadyAddresses?: readonly EndpointAddress[];
}
interface EndpointAddress {
    readonly nodeName?: string;
    readonly targetRef?: { readonly kind?: string; readonly name?: string };
}

/** The pods, sorted by name; ready or not, because readers are not while a changed writer starts. Pure. */
export function placedPods(subsets: readonly EndpointSubset[] | undefined): PlacedPods {
    const placed = new Map(
        (subsets ?? [])
            .flatMap(({ addresses, notReadyAddresses }) => [...(addresses ?? []), ...(notReadyAddresses ?? [])])
            .filter(({ targetRef }) => targetRef?.kind === "Pod")
            .map(({ targetRef, nodeName }) => [targetRef?.name ?? "", nodeName ?? ""]),
    );
    const pods = [...placed.keys()].sort();
    return { pods, nodes: pods.map((pod) => placed.get(pod) ?? "") };
}

/** Reads them once everything in `after` is ready. */
export function readPlacedPods(
    name: string,
    service: k8s.core.v1.Service,
    after: readonly pulumi.CustomResource[],
    parent: pulumi.Resource,
): pulumi.Output<PlacedPods> {
    // Unknown until all of them exist, so that a first preview does not look for what is not there.
    const id = pulumi.all([service.id, ...after.map((resource) => resource.id)]).apply(([of]) => of ?? "");
    const endpoints = k8s.core.v1.Endpoints.get(name, id, { parent, dependsOn: [...after] });
    return endpoints.subsets.apply(placedPods);
}
