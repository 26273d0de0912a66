// The options that an NFS volume is mounted with, in the order in which mount has
// them: of opposite ones the last counts. Where they are written, and in which
// order they get there, depends on who mounts.
import { attributeAt, NFS_DRIVER } from "./nfs-driver";
import { at, listAt, textAt, UNKNOWN } from "./plain";

/** What PersistentVolumes had before they had a field. */
export const MOUNT_OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options";

export interface MountOption {
    option: string;
    /** Where it is written, such as `spec.mountOptions`. */
    where: string;
}

export interface MountOptions {
    options: MountOption[];
    /** Where options are that are not known yet. */
    unknown: string[];
}

/**
 * Of a PersistentVolume. In tree the annotation takes the place of the field, and its items are sorted and kept once
 * (MountOptionFromSpec and JoinMountOptions, pkg/volume/util/util.go of Kubernetes 1.35); an item with a comma in it is
 * sorted as one. The CSI driver gets the field as it is, and appends its own attribute (NodePublishVolume,
 * pkg/nfs/nodeserver.go of csi-driver-nfs); nobody reads the annotation for it.
 */
export function ofVolume(value: unknown): MountOptions {
    if (textAt(value, "spec", "csi", "driver") === NFS_DRIVER) return ofDriver(value);
    const where = `metadata.annotations["${MOUNT_OPTIONS_ANNOTATION}"]`;
    const annotation = at(value, "metadata", "annotations", MOUNT_OPTIONS_ANNOTATION);
    if (annotation === UNKNOWN) return { options: [], unknown: [where] };
    const items =
        typeof annotation === "string"
            ? { options: annotation.split(","), unknown: [], where }
            : { ...listed(listAt(value, "spec", "mountOptions"), "spec.mountOptions"), where: "spec.mountOptions" };
    return { options: split([...new Set(items.options)].sort(), items.where), unknown: items.unknown };
}

function ofDriver(value: unknown): MountOptions {
    const field = listed(listAt(value, "spec", "mountOptions"), "spec.mountOptions");
    const own = ofAttributes(at(value, "spec", "csi", "volumeAttributes"), "spec.csi.volumeAttributes");
    return joined({ options: split(field.options, "spec.mountOptions"), unknown: field.unknown }, own);
}

/** Of a StorageClass of the driver, which writes both into its volumes. */
export function ofClass(value: unknown): MountOptions {
    const field = listed(listAt(value, "mountOptions"), "mountOptions");
    const own = ofAttributes(at(value, "parameters"), "parameters");
    return joined({ options: split(field.options, "mountOptions"), unknown: field.unknown }, own);
}

/** Of the driver's attributes alone, as an inline volume has them. */
export function ofAttributes(attributes: unknown, where: string): MountOptions {
    const path = `${where}.mountOptions`;
    const options = attributeAt(attributes, "mountOptions");
    if (options === UNKNOWN) return { options: [], unknown: [path] };
    return { options: split(options === undefined ? [] : [options], path), unknown: [] };
}

const joined = (first: MountOptions, second: MountOptions): MountOptions => ({
    options: [...first.options, ...second.options],
    unknown: [...first.unknown, ...second.unknown],
});

function listed(items: unknown, where: string): { options: string[]; unknown: string[] } {
    if (!Array.isArray(items) || items.includes(UNKNOWN)) return { options: [], unknown: [where] };
    return { options: items.map(String), unknown: [] };
}

const split = (items: readonly string[], where: string): MountOption[] =>
    items
        .flatMap((item) => item.split(","))
        .map((option) => ({ option: option.trim(), where }))
        .filter(({ option }) => option !== "");

/** The one that counts of those that exclude each other. */
export const lastOf = ({ options }: MountOptions, words: readonly string[]): MountOption | undefined =>
    options.filter(({ option }) => words.includes(option)).at(-1);
