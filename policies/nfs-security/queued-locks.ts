// Policy: an NFS-Ganesha refuses a lock that is taken, and does not queue it: what
// it answers to one that it queues is an I/O error to current Linux clients.
import {
    type Finding,
    ganeshaFiles,
    isWhole,
    type Judgement,
    type KubernetesObject,
    lastBlock,
    objectPolicy,
    speaksVersion4,
    titleOf,
    UNKNOWN,
    unreadOf,
} from "@nfs-storage-stack/policies-shared";

/** As Ganesha writes booleans. */
const FALSE = /^(no|false|off)$/i;

export function judge(object: KubernetesObject): Judgement {
    const { urn } = object;
    const subject = titleOf(object);
    const servers = ganeshaFiles(object).filter((file) => isWhole(file) && speaksLocks(file.config));
    if (servers.length === 0) return "not applicable";
    return servers.flatMap(({ where, config }): Finding[] => {
        if (config === UNKNOWN) return [{ urn, subject, unknown: [where] }];
        const { unknown, unseen } = unreadOf(config, "nfsv4");
        if (unknown.length > 0) return [{ urn, subject, unknown }];
        const said = lastBlock(config, "nfsv4")?.values.get("blocking_locks");
        if (FALSE.test(said ?? "")) return [];
        if (unseen.length > 0) return [{ urn, subject, unseen: unseen.map((what) => `${what} in ${where}`) }];
        return [
            {
                urn,
                subject,
                found: `${where}: ${said === undefined ? "no Blocking_Locks in NFSv4, which is true" : `Blocking_Locks = ${said}`}`,
                wanted: "Blocking_Locks = false: a lock that has to wait is refused, and the client asks again",
                mend: "set Blocking_Locks = false in the NFSv4 block",
            },
        ];
    });
}

/** NFSv3 has its locks in a protocol of its own. */
const speaksLocks = (config: ReturnType<typeof ganeshaFiles>[number]["config"]): boolean =>
    config === UNKNOWN || speaksVersion4(config);

export const noQueuedLocks = objectPolicy(
    {
        name: "ganesha-does-not-queue-locks",
        displayName: "Ganesha does not queue locks",
        description: "Every NFS-Ganesha has Blocking_Locks = false, so that a lock that has to wait can be waited for.",
        severity: "high",
        tags: ["kubernetes", "storage", "nfs", "data-integrity"],
        remediationSteps: "Set Blocking_Locks = false in the NFSv4 block.",
        details: [
            "Since version 6 Ganesha queues a lock of NFSv4 that somebody else holds, and its answer to that has fields that were never filled in; the name of the holder in it is longer than Linux makes room for since 2025 (6.12 of Debian 13 and 7.x have that, 6.1 does not). The client takes the answer for damaged: `flock` and `fcntl(F_SETLKW)` fail with EIO at once, where they should wait. A lock that is free works, so it is seen only when two want it: 30 to 95 of 100 attempts that had to wait failed, on one node and on two, whatever the mount options. Databases, package managers and mail stores lock like that.",
            "With `Blocking_Locks = false` the real holder is told, the client understands it and asks again after 1, 2, 4 ... 30 s. Nothing failed and no update was lost, also while the server was killed. The price is that waiters have no order among them.",
            "Judged are ConfigMaps with a configuration of Ganesha, as by `ganesha-has-its-own-identity`: `%include` of another key is followed, of several `NFSv4` blocks the last one counts, `no` and `off` are `false` too. Servers without NFSv4 are not judged; those of `Minor_Versions = 0` are, because the answer is the same there. A Ganesha before version 6 does not queue, and only logs that it does not know the name.",
            "```\nNFSv4 {\n    Blocking_Locks = false;\n}\n```",
        ],
    },
    judge,
);
