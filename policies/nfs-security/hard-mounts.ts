// Policy: NFS is mounted hard. Soft, a server that restarts becomes I/O errors,
// and writes that the application believes in are gone (longhorn #6655).
import {
    at,
    type Finding,
    isNfsClass,
    isPersistentVolume,
    type Judgement,
    type KubernetesObject,
    knownAt,
    listAt,
    NFS_DRIVER,
    nfsOfVolume,
    objectPolicy,
    podVolumes,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

/** A place where mount options are: a list, or text with commas. */
interface Options {
    path: string;
    options: unknown;
}

/** PersistentVolumes had them in an annotation before they had a field. */
const ANNOTATION = "volume.beta.kubernetes.io/mount-options";

export function judge(object: KubernetesObject): Judgement {
    const places = optionsOf(object);
    if (places === undefined) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    return places.flatMap(({ path, options }): Finding[] => {
        const all = Array.isArray(options) ? options : options === undefined ? [] : [options];
        if (all.includes(UNKNOWN)) return [{ urn, subject, unknown: [path] }];
        const soft = softOf(all.map(String));
        if (soft === undefined) return [];
        return [
            {
                urn,
                subject,
                found: `the mount option ${soft} in ${path}`,
                wanted: "hard, which is also what NFS does when nothing is said",
                mend: "write hard instead; a client then waits for a server that restarts, and goes on",
            },
        ];
    });
}

function optionsOf(object: KubernetesObject): Options[] | undefined {
    const { value } = object;
    if (isPersistentVolume(object)) {
        if (nfsOfVolume(object) === undefined) return undefined;
        return [
            { path: "spec.mountOptions", options: listAt(value, "spec", "mountOptions") },
            {
                path: `metadata.annotations["${ANNOTATION}"]`,
                options: textAt(value, "metadata", "annotations", ANNOTATION),
            },
            {
                path: "spec.csi.volumeAttributes.mountOptions",
                options: textAt(value, "spec", "csi", "volumeAttributes", "mountOptions"),
            },
        ];
    }
    if (isNfsClass(object)) {
        return [
            { path: "mountOptions", options: listAt(value, "mountOptions") },
            { path: "parameters.mountOptions", options: textAt(value, "parameters", "mountOptions") },
        ];
    }
    const inline = podVolumes(object).filter((volume) => at(volume.value, "csi", "driver") === NFS_DRIVER);
    if (inline.length === 0) return undefined;
    return inline.map((volume) => ({
        path: `${volume.path}.csi.volumeAttributes.mountOptions`,
        options: textAt(volume.value, "csi", "volumeAttributes", "mountOptions"),
    }));
}

/** Of opposite options the last one counts. */
function softOf(options: readonly string[]): string | undefined {
    const words = options.flatMap((option) => option.split(",")).map((word) => word.trim());
    const last = words.filter((word) => /^(hard|soft|softerr|softreval)$/.test(word)).at(-1);
    return last === "soft" || last === "softerr" ? last : undefined;
}

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
        const isOptions = key === "mountOptions" || key === ANNOTATION;
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
            `Judged are the mount options of NFS PersistentVolumes (also in the annotation \`${ANNOTATION}\`), of StorageClasses of \`${NFS_DRIVER}\`, and of that driver's inline volumes. Nothing said is hard. \`softerr\` is soft.`,
        ],
    },
    judge,
    { what: "writes `hard` where the mount options say `soft` or `softerr`.", apply: hardenAll },
);
