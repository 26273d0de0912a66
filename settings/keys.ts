// Every key of the configuration, in one place: how it is read, its default, an
// example, what it means. `make settings` writes the schema in Pulumi.yaml and
// docs/settings.md from it, error messages quote it; a test keeps the files as
// it says. Defaults are the components' own.
import { journal, quantityOf } from "@nfs-storage-stack/contract";
import { externalNfsDefaults } from "../components/external-nfs";
import { ganeshaDefaults } from "../components/ganesha-config";
import { defaultIdentity } from "../components/identity";
import { defaultMountOptions } from "../components/mount-options";
import { nfsServerDefaults } from "../components/nfs-server";
import { nfsStorageStackDefaults } from "../components/nfs-storage-stack";
import { nfsVolumeDefaults } from "../components/nfs-volume";
import { defaultTolerationSeconds } from "../components/placement";
import { visibilityCheckDefaults } from "../components/visibility-check";
import { volumeReadersDefaults } from "../components/volume-readers";
import { volumeWriterDefaults } from "../components/volume-writer";
import * as values from "./values";

export interface Key<T> {
    readonly parse: values.Parser<T>;
    /** The value when the key is not set, or set to nothing. */
    readonly standard: T;
    /** As it is typed after `pulumi config set`; of a list one item. */
    readonly example: string;
    /** What it means, in whole sentences, and what it is good for to leave it empty. */
    readonly description: string;
    readonly list?: boolean;
    /** Its value is never shown. */
    readonly secret?: boolean;
}

type Text = Pick<Key<unknown>, "example" | "description">;

const key = <T>(parse: values.Parser<T>, standard: T, text: Text): Key<T> => ({ parse, standard, ...text });
const optional = <T>(parse: values.Parser<T>, text: Text): Key<T | undefined> =>
    key(parse as values.Parser<T | undefined>, undefined, text);
const listOf = <T>(item: values.Parser<T>, standard: readonly T[], text: Text): Key<readonly T[]> => ({
    ...key(values.list(item), standard, text),
    list: true,
});

const LARGEST_ID = 2 ** 31 - 1;
/** The smallest volume that holds the journal's segments and the recovery state with room to spare. */
const SMALLEST_VOLUME = "64Mi";
const LARGEST_VOLUME = "1Ei";
const digestExample = (image: string): string => `registry.example.org/${image}@sha256:${"0".repeat(64)}`;

const cluster = {
    context: optional(values.lineOfText, {
        example: "my-cluster",
        description:
            "Context of the kubeconfig to deploy to. Needed; a stack never goes to a cluster that it does not name.",
    }),
    kubeconfig: optional(values.lineOfText, {
        example: "./kubeconfig",
        description: "Path of the kubeconfig. Empty means the one that kubectl would use.",
    }),
    placement: key(values.oneOf("required", "preferred"), volumeReadersDefaults.placement, {
        example: "preferred",
        description:
            "Whether readers and the check must (required) or only should (preferred, for clusters of one node) run on another node than the writer.",
    }),
    tolerationSeconds: key(values.integer(0, 3600), defaultTolerationSeconds, {
        example: "30",
        description:
            "Seconds after which the stack's pods leave a node that is unreachable or not ready; docs/when-a-node-is-gone.md says what follows.",
    }),
};

const images = {
    registryServer: optional(values.registry, {
        example: "registry.example.org/team",
        description:
            "Registry, with port and path where it has them, that images are pushed to and the cluster's nodes pull from. Needed unless serverImage and clientImage are set.",
    }),
    registryUsername: optional(values.lineOfText, {
        example: "pusher",
        description: "Who pushes to the registry. Empty means nobody needs to say.",
    }),
    registryPassword: {
        ...optional(values.lineOfText, {
            example: "<password>",
            description:
                "Password of registryUsername; set it with --secret. It is kept as a secret in the stack's state.",
        }),
        secret: true,
    },
    baseImage: optional(values.imageName, {
        example: "debian:trixie-slim",
        description:
            "What the images are based on, which must be Debian 13 (trixie) or later. Empty means debian:trixie-slim.",
    }),
    platform: optional(values.platform, {
        example: "linux/amd64",
        description: "Platform to build the images for. Empty means the Docker engine's own.",
    }),
    serverImage: optional(values.imageReference, {
        example: digestExample("nfs-server"),
        description: "Image of the NFS server by digest; then none is built.",
    }),
    clientImage: optional(values.imageReference, {
        example: digestExample("visibility"),
        description: "Image of the writer, the readers and the check by digest; then none is built.",
    }),
};

const server = {
    clientNetworks: listOf(values.network, [], {
        example: "10.0.0.0/24",
        description:
            "Networks that may mount the share: those of the nodes, and of the pod bridges if the CNI masquerades pods. Needed unless externalServer is set.",
    }),
    networkPolicy: key(values.boolean, nfsServerDefaults.networkPolicy, {
        example: "true",
        description:
            "Whether a NetworkPolicy, too, admits only clientNetworks to the server. Off for a CNI that does not apply ipBlock to nodes.",
    }),
    serverAddress: optional(values.ipAddress, {
        example: "10.96.0.49",
        description: "Fixed clusterIP of the server, which every mount names. Empty lets the cluster choose one.",
    }),
    exportPath: key(values.exportPath, nfsServerDefaults.exportPath, {
        example: "/share",
        description: "Path under which the share is mounted from the server.",
    }),
    graceSeconds: key(values.integer(1, 180), ganeshaDefaults.graceSeconds, {
        example: "15",
        description:
            "Seconds after a restart of the server in which clients take back what they had open, before anything else is opened.",
    }),
    leaseSeconds: key(values.integer(1, 120), ganeshaDefaults.leaseSeconds, {
        example: "10",
        description: "Seconds after which the server forgets what a silent client had open; at most graceSeconds.",
    }),
    externalServer: optional(values.mountSource, {
        example: "10.0.0.7:/share",
        description: "An NFS server that exists already; then none is made in the cluster.",
    }),
    externalNfsVersion: key(values.oneOf("4.0", "4.1", "4.2"), externalNfsDefaults.nfsVersion, {
        example: "4.2",
        description: "Highest version of NFS that externalServer speaks.",
    }),
};

