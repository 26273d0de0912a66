// Policy: what one pod writes to a share, another reads, and only reads. A share
// that nobody else looks at is not shared; whether it works nobody would know.
import {
    type Finding,
    type Judgement,
    type KubernetesObject,
    listed,
    type ShareMount,
    sharesOf,
    stackPolicy,
    titleOf,
    UNKNOWN,
    type Unjudged,
} from "@nfs-storage-stack/policies-shared";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const { mounts, open } = sharesOf(objects);
    const written = new Map<string, ShareMount[]>();
    for (const mount of mounts) {
        if (!mount.ofOnePod) written.set(mount.share, [...(written.get(mount.share) ?? []), mount]);
    }
    if (written.size + open.length === 0) return "not applicable";
    return [...[...written].flatMap(([share, all]) => judgeShare(share, all, open)), ...open];
}

function judgeShare(share: string, mounts: ShareMount[], open: readonly Unjudged[]): Finding[] {
    const writers = workloads(mounts.filter(({ readOnly }) => readOnly === false));
    const readers = workloads(mounts.filter(({ readOnly }) => readOnly === true));
    const undecided = mounts.filter(({ readOnly }) => readOnly === UNKNOWN);
    return writers.flatMap((writer): Finding[] => {
        if (readers.some((reader) => reader.urn !== writer.urn)) return [];
        // One whose mounts will be known later may be the reader.
        if (undecided.length > 0 || open.some(({ urn }) => urn !== writer.urn)) {
            return [{ urn: writer.urn, subject: titleOf(writer), unknown: [`who reads ${share}`] }];
        }
        return [problem(share, writer, writers)];
    });
}

function workloads(mounts: readonly ShareMount[]): KubernetesObject[] {
    return [...new Map(mounts.map(({ workload }) => [workload.urn, workload])).values()];
}

function problem(share: string, writer: KubernetesObject, writers: readonly KubernetesObject[]): Finding {
    const others = writers
        .filter(({ urn }) => urn !== writer.urn)
        .map(titleOf)
        .sort();
    return {
        urn: writer.urn,
        subject: titleOf(writer),
        found: `that it writes to ${share}${others.length > 0 ? `, as does ${listed(others)}` : ""}, which no other pod reads without writing`,
        wanted: "another pod that has the share mounted read-only, and so sees what is written",
        mend:
            "mount it in a reader with readOnly: true (on the volumeMount, or on the pod's volume), in a workload of its own: " +
            "this stack's VolumeReaders and VisibilityCheck are such",
    };
}

export const readElsewhere = stackPolicy(
    {
        name: "written-share-is-read-elsewhere",
        displayName: "A written share is read elsewhere",
        description: "A share that a pod writes to is also read from another pod, read-only.",
        severity: "medium",
        tags: ["kubernetes", "storage", "visibility", "nfs"],
        remediationSteps: "Mount the share read-only in another workload that looks at what is written.",
        details: [
            "NFS promises that a file is seen by others once it was closed and they open it. Whether that is so on a cluster depends on mount options, caches and the server, and a share that only its writers look at is never put to the test.",
            "Judged are NFS volumes of every kind (PersistentVolumes, inline volumes, the CSI driver `nfs.csi.k8s.io`) and claims that ask for `ReadWriteMany`, in the containers, sidecars and init containers of whatever makes pods. Mounts of one export are mounts of one share, through whichever claim. A mount is read-only when the volumeMount, the pod's volume or the PersistentVolume says so. Replicas of one workload do not count as each other's readers. Claims that a StatefulSet makes for each of its pods are not judged.",
        ],
    },
    judge,
);
