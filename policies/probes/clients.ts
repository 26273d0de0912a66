// The long-running containers that a broken share, or a restart of its server,
// can hold up: those that have it mounted, and those that serve it.
import {
    type Container,
    containersOf,
    type KubernetesObject,
    type Maybe,
    podSpec,
    type Shares,
    servesNfs,
    sharesOf,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { isExempt } from "./exemptions";

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
        const exempt = isExempt(container, workload);
        if (exempt === UNKNOWN) open.push(mayLast(workload, container));
        if (exempt !== false) continue;
        const key = `${workload.urn} ${container.path}`;
        const client = clients.get(key) ?? { workload, container, mountPaths: [] };
        clients.set(key, { ...client, mountPaths: [...client.mountPaths, mountPath] });
    }
    return { clients: [...clients.values()], open };
}

/** Whether it goes on running is not known yet. */
const mayLast = (workload: KubernetesObject, { path }: Container): Shares["open"][number] => ({
    urn: workload.urn,
    subject: titleOf(workload),
    unknown: [`${path}.restartPolicy`],
});

/** Containers that say that they listen where NFS does, and what is said of those of which that is not known yet. */
export function serversOf(objects: readonly KubernetesObject[]): Pick<ReturnType<typeof clientsOf>, "open"> & {
    servers: Omit<Client, "mountPaths">[];
} {
    const all = objects
        .filter((object) => podSpec(object) !== undefined)
        .flatMap((workload) => containersOf(workload).map((container) => ({ workload, container })));
    const lasting = all.filter(({ workload, container }) => isExempt(container, workload) === false);
    const maybe = all.filter(({ workload, container }) => isExempt(container, workload) === UNKNOWN);
    const mayServe = lasting.filter(({ container }) => servesNfs(container) === UNKNOWN);
    return {
        servers: lasting.filter(({ container }) => servesNfs(container) === true),
        open: [
            ...mayServe.map(({ workload, container }) => ({
                urn: workload.urn,
                subject: titleOf(workload),
                unknown: [`${container.path}.ports`],
            })),
            ...maybe
                .filter(({ container }) => servesNfs(container) !== false)
                .map(({ workload, container }) => mayLast(workload, container)),
        ],
    };
}
