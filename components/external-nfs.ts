// An NFS server that somebody else runs: a filer, a cloud's file share. It
// makes nothing, and gives what NfsServer gives, so that a volume can't tell
// the two apart.
import * as pulumi from "@pulumi/pulumi";
import type { NfsExport } from "./export";
import { type ComponentOptions, ownOptions } from "./options";

export interface ExternalNfsArgs {
    /** IP address that every node can reach. */
    readonly address: pulumi.Input<string>;
    /** What clients mount, such as /share. */
    readonly path: string;
    /** Highest version that it speaks. @default "4.2" */
    readonly nfsVersion?: string;
}

export const externalNfsDefaults = { nfsVersion: "4.2" } as const;

export class ExternalNfs extends pulumi.ComponentResource {
    readonly export: NfsExport;

    constructor(name: string, args: ExternalNfsArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:ExternalNfs", name, {}, ownOptions(opts));
        const { path, nfsVersion = externalNfsDefaults.nfsVersion } = args;
        this.export = { address: pulumi.output(args.address), path, nfsVersion, ready: opts?.dependsOn ?? [] };
        this.registerOutputs({ export: { address: this.export.address, path, nfsVersion } });
    }
}
