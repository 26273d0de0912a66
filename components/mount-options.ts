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
 *   and of two that open and close the same file at the same time one has waited for ever in open(2), uninterruptibly
 *   (seen with kernel 7.2 and Ganesha 9.14). The price is a page cache for each pod.
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
