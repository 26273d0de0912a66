// The whole stack, wired: a server (or somebody else's), a volume, a writer,
// readers, and the check that proves that they see the same data. What each
// part is, is said in its own file.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { defined } from "./defined";
import type { NfsExport } from "./export";
import { ExternalNfs, type ExternalNfsArgs } from "./external-nfs";
import type { Identity } from "./identity";
import { kubernetesName, partLabels } from "./names";
import { NfsServer, type NfsServerArgs, nfsServerClaimName, nfsServerDefaults } from "./nfs-server";
import { NfsVolume, type NfsVolumeArgs, nfsVolumeName } from "./nfs-volume";
import { type ComponentOptions, childOptions, ownOptions, protection } from "./options";
import { type PlacedPods, readPlacedPods } from "./placed-pods";
import type { Placement } from "./placement";
import { type ImageSource, PodImage, type PodImageArgs } from "./pod-image";
import { type RevisionParts, revisionOf } from "./revision";
import { type PodSecurityLevel, podSecurityLabels } from "./security";
import { type Transform, transformed } from "./transform";
import { VisibilityCheck, type VisibilityCheckArgs } from "./visibility-check";
import { readerPods, VolumeReaders, type VolumeReadersArgs } from "./volume-readers";
import { VolumeWriter, type VolumeWriterArgs, volumeWriterDefaults } from "./volume-writer";

/** A server that the stack runs; the rest of NfsServer's arguments are the stack's own. */
export interface ManagedServer
    extends Omit<
        NfsServerArgs,
        "namespace" | "capacity" | "identity" | "protectData" | "existingClaim" | "tolerationSeconds" | "transforms"
    > {
    /**
     * Use the namespace and the claim that an earlier stack of this name kept (`retainData`), instead of new ones: the
     * Kubernetes provider refuses to create what exists. They stay when this stack is destroyed, too. @default false
     */
    readonly adoptData?: boolean;
}

export interface NfsStorageStackArgs {
    /** A server to run, or the address of one that exists. */
    readonly server: ManagedServer | ExternalNfsArgs;
    /** The image of the writer, the readers and the check. */
    readonly clientImage: ImageSource;
    /** Size of the volume behind the share, when it is made, and what the claim asks for. @default "1Gi" */
    readonly capacity?: string;
    /** The size that the claim keeps while pods of others use it: see NfsVolumeArgs. @default as capacity */
    readonly claimSize?: string;
    /**
     * Refuse to delete, or to replace, what holds the data and what everything that mounts it depends on: volumes, claims,
     * namespaces, the server and its address. `pulumi destroy` ends at its preview then. @default false
     */
    readonly protectData?: boolean;
    /** @default see mount-options.ts */
    readonly mountOptions?: readonly string[];
    /** Whom the server takes every client for, and whom the clients run as. @default 10001:10001 */
    readonly identity?: Identity;
    /** @default "required" */
    readonly placement?: Placement;
    /** Seconds after which pods of the stack leave a node that is unreachable. @default 30 */
    readonly tolerationSeconds?: number;
    readonly writer?: Pick<VolumeWriterArgs, "writeIntervalMs" | "recordBytes" | "recordsPerSync" | "journalBytes"> & {
        /** Any text; part of every record. @default "hello from the writer" */
        readonly message?: string;
    };
    readonly readers?: Pick<VolumeReadersArgs, "replicas" | "pollIntervalMs" | "freshnessMs">;
    readonly check?: Pick<VisibilityCheckArgs, "records" | "timeoutMs" | "pollIntervalMs">;
    /** Of the children, by component. */
    readonly transforms?: {
        readonly serverNamespace?: Transform<k8s.core.v1.NamespaceArgs>;
        readonly clientNamespace?: Transform<k8s.core.v1.NamespaceArgs>;
        readonly clientImage?: PodImageArgs["transforms"];
        readonly server?: NfsServerArgs["transforms"];
        readonly volume?: NfsVolumeArgs["transforms"];
        readonly writer?: VolumeWriterArgs["transforms"];
        readonly readers?: VolumeReadersArgs["transforms"];
        readonly check?: VisibilityCheckArgs["transforms"];
    };
}

export const nfsStorageStackDefaults = { adoptData: false, protectData: false } as const;

export class NfsStorageStack extends pulumi.ComponentResource {
    /** Undefined where somebody else runs the server. */
    readonly server: NfsServer | undefined;
    readonly export: NfsExport;
    readonly volume: NfsVolume;
    readonly writer: VolumeWriter;
    readonly readers: VolumeReaders;
    readonly check: VisibilityCheck;
    /** What the deployment is; see revision.ts. */
    readonly revision: pulumi.Output<string>;
    /** Of the writer, the readers and the check, by digest. */
    readonly clientImage: pulumi.Output<string>;
    /** Those that were there when the check had passed. */
    readonly writerPods: pulumi.Output<PlacedPods>;
    readonly readerPods: pulumi.Output<PlacedPods>;

