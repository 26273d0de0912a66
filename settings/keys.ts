// Every key of the configuration: how it is read, its default, an example for
// error messages. Pulumi.yaml declares the same keys for the CLI and for
// people; a test compares the two. Defaults are the components' own.
import { journal } from "@nfs-storage-stack/contract";
import { externalNfsDefaults } from "../components/external-nfs";
import { ganeshaDefaults } from "../components/ganesha-config";
import { defaultIdentity } from "../components/identity";
import { nfsServerDefaults } from "../components/nfs-server";
import { nfsVolumeDefaults } from "../components/nfs-volume";
import { visibilityCheckDefaults } from "../components/visibility-check";
import { volumeReadersDefaults } from "../components/volume-readers";
import { volumeWriterDefaults } from "../components/volume-writer";
import * as values from "./values";

export interface Key<T> {
    readonly parse: values.Parser<T>;
    /** The value when the key is not set, or set to nothing. */
    readonly fallback: T;
    readonly example: string;
    readonly list?: boolean;
    /** Its value is never shown. */
    readonly secret?: boolean;
}

const key = <T>(parse: values.Parser<T>, fallback: T, example: string): Key<T> => ({ parse, fallback, example });
const optional = <T>(parse: values.Parser<T>, example: string): Key<T | undefined> => key(parse, undefined, example);
const listOf = <T>(item: values.Parser<T>, fallback: readonly T[], example: string): Key<readonly T[]> => ({
    ...key(values.list(item), fallback, example),
    list: true,
});

const LARGEST_ID = 2 ** 31 - 1;
const digestExample = (image: string): string => `registry.example.org/${image}@sha256:${"0".repeat(64)}`;

export const keys = {
    context: optional(values.anyText, "my-cluster"),
    kubeconfig: optional(values.anyText, "./kubeconfig"),
    registryServer: optional(values.registry, "registry.example.org/team"),
    registryUsername: optional(values.anyText, "pusher"),
    registryPassword: { ...optional(values.anyText, "<password>"), secret: true },
    baseImage: optional(values.imageName, "debian:trixie-slim"),
    platform: optional(values.platform, "linux/amd64"),
    serverImage: optional(values.imageReference, digestExample("nfs-server")),
    clientImage: optional(values.imageReference, digestExample("visibility")),
    externalServer: optional(values.mountSource, "10.0.0.7:/share"),
    externalNfsVersion: key(values.oneOf("4.0", "4.1", "4.2"), externalNfsDefaults.nfsVersion, "4.2"),
    clientNetworks: listOf(values.network, [], "10.0.0.0/24"),
    networkPolicy: key(values.boolean, nfsServerDefaults.networkPolicy, "true"),
    serverAddress: optional(values.ipAddress, "10.96.0.49"),
    exportPath: key(values.exportPath, nfsServerDefaults.exportPath, "/share"),
    graceSeconds: key(values.integer(1, 180), ganeshaDefaults.graceSeconds, "15"),
    leaseSeconds: key(values.integer(1, 120), ganeshaDefaults.leaseSeconds, "10"),
    storageClassName: optional(values.className, "standard"),
    retainData: key(values.boolean, nfsServerDefaults.retainData, "true"),
    adoptData: key(values.boolean, false, "true"),
    capacity: key(values.quantity, nfsVolumeDefaults.capacity, "10Gi"),
    mountOptions: listOf(values.mountOption, [], "hard"),
    userId: key(values.integer(1, LARGEST_ID), defaultIdentity.uid, "10001"),
    groupId: key(values.integer(1, LARGEST_ID), defaultIdentity.gid, "10001"),
    readers: key(values.integer(1, 100), volumeReadersDefaults.replicas, "2"),
    message: key(values.shortText(journal.maxMessageBytes), volumeWriterDefaults.message, "hello"),
    writeInterval: key(values.duration("10ms", "1m"), volumeWriterDefaults.writeIntervalMs, "250ms"),
    pollInterval: key(values.duration("10ms", "1m"), volumeReadersDefaults.pollIntervalMs, "50ms"),
    freshness: key(values.duration("1s", "10m"), volumeReadersDefaults.freshnessMs, "10s"),
    checkRecords: key(values.integer(1, 10_000), visibilityCheckDefaults.records, "20"),
    checkTimeout: key(values.duration("5s", "4m"), visibilityCheckDefaults.timeoutMs, "1m"),
    placement: key(values.oneOf("required", "preferred"), volumeReadersDefaults.placement, "preferred"),
};

export type Keys = typeof keys;
export type KeyName = keyof Keys;
/** What each key is read to. */
export type Values = { [K in KeyName]: Keys[K] extends Key<infer T> ? T : never };
