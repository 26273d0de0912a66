// Policy: NFS is mounted hard. Soft, a server that restarts becomes I/O errors,
// and writes that the application believes in are gone (longhorn #6655).
import {
    at,
    type Finding,
    isNfsClass,
    type Judgement,
    type KubernetesObject,
    knownAt,
    lastOf,
    MOUNT_OPTIONS_ANNOTATION,
    type MountOptions,
    NFS_DRIVER,
    nfsOfVolume,
    objectPolicy,
    ofAttributes,
    ofClass,
    ofVolume,
    podVolumes,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

export function judge(object: KubernetesObject): Judgement {
    const mounts = mountsOf(object);
    if (mounts.length === 0) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    return mounts.flatMap((options): Finding[] => {
        if (options.unknown.length > 0) return [{ urn, subject, unknown: options.unknown }];
        const counting = lastOf(options, ["hard", "soft", "softerr"]);
        if (counting === undefined || counting.option === "hard") return [];
        return [
            {
                urn,
                subject,
                found: `the mount option ${counting.option} in ${counting.where}`,
                wanted: "hard, which is also what NFS does when nothing is said",
                mend: "write hard instead, and once; a client then waits for a server that restarts, and goes on",
            },
        ];
    });
}

function mountsOf(object: KubernetesObject): MountOptions[] {
    const source = nfsOfVolume(object);
    // Other drivers have an option of that name, too.
    if (source === UNKNOWN) return isSoft(ofVolume(object.value)) ? [open("spec.csi.driver")] : [];
    if (source !== undefined) return [ofVolume(object.value)];
    const isClass = isNfsClass(object);
    if (isClass === UNKNOWN) return isSoft(ofClass(object.value)) ? [open("provisioner")] : [];
    if (isClass) return [ofClass(object.value)];
    return podVolumes(object).flatMap(({ value, path }): MountOptions[] => {
        const driver = at(value, "csi", "driver");
        if (value === UNKNOWN) return [open(path)];
        const options = ofAttributes(at(value, "csi", "volumeAttributes"), `${path}.csi.volumeAttributes`);
        if (driver === UNKNOWN) return isSoft(options) ? [open(`${path}.csi.driver`)] : [];
        return driver === NFS_DRIVER ? [options] : [];
    });
}

const open = (path: string): MountOptions => ({ options: [], unknown: [path] });
/** It would be wrong of NFS, or may be. */
const isSoft = (options: MountOptions): boolean =>
    options.unknown.length > 0 || /^soft/.test(lastOf(options, ["hard", "soft", "softerr"])?.option ?? "");

const harden = (options: string): string =>
    options
        .split(",")
        .map((word) => (/^\s*(soft|softerr)\s*$/.test(word) ? "hard" : word))
        .join(",");

/** Replaces soft by hard wherever an object may have mount options. */
function hardenAll(inputs: unknown): void {
    if (Object(inputs) !== inputs) return;
    const object = inputs as Record<string, unknown>;
    for (const key of Object.keys(object)) {
        const value = knownAt(object, key);
        const isOptions = key.toLowerCase() === "mountoptions" || key === MOUNT_OPTIONS_ANNOTATION;
        if (!isOptions) hardenAll(value);
        else if (typeof value === "string") object[key] = harden(value);
        else if (Array.isArray(value)) hardenItems(value);
    }
}

/** One by one: some may not be known yet, and stay. */
function hardenItems(options: unknown[]): void {
    for (const index of options.keys()) {
        const option = knownAt(options, index);
        if (typeof option === "string") options[index] = harden(option);
    }
}

export const hardMounts = objectPolicy(
    {
        name: "nfs-mounts-are-hard",
        displayName: "NFS mounts are hard",
        description: "NFS is not mounted soft.",
        severity: "critical",
        tags: ["kubernetes", "storage", "nfs", "data-integrity"],
        remediationSteps: "Replace soft by hard in the mount options.",
        details: [
            "A soft mount gives up: after `timeo` and `retrans` a request ends with an I/O error, and data that the application has written, and that its node has not sent yet, is lost. A restart of the server, which takes seconds, is enough (longhorn #6655). Mounted hard, a client waits and goes on.",
            `Judged are the mount options of NFS PersistentVolumes, of StorageClasses of \`${NFS_DRIVER}\`, and of that driver's inline volumes. Nothing said is hard. \`softerr\` is soft.`,
            `Of opposite options the one counts that mount is given last. For the CSI driver that is the last one of the list, and after the list its attribute \`mountOptions\`, in whatever case it is written. For other NFS volumes Kubernetes takes the annotation \`${MOUNT_OPTIONS_ANNOTATION}\` in the place of the list where there is one, and sorts the options: \`[soft, hard]\` is mounted \`hard,soft\`, which is soft (Kubernetes 1.35, MountOptionFromSpec and JoinMountOptions in pkg/volume/util).`,
        ],
    },
    judge,
    { what: "writes `hard` where the mount options say `soft` or `softerr`.", apply: hardenAll },
);
