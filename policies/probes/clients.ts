// The long-running containers that a broken share, or a restart of its server,
// can hold up: those that have it mounted, and those that serve it.
import {
    at,
    type Container,
    containersOf,
    type KubernetesObject,
    type Maybe,
    podSpec,
    type Shares,
    sharesOf,
} from "@nfs-storage-stack/policies-shared";
import { isExempt } from "./exemptions";

const NFS_PORT = 2049;

export interface Client {
    workload: KubernetesObject;
    container: Container;
    /** Where it has shares mounted. */
    mountPaths: Maybe<string>[];
}

/** Containers with a share mounted, and what is said of workloads of which that is not known yet. */
export function clientsOf(objects: readonly KubernetesObject[]): { clients: Client[]; open: Shares["open"] } {
    const { mounts, open } = sharesOf(objects);
    const clients = new Map<string, Client>();
    for (const { workload, container, mountPath } of mounts) {
        if (isExempt(container, workload) !== false) continue;
        const key = `${workload.urn} ${container.path}`;
        const client = clients.get(key) ?? { workload, container, mountPaths: [] };
        clients.set(key, { ...client, mountPaths: [...client.mountPaths, mountPath] });
    }
    return { clients: [...clients.values()], open };
}

/** Containers that say that they listen where NFS does. */
export function serversOf(
    objects: readonly KubernetesObject[],
): { workload: KubernetesObject; container: Container }[] {
    return objects
        .filter((object) => podSpec(object) !== undefined)
        .flatMap((workload) => containersOf(workload).map((container) => ({ workload, container })))
        .filter(({ workload, container }) => isExempt(container, workload) === false && servesNfs(container));
}

function servesNfs({ value }: Container): boolean {
    const ports = at(value, "ports");
    return Array.isArray(ports) && ports.some((port) => at(port, "containerPort") === NFS_PORT);
}
