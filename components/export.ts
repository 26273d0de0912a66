// What a server offers and a volume needs: all that the two know of each other.
import { isIPv6 } from "node:net";
import type { Output, Resource } from "@pulumi/pulumi";

/** An NFS server's export, whoever runs the server: NfsServer and ExternalNfs give it, NfsVolume takes it. */
export interface NfsExport {
    /** IP address: the node mounts from it, where names of Services do not resolve. */
    readonly address: Output<string>;
    /** As a client mounts it, such as /share. */
    readonly path: string;
    /** Highest version that the server speaks, such as "4.2". */
    readonly nfsVersion: string;
    /**
     * Another one is other data behind the same address: mounts made before are stale then, and pods that have them must
     * be made anew. Undefined where nobody tells.
     */
    readonly dataId?: Output<string>;
    /** What must be ready before the export can be mounted, and must outlive everything that mounts it. */
    readonly ready: readonly Resource[];
}

/** The base of a URL for an address of either family. */
export function httpUrl(address: string, port: number): string {
    return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
