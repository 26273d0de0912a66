// What a pod's manifest and the program inside the pod must agree on: ports,
// paths and environment variables.

/** The NFS server's image. */
export const serverPod = {
    nfsPort: 2049,
    /** HTTP, for the kubelet's probes: /startup, /ready, /live. */
    healthPort: 9090,
    /** The one volume. Beside each other in it: what is shared, the recovery state, the canary. */
    dataPath: "/data",
    shareFolder: "share",
    recoveryFolder: "recovery",
    canaryFolder: "canary",
    canaryFile: "canary",
    configPath: "/etc/nfs-server/ganesha.conf",
    /** Included by it: its block NFSv4, which says who the server is to its clients. */
    nfs4ConfigPath: "/etc/nfs-server/nfsv4.conf",
    /** Pseudo path of a read-only export that only the probe, from 127.0.0.1, may read. */
    canaryExport: "/canary",
    env: {
        /** Pseudo path of the export that clients mount, such as /share. */
        exportPath: "EXPORT_PATH",
        /** uid and gid that every client is squashed to and that owns the share. */
        squashUid: "SQUASH_UID",
        squashGid: "SQUASH_GID",
    },
} as const;

/** The image of the writer, the readers and the check; its only argument is the role. */
export const clientPod = {
    /** HTTP: /startup, /ready, /live, /clock, /status.json, /metrics, and of a reader its page at / with /events. */
    httpPort: 8080,
    /** Where the claim is mounted. */
    sharePath: "/share",
    commands: { writer: "writer", reader: "reader", check: "check" },
    env: {
        /** From the downward API. */
        podName: "POD_NAME",
        nodeName: "NODE_NAME",
        /** Writer. @default none, as outside Kubernetes */
        podUid: "POD_UID",
        /** Whose journal it is: several writers, each with a name of its own, can share one claim. */
        writerName: "WRITER_NAME",
        /** Writer and check: the revision to write, and to look for. */
        revision: "REVISION",
        /** Writer: any text, shown by the readers. */
        message: "MESSAGE",
        /** Writer: milliseconds from one record to the next. */
        writeIntervalMs: "WRITE_INTERVAL_MS",
        /** Writer: bytes that a record takes at least; 0 for no padding. */
        recordBytes: "RECORD_BYTES",
        /** Writer: how many records are synced at once. */
        recordsPerSync: "RECORDS_PER_SYNC",
        /** Writer: bytes that its journal may take; the oldest records go first. */
        journalBytes: "JOURNAL_BYTES",
        /** Reader and check: milliseconds from one look at the share to the next. */
        pollIntervalMs: "POLL_INTERVAL_MS",
        /** Reader: unready when the newest verified record is older than this many milliseconds. */
        freshnessMs: "FRESHNESS_MS",
        /** Reader: milliseconds from one look at what was verified before to the next. */
        auditIntervalMs: "AUDIT_INTERVAL_MS",
        /** Reader and check: how many milliseconds something may look wrong before it is called so. */
        patienceMs: "PATIENCE_MS",
        /** Reader, for its page: the volume and the claim that it reads. */
        volumeName: "VOLUME_NAME",
        claimName: "CLAIM_NAME",
        /** Reader and check: base URL of the writer, for its clock. */
        writerUrl: "WRITER_URL",
        /** Check: how many records of the revision it must verify. */
        checkRecords: "CHECK_RECORDS",
        /** Check: gives up after this many milliseconds, with a failed verdict. */
        checkTimeoutMs: "CHECK_TIMEOUT_MS",
        /** Check: comma separated, as the PersistentVolume has them. */
        mountOptions: "MOUNT_OPTIONS",
        /** Check: "true" lets it pass on the writer's own node, as a cluster of one node needs. @default "false" */
        allowSameNode: "ALLOW_SAME_NODE",
        /** All roles, outside a pod (by hand, in tests). @default every address, and what is named below and above */
        httpHost: "HTTP_HOST",
        httpPort: "HTTP_PORT",
        sharePath: "SHARE_PATH",
        terminationMessagePath: "TERMINATION_MESSAGE_PATH",
        mountsFile: "MOUNTS_FILE",
    },
    terminationMessagePath: "/dev/termination-log",
} as const;
