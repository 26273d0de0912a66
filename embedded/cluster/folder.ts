// Where everything of a cluster is: one folder, readable by its owner only.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { stateDirectory } from "../paths";
import { UserError } from "../steps";

const NAME = /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/;

export interface NodeFolder {
    root: string;
    /** What the node sees at /host, and can't change. */
    host: string;
    /** In `host`: where the node's own services log. */
    logs: string;
    /** The node's disks that can be written: DATA_DISK and CHANGES. */
    disks: string;
}

/** Everything a node keeps between boots. */
export const DATA_DISK = "data.img";
/** What a node changes on the root disk that all nodes share; thrown away at each boot. */
export const CHANGES = "changes.cow";

export interface ClusterFolder {
    root: string;
    definition: string;
    kubeconfig: string;
    certificates: string;
    logs: string;
    etcd: string;
    registry: string;
    /** Written for a supervisor at its start. */
    run: string;
    status: string;
    /** Identity of the outermost process of the supervisor. */
    supervisor: string;
    /** Held by every process of the cluster, so it is free when, and only when, all are gone. */
    held: string;
    node(name: string): NodeFolder;
}

const clusters = (): string => join(stateDirectory(), "clusters");

/** @throws UserError when the name can't name a cluster. */
export function clusterFolder(name: string): ClusterFolder {
    if (!NAME.test(name)) {
        throw new UserError(
            `"${name}" can't name a cluster: use 1 to 32 lower-case letters, digits and hyphens, starting with a letter`,
        );
    }
    const root = join(clusters(), name);
    const at = (...parts: string[]): string => join(root, ...parts);
    return {
        root,
        definition: at("cluster.json"),
        kubeconfig: at("kubeconfig"),
        certificates: at("pki"),
        logs: at("logs"),
        etcd: at("etcd"),
        registry: at("registry"),
        run: at("run"),
        status: at("status.json"),
        supervisor: at("supervisor.pid"),
        held: at("held"),
        node: (node) => ({
            root: at(node),
            host: at(node, "host"),
            logs: at(node, "host", "logs"),
            disks: at(node, "disks"),
        }),
    };
}

/** All clusters of this user, running or not. */
export function existingClusters(): string[] {
    if (!existsSync(clusters())) return [];
    return readdirSync(clusters())
        .filter((name) => NAME.test(name) && existsSync(clusterFolder(name).definition))
        .sort();
}
