// Policy: what one pod writes to a share, another reads, and only reads. A share
// that nobody else looks at is not shared; whether it works nobody would know.
import {
    type Finding,
    hasPods,
    type Judgement,
    type KubernetesObject,
    listed,
    overlap,
    type ShareMount,
    sharesOf,
    stackPolicy,
    titleOf,
    UNKNOWN,
    UNSEEN,
} from "@nfs-storage-stack/policies-shared";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const { mounts, open } = sharesOf(objects);
    const running = mounts.filter(({ workload }) => hasPods(workload) !== false);
    const writing = running.filter(({ readOnly, ofOnePod }) => readOnly !== true && !ofOnePod);
    const judged = mounts.filter(({ ofOnePod }) => !ofOnePod);
    if (judged.length + open.length === 0) return "not applicable";
    const findings = writing.flatMap((writer): Finding[] => {
        const { urn } = writer.workload;
        const subject = titleOf(writer.workload);
        const others = running.filter(({ workload }) => workload.urn !== urn);
        const answers = others.map((other) => reads(other, writer));
        if (answers.includes(true)) return [];
        // One whose mounts will be known later may be the reader.
        const isOpen = answers.includes(UNKNOWN) || open.some((one) => one.urn !== urn);
        if (isOpen || writer.readOnly === UNKNOWN || hasPods(writer.workload) === UNKNOWN) {
            return [{ urn, subject, unknown: [`who reads ${writer.title}`] }];
        }
        if (answers.includes(UNSEEN))
            return [{ urn, subject, unseen: [`whether ${writer.title} is what others read`] }];
        const beside = writing.filter(
            (other) => other.workload.urn !== urn && overlap(other.place, writer.place) === true,
        );
        return [{ urn, subject, ...problem(writer.title, beside) }];
    });
    return [...once(findings), ...open];
}

/** Whether what one writes can be seen by the other, which does not write. */
function reads(other: ShareMount, writer: ShareMount): ReturnType<typeof overlap> {
    const answers = [overlap(other.place, writer.place), other.readOnly, hasPods(other.workload)];
    if (answers.includes(false)) return false;
    return answers.includes(UNKNOWN) ? UNKNOWN : answers.includes(UNSEEN) ? UNSEEN : true;
}

/** Several containers of one pod, or several mounts, say the same. */
const once = (findings: readonly Finding[]): Finding[] => [
    ...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values(),
];

function problem(share: string, beside: readonly ShareMount[]) {
    const others = [...new Set(beside.map(({ workload }) => titleOf(workload)))].sort();
    return {
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
            "Judged are NFS volumes of every kind (PersistentVolumes, inline volumes, the CSI driver `nfs.csi.k8s.io`) and claims that ask for `ReadWriteMany`, in the containers, sidecars and init containers of whatever makes pods. Mounts of one export are mounts of one share, through whichever claim and in whatever spelling of the server's address and of the path. A folder of it (`subPath`, `subdir`, an export below) is read where the reader's folder contains it, or is in it; `subPathExpr` is expanded with the container's variables, and where these come from elsewhere an equal text is the same folder. A Service is one server by each of its names, and by its address where the Service is in the stack. Claims without names are matched as Kubernetes matches them; what may be one share, and may not, is not judged yet. Whether a name and an address are one server, or two volumes of one driver other than NFS's one share, nobody can see: that is said.",
            "A mount is read-only when the volumeMount says so, or the pod's volume (`persistentVolumeClaim.readOnly`, `nfs.readOnly`, `csi.readOnly`), or the mount options that the volume ends up with have `ro`. **`nfs.readOnly` and `csi.readOnly` of a PersistentVolume do not**: Kubernetes 1.35 looks at the pod's volume only (pkg/volume/nfs/nfs.go, getVolumeSource; pkg/volume/csi/csi_plugin.go, getReadOnlyFromSpec), and such a mount can be written to, which `test/cluster/read-only-volume.test.ts` shows.",
            "Replicas of one workload do not count as each other's readers, and one that makes no pods (`replicas: 0`, `suspend`) reads and writes nothing. What pods write to claims that are made for each of them, by a StatefulSet or an ephemeral volume, is not judged.",
        ],
    },
    judge,
);