    constructor(name: string, args: NfsStorageStackArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:NfsStorageStack", name, {}, ownOptions(opts));
        const { transforms, placement, identity, capacity } = args;
        const within = (...dependsOn: pulumi.Resource[]): ComponentOptions => ({
            parent: this,
            dependsOn: [...(opts?.dependsOn ?? []), ...dependsOn],
        });

        if ("clientNetworks" in args.server) {
            this.server = this.run(args.server, name, args, opts, within);
            this.export = this.server.export;
        } else {
            this.export = new ExternalNfs(`${name}-server`, args.server, within()).export;
        }
        const protect = protection(args.protectData);
        const namespace = this.namespace(name, "clients", "restricted", transforms?.clientNamespace, opts, protect);
        this.clientImage = new PodImage(
            `${name}-client-image`,
            { image: "visibility", source: args.clientImage, transforms: transforms?.clientImage },
            within(),
        ).reference;
        this.volume = new NfsVolume(
            volumeNameOf(name),
            {
                export: this.export,
                namespace: namespace.metadata.name,
                capacity: this.server?.capacity ?? capacity,
                claimSize: args.claimSize,
                mountOptions: args.mountOptions,
                protectData: args.protectData,
                transforms: transforms?.volume,
            },
            within(namespace),
        );

        const writer = { ...volumeWriterDefaults, ...defined(args.writer ?? {}) };
        this.revision = this.revise(writer);
        const client = {
            namespace: namespace.metadata.name,
            claim: this.volume.claim,
            dataId: this.export.dataId,
            image: this.clientImage,
            identity,
            tolerationSeconds: args.tolerationSeconds,
            server: this.server?.pods,
        };
        const readersName = `${name}-readers`;
        this.writer = new VolumeWriter(
            `${name}-writer`,
            {
                ...client,
                ...writer,
                revision: this.revision,
                readers: readerPods(readersName, namespace.metadata.name),
                placement,
                transforms: transforms?.writer,
            },
            within(...this.volume.ready),
        );
        this.readers = new VolumeReaders(
            readersName,
            {
                ...client,
                ...args.readers,
                writer: this.writer,
                volume: this.volume.persistentVolume,
                placement,
                transforms: transforms?.readers,
            },
            within(...this.volume.ready, ...this.writer.ready),
        );
        this.check = new VisibilityCheck(
            `${name}-check`,
            {
                ...client,
                ...args.check,
                writer: this.writer,
                revision: this.revision,
                mountOptions: this.volume.mountOptions,
                placement,
                transforms: transforms?.check,
            },
            within(...this.volume.ready, ...this.readers.ready),
        );
        const settled = [...this.check.passed, ...this.readers.ready, ...this.writer.ready];
        this.writerPods = readPlacedPods(`${name}-writer-pods`, this.writer.service, settled, this);
        this.readerPods = readPlacedPods(`${name}-reader-pods`, this.readers.service, settled, this);
        this.registerOutputs({ revision: this.revision, visibility: this.check.evidence });
    }

    private run(
        { adoptData = nfsStorageStackDefaults.adoptData, ...server }: ManagedServer,
        name: string,
        { capacity, identity, protectData, tolerationSeconds, transforms }: NfsStorageStackArgs,
        opts: ComponentOptions | undefined,
        within: (...dependsOn: pulumi.Resource[]) => ComponentOptions,
    ): NfsServer {
        const serverName = serverNameOf(name);
        const common = {
            ...server,
            capacity,
            identity,
            protectData,
            tolerationSeconds,
            transforms: transforms?.server,
        };
        if (adoptData) {
            const { namespace, name: existingClaim } = stackNames(name).serverClaim;
            return new NfsServer(serverName, { ...common, namespace, existingClaim }, within());
        }
        const keep = {
            ...protection(protectData),
            retainOnDelete: server.retainData ?? nfsServerDefaults.retainData,
        };
        const namespace = this.namespace(name, "server", "privileged", transforms?.serverNamespace, opts, keep);
        return new NfsServer(serverName, { ...common, namespace: namespace.metadata.name }, within(namespace));
    }

    private namespace(
        name: string,
        part: "server" | "clients",
        level: PodSecurityLevel,
        transform: Transform<k8s.core.v1.NamespaceArgs> | undefined,
        opts: ComponentOptions | undefined,
        more: pulumi.CustomResourceOptions = {},
    ): k8s.core.v1.Namespace {
        const full = namespaceName(name, part);
        return new k8s.core.v1.Namespace(
            `${name}-${part}-namespace`,
            ...transformed(
                transform,
                { metadata: { name: full, labels: { ...partLabels(full), ...podSecurityLabels(level) } } },
                { ...childOptions(this, opts), ...more },
            ),
        );
    }

    private revise(writer: RevisionParts["writer"]): pulumi.Output<string> {
        const { address, path, nfsVersion } = this.export;
        const server = this.server;
        return pulumi
            .all([server?.image, server?.configuration, this.clientImage, address])
            .apply(([serverImage, configuration, clientImage, at]) =>
                revisionOf({
                    images: { server: serverImage ?? null, client: clientImage },
                    serverConfiguration: configuration ?? null,
                    export: { address: at, path, nfsVersion },
                    mountOptions: this.volume.mountOptions,
                    writer,
                }),
            );
    }
}

const serverNameOf = (name: string): string => `${name}-server`;

const volumeNameOf = (name: string): string => `${name}-volume`;

/**
 * What is called the same in every cluster, in the stack that runs: others may have taken these names.
 * @param ownServer whether the stack runs the server, and so has a namespace for it
 */
export function stackNames(name: string, ownServer = true) {
    const [server, clients] = [namespaceName(name, "server"), namespaceName(name, "clients")];
    return {
        namespaces: ownServer ? [server, clients] : [clients],
        /** Behind the share. */
        serverClaim: { namespace: server, name: nfsServerClaimName(serverNameOf(name)) },
        /** Of the claim, and of the volume that is its pair. */
        pair: { namespace: clients, name: nfsVolumeName(volumeNameOf(name)) },
    };
}

/** The same for a stack that is made again, so that retained data is found by name. */
function namespaceName(name: string, part: "server" | "clients"): string {
    return kubernetesName(pulumi.getProject(), pulumi.getStack(), name, part);
}
