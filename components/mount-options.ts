// How clients mount the share unless they are told otherwise. Pure; the
// requirements are contract's (normalisation) and the measurements NFS clients'.

/**
 * - hard: a restart of the server is a pause, never an I/O error; soft mounts corrupt.
 * - timeo=600, retrans=2: a minute (in tenths of a second) before a request is sent again over TCP, the kernel's own default,
 *   written down because a mount helper or nfsmount.conf may change it.
 * - noresvport: a new connection after a network break may come from another port, so it can't be blocked by the old one.
 * - lookupcache=positive: a file that a client looked for too early is seen as soon as it exists, not up to 30 s later.
 * - actimeo=1: a changed file is seen after a second at most, not after up to 60 s.
 * - nosharecache: each pod's mount is a client of its own. Shared, the pods of a node are one open-owner to the server,
 *   and of two that open and close the same file all the time one can wait in open(2) for ever (sharedWarning). The price
 *   is a page cache for each pod.
 */
const base = [
    "hard",
    "timeo=600",
    "retrans=2",
    "noresvport",
    "lookupcache=positive",
    "actimeo=1",
    "nosharecache",
] as const;

/** For an export that is served with this version of NFS, such as "4.2". */
export function defaultMountOptions(nfsVersion: string): readonly string[] {
    return [`nfsvers=${nfsVersion}`, ...base];
}

/**
 * What pods risk whose mounts are one client. A client takes the answers to the OPENs and CLOSEs of a file in the order
 * of their seqid. When the one that an OPEN waits for has come already and closed the file, it waits 5 s, and every
 * other OPEN or CLOSE of that file begins the 5 s anew (nfs_set_open_stateid_locked in Linux's fs/nfs/nfs4proc.c): while
 * another pod goes on, it waits until it is killed. Seen with Linux 7.2 and Ganesha 9.14.
 */
export function sharedWarning(options: readonly string[]): string | undefined {
    const all = options.flatMap((option) => option.split(",")).map((option) => option.trim());
    const shared = all.findLast((option) => /^(no)?sharecache$/.test(option)) !== "nosharecache";
    // Older versions do not wait for that order.
    const ordered = !all.some((option) => /^(nfs)?vers=(2|3|4\.0)$/.test(option));
    if (!shared || !ordered) return undefined;
    return (
        "mountOptions has no nosharecache: the pods of a node share one NFS client then, and of two that open the same " +
        "file again and again one can wait for ever. Add nosharecache to mountOptions, unless a node has only one such pod"
    );
}
