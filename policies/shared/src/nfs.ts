// Where objects name an NFS export: PersistentVolumes and inline volumes, both
// also through the CSI driver for NFS, and StorageClasses of that driver.
import { lastOf, type MountOptions, ofAttributes, ofVolume } from "./mount-options";
import { attributeAt, NFS_DRIVER } from "./nfs-driver";
import { isKind, type KubernetesObject } from "./objects";
import { at, listAt, type Maybe, textAt, UNKNOWN } from "./plain";
import { podSpec, podSpecPath } from "./workloads";

export interface NfsSource {
    /** Who mounts it: the kubelet, or a pod of the CSI driver on the node. */
    mountedBy: "kubelet" | "driver";
    server: Maybe<string> | undefined;
    path: Maybe<string> | undefined;
    /** Where the server is named, such as `spec.nfs.server`. */
    serverAt: string;
    /** Whether the mount is read-only whatever the pod says. */
    readOnly: Maybe<boolean>;
}

/** What the source of a pod's volume says; undefined when it is not NFS, UNKNOWN when it may be. */
export function nfsSource(volume: unknown, where: string): Maybe<NfsSource> | undefined {
    if (volume === UNKNOWN) return UNKNOWN;
    const nfs = at(volume, "nfs");
    if (nfs !== undefined) {
        return {
            mountedBy: "kubelet",
            server: textAt(nfs, "server"),
            path: textAt(nfs, "path"),
            serverAt: `${where}.nfs.server`,
            readOnly: flagAt(nfs, "readOnly"),
        };
    }
    const driver = textAt(volume, "csi", "driver");
    if (driver === UNKNOWN) return UNKNOWN;
    if (driver !== NFS_DRIVER) return undefined;
    const attributes = at(volume, "csi", "volumeAttributes");
    return {
        mountedBy: "driver",
        server: attributeAt(attributes, "server"),
        path: withFolder(attributeAt(attributes, "share"), attributeAt(attributes, "subdir")),
        serverAt: `${where}.csi.volumeAttributes.server`,
        readOnly: either(flagAt(volume, "csi", "readOnly"), isReadOnly(ofAttributes(attributes, where))),
    };
}

export const isReadOnly = (options: MountOptions): Maybe<boolean> =>
    options.unknown.length > 0 ? UNKNOWN : lastOf(options, ["ro", "rw"])?.option === "ro";

/** True when one is; unknown when it may be. */
export const either = (a: Maybe<boolean>, b: Maybe<boolean>): Maybe<boolean> =>
    a === true || b === true ? true : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : false;

/** Each subdir of a share is one of its own to those who mount it. */
function withFolder(share: Maybe<string> | undefined, folder: Maybe<string> | undefined): Maybe<string> | undefined {
    if (folder === undefined || folder === "" || share === UNKNOWN || share === undefined) return share;
    return folder === UNKNOWN ? UNKNOWN : `${share.replace(/\/$/, "")}/${folder}`;
}

export function flagAt(value: unknown, ...path: readonly (string | number)[]): Maybe<boolean> {
    const found = at(value, ...path);
    return found === UNKNOWN ? UNKNOWN : found === true;
}

export const isPersistentVolume = (object: KubernetesObject): boolean => isKind(object, "core", "PersistentVolume");
/** Makes volumes of an NFS export. */
export function isNfsClass(object: KubernetesObject): Maybe<boolean> {
    if (!isKind(object, "storage.k8s.io", "StorageClass")) return false;
    const provisioner = textAt(object.value, "provisioner");
    return provisioner === UNKNOWN ? UNKNOWN : provisioner === NFS_DRIVER;
}

/**
 * The NFS export of a PersistentVolume. Its own `readOnly` makes no mount read-only: for a claim the kubelet asks the
 * pod's volume, which has a `readOnly` too (getVolumeSource, pkg/volume/nfs/nfs.go, and getReadOnlyFromSpec,
 * pkg/volume/csi/csi_plugin.go, of Kubernetes 1.35). Its mount options do.
 */
export function nfsOfVolume(object: KubernetesObject): Maybe<NfsSource> | undefined {
    const source = isPersistentVolume(object) ? nfsSource(at(object.value, "spec"), "spec") : undefined;
    if (source === undefined || source === UNKNOWN) return source;
    return { ...source, readOnly: isReadOnly(ofVolume(object.value)) };
}

/** Every place of an object that names an NFS server. */
export function nfsSources(object: KubernetesObject): Maybe<NfsSource>[] {
    const ofVolume = nfsOfVolume(object);
    if (ofVolume !== undefined) return [ofVolume];
    if (isNfsClass(object) === true) {
        const parameters = at(object.value, "parameters");
        const source: NfsSource = {
            mountedBy: "driver",
            server: attributeAt(parameters, "server"),
            path: attributeAt(parameters, "share"),
            serverAt: "parameters.server",
            readOnly: false,
        };
        return [source];
    }
    return podVolumes(object).flatMap(({ value, path }) => nfsSource(value, path) ?? []);
}

export interface PodVolume {
    value: unknown;
    /** Such as `spec.template.spec.volumes[0]`. */
    path: string;
}

/** Of a workload's pods; one whose volumes are not known yet has a single UNKNOWN one. */
export function podVolumes(object: KubernetesObject): PodVolume[] {
    const path = `${podSpecPath(object)}.volumes`;
    const volumes = listAt(podSpec(object), "volumes");
    if (volumes === UNKNOWN) return [{ value: UNKNOWN, path }];
    return volumes.map((value, index) => ({ value, path: `${path}[${index}]` }));
}