const data = {
    capacity: key(values.quantity(SMALLEST_VOLUME, LARGEST_VOLUME), nfsVolumeDefaults.capacity, {
        example: "10Gi",
        description:
            "Size of the share. A larger one grows the volume behind it in place, where its StorageClass can; none gets smaller.",
    }),
    storageClassName: optional(values.className, {
        example: "standard",
        description:
            "StorageClass of the volume behind the share, when it is made. Empty means the cluster's default class.",
    }),
    retainData: key(values.boolean, nfsServerDefaults.retainData, {
        example: "true",
        description: "Whether the volume behind the share, and its namespace, stay when the stack is destroyed.",
    }),
    protectData: key(values.boolean, nfsStorageStackDefaults.protectData, {
        example: "true",
        description:
            "Whether volumes, claims, namespaces and the server are protected: pulumi destroy is refused, and so is a change that would replace one of them, until this is false again.",
    }),
    adoptData: key(values.boolean, nfsStorageStackDefaults.adoptData, {
        example: "true",
        description:
            "Whether to use the volume that an earlier stack of this name left behind with retainData, instead of a new one.",
    }),
};

const clients = {
    mountOptions: listOf(values.mountOption, [], {
        example: "hard",
        description: `Options of the mount, the whole list. Empty means ${defaultMountOptions("4.2").join(", ")}.`,
    }),
    userId: key(values.integer(1, LARGEST_ID), defaultIdentity.uid, {
        example: "10001",
        description:
            "The uid that owns everything on the share; clients run as it, and the server takes every client for it.",
    }),
    groupId: key(values.integer(1, LARGEST_ID), defaultIdentity.gid, {
        example: "10001",
        description: "The gid that goes with userId.",
    }),
};

const proof = {
    readers: key(values.integer(1, 100), volumeReadersDefaults.replicas, {
        example: "2",
        description: "How many pods read the share and verify what is written.",
    }),
    message: key(values.shortText(journal.maxMessageBytes), volumeWriterDefaults.message, {
        example: "hello",
        description: "Written with every record and shown on the readers' page.",
    }),
    writeInterval: key(values.duration("10ms", "1m"), volumeWriterDefaults.writeIntervalMs, {
        example: "250ms",
        description: "Time from one record to the next.",
    }),
    recordSize: key(values.integer(0, journal.maxLineBytes), volumeWriterDefaults.recordBytes, {
        example: "4096",
        description: "Bytes that a record takes at least; it is padded where it says less.",
    }),
    recordsPerSync: key(values.integer(1, 1_000), volumeWriterDefaults.recordsPerSync, {
        example: "10",
        description:
            "How many records are made safe on the share at once: more is faster, and a record is seen later, by up to a second.",
    }),
    journalSize: key(values.quantity("1Mi", "256Gi"), quantityOf(volumeWriterDefaults.journalBytes), {
        example: "64Mi",
        description:
            "What the journal may take on the share, whose oldest records are deleted in time; at most half of capacity. A reader that starts verifies all of it.",
    }),
    pollInterval: key(values.duration("10ms", "1m"), volumeReadersDefaults.pollIntervalMs, {
        example: "50ms",
        description: "Time from one look at the share to the next, of the readers and the check.",
    }),
    // A replaced document is seen 1.7 s later when all goes well: publishing 0.2, actimeo 1, looks 0.5.
    freshness: key(values.duration("3s", "10m"), volumeReadersDefaults.freshnessMs, {
        example: "10s",
        description:
            "A reader is unready when the newest record that it verified is older than this; at least twice writeInterval.",
    }),
    checkRecords: key(values.integer(1, 10_000), visibilityCheckDefaults.records, {
        example: "20",
        description: "How many records of a new revision the check must verify.",
    }),
    checkTimeout: key(values.duration("5s", "4m"), visibilityCheckDefaults.timeoutMs, {
        example: "1m",
        description:
            "Time after which one attempt of the check gives up; it is made again while pulumi up waits (5m). At least twice the time in which checkRecords are written.",
    }),
};

/** In the order in which people are told of them. */
export const groups: readonly { readonly title: string; readonly names: readonly KeyName[] }[] = [
    { title: "Where it goes", names: namesOf(cluster) },
    { title: "Images", names: namesOf(images) },
    { title: "The server", names: namesOf(server) },
    { title: "The data", names: namesOf(data) },
    { title: "Clients", names: namesOf(clients) },
    { title: "Writer, readers and the check", names: namesOf(proof) },
];

export const keys = { ...cluster, ...images, ...server, ...data, ...clients, ...proof };

function namesOf<K extends KeyName>(group: Readonly<Record<K, unknown>>): K[] {
    return Object.keys(group) as K[];
}

export type Keys = typeof keys;
export type KeyName = keyof Keys;
/** What each key is read to. */
export type Values = { [K in KeyName]: Keys[K] extends Key<infer T> ? T : never };

/** What keys have in common, for those who look at any of them. */
export const keyOf = (name: KeyName): Key<unknown> => keys[name] as Key<unknown>;

export const isKey = (name: string): name is KeyName => Object.hasOwn(keys, name);

/** A value as it is configured; nothing for one that is not set. */
export function written(name: KeyName, value: unknown): string {
    return value === undefined ? "" : keyOf(name).parse.write(value);
}
