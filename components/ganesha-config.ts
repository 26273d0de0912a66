// The configuration of NFS-Ganesha as text. Pure: NfsServer puts it into a
// ConfigMap, images/nfs-server starts Ganesha with it. Every value is checked
// for its shape, so that none can add a line of its own.
import { isIPv4, isIPv6 } from "node:net";
import { serverPod } from "@nfs-storage-stack/contract";
import { defined } from "./defined";

export interface GaneshaOptions {
    /** Pseudo path that clients mount, such as /share. */
    exportPath: string;
    /** Addresses or networks in CIDR notation whose clients may mount; no others can. */
    clientNetworks: readonly string[];
    /** Every client, root included, acts as this uid and gid; not 0. */
    squashUid: number;
    squashGid: number;
    /**
     * Seconds after a restart in which clients reclaim what they had open and nothing new can be opened, unless
     * all clients that the server remembers are done earlier.
     * @default 15; Ganesha's own is 90, and that long new opens wait when one client is gone
     */
    graceSeconds?: number;
    /**
     * Seconds after which a silent client loses what it had open; clients renew in shorter intervals.
     * @default 10; within the grace, so that each living client finds out in time that the server restarted
     */
    leaseSeconds?: number;
}

export const ganeshaDefaults = { graceSeconds: 15, leaseSeconds: 10 } as const;

/** Ganesha's names for these limits: NFSv4 { Grace_Period, Lease_Lifetime }. */
const LONGEST_GRACE = 180;
const LONGEST_LEASE = 120;
/** The largest uid and gid but one: 2^32 - 1 means "no identity". */
const LARGEST_ID = 2 ** 32 - 2;
/** The file handles and the fsid that clients see contain these: they must never change, or clients get ESTALE. */
const FILESYSTEM_IDS = { share: "77.1", canary: "77.2" } as const;

/** @throws Error that lists every problem */
export function ganeshaConfig(options: GaneshaOptions): string {
    const { exportPath, clientNetworks, squashUid, squashGid, graceSeconds, leaseSeconds } = {
        ...ganeshaDefaults,
        ...defined(options),
    };
    const problems = [
        ...exportPathProblems(exportPath),
        ...networkProblems(clientNetworks),
        ...integerProblems("squashUid", squashUid, 1, LARGEST_ID),
        ...integerProblems("squashGid", squashGid, 1, LARGEST_ID),
        ...integerProblems("graceSeconds", graceSeconds, 1, LONGEST_GRACE),
        ...integerProblems("leaseSeconds", leaseSeconds, 1, LONGEST_LEASE),
    ];
    if (problems.length === 0 && leaseSeconds > graceSeconds) {
        problems.push(
            `leaseSeconds is ${leaseSeconds}, graceSeconds ${graceSeconds}; the lease must not be longer than the grace, or clients miss it`,
        );
    }
    if (problems.length > 0) {
        throw new Error(`the NFS server cannot be configured like this:\n  ${problems.join("\n  ")}`);
    }
    const { dataPath } = serverPod;
    /** For exports that say nothing else, and said again by the share itself: only its clients, and they as one user. */
    const access = `    Access_Type = None;
    Protocols = 4;
    Transports = TCP;
    SecType = sys;
    Squash = All_Squash;
    Anonymous_Uid = ${squashUid};
    Anonymous_Gid = ${squashGid};`;
    return `# Written by components/ganesha-config.ts.
NFS_CORE_PARAM {
    NFS_Port = ${serverPod.nfsPort};
    # One protocol on one port: no portmapper, no mountd, no lock manager.
    Protocols = 4;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    Enable_UDP = false;
    # The numbers of a disk change when the pod moves; clients would get ESTALE.
    fsid_device = false;
    # The pod may not have CAP_SYS_RESOURCE. It never mounts its own export.
    allow_set_io_flusher_fail = true;
}

# The block NFSv4. In a file of its own, because who the server is to its clients is known later than the rest.
%include "${serverPod.nfs4ConfigPath}"

EXPORT_DEFAULTS {
${access}
}

EXPORT {
    Export_Id = 1;
    Path = ${dataPath}/${serverPod.shareFolder};
    Pseudo = ${exportPath};
    Filesystem_Id = ${FILESYSTEM_IDS.share};
${access}
    FSAL {
        Name = VFS;
    }
    # The health probe looks, it does not write.
${client("127.0.0.1", "RO")}
${[...new Set(clientNetworks)].map((network) => client(network, "RW")).join("\n")}
}

# Read by the health probe, through NFS, to know that data can be read.
EXPORT {
    Export_Id = 2;
    Path = ${dataPath}/${serverPod.canaryFolder};
    Pseudo = ${serverPod.canaryExport};
    Filesystem_Id = ${FILESYSTEM_IDS.canary};
    Access_Type = None;
    FSAL {
        Name = VFS;
    }
${client("127.0.0.1", "RO")}
}

# Clients are told by their address, not by Kerberos: no keytab is looked for.
NFS_KRB5 {
    Active_krb5 = false;
}

LOG {
    Default_Log_Level = EVENT;
    # There is no D-Bus in the pod, which is no news.
    Components {
        DBUS = FATAL;
    }
}
`;
}

/**
 * The text of the file that the configuration includes.
 * @param options that ganeshaConfig() took
 * @param identity no other server's, in any cluster, and the same as long as the data: the uid of the claim that holds it
 * @throws Error when it has other characters than a uid
 */
export function ganeshaNfs4Config(
    options: Pick<GaneshaOptions, "graceSeconds" | "leaseSeconds">,
    identity: string,
): string {
    const { graceSeconds, leaseSeconds } = { ...ganeshaDefaults, ...defined(options) };
    if (!/^[A-Za-z0-9-]{8,255}$/.test(identity)) {
        throw new Error(`the NFS server's identity is ${shown(identity)}; it must be a uid of Kubernetes`);
    }
    return `# Written by components/ganesha-config.ts.
NFSv4 {
    # 0 is what the health probe speaks: it needs no session.
    Minor_Versions = 0, 1, 2;
    # Who the server is: the uid of the claim behind the share. Ganesha's own answer is the host's name, the same for
    # every server of this name: a client that meets two of these can take them for one machine (RFC 8881, 2.10.5), and
    # then shows and changes the files of the one in a mount of the other.
    Server_Owner = "${identity}";
    Server_Scope = "${identity}";
    Grace_Period = ${graceSeconds};
    Lease_Lifetime = ${leaseSeconds};
    # Which clients may reclaim, on the volume, so that it survives the pod.
    RecoveryBackend = fs;
    RecoveryRoot = ${serverPod.dataPath}/${serverPod.recoveryFolder};
    Only_Numeric_Owners = true;
    Delegations = false;
    # A lock that has to wait is denied with its true holder, and the client asks again. Queued, as Ganesha does by
    # itself, it is denied with fields that nobody filled in: Linux since 2025 cannot read that, and flock() fails (EIO).
    Blocking_Locks = false;
}
`;
}

const client = (clients: string, access: "RO" | "RW"): string => `    CLIENT {
        Clients = ${clients};
        Access_Type = ${access};
        Protocols = 4;
    }`;

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

function exportPathProblems(path: unknown): string[] {
    const problem = `exportPath is ${shown(path)}`;
    if (typeof path !== "string" || path.length > 255 || !/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path)) {
        return [`${problem}; it must be an absolute path of letters, digits, ".", "_" and "-", such as /share`];
    }
    if (`${path}/`.startsWith(`${serverPod.canaryExport}/`)) {
        return [`${problem}; ${serverPod.canaryExport} is taken by the server's own health probe`];
    }
    return [];
}

/** 10.0.0.0/8, 192.0.2.7, fd00::/8: nothing else means a network to Ganesha and to nobody else. */
function isNetwork(text: string): boolean {
    const [, address = "", prefix] = /^([0-9A-Fa-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
    const bits = prefix === undefined ? 0 : Number(prefix);
    return (isIPv4(address) && bits <= 32) || (isIPv6(address) && bits <= 128);
}

function networkProblems(networks: unknown): string[] {
    if (!Array.isArray(networks) || networks.length === 0) {
        return [`clientNetworks is ${shown(networks)}; without at least one network nobody could mount the export`];
    }
    return networks.flatMap((network, index) =>
        typeof network === "string" && isNetwork(network)
            ? []
            : [`clientNetworks[${index}] is ${shown(network)}; it must be like 10.0.0.0/8 or fd00::/8`],
    );
}

function integerProblems(name: string, value: unknown, lowest: number, highest: number): string[] {
    return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
        ? []
        : [`${name} is ${shown(value)}; it must be a whole number from ${lowest} to ${highest}`];
}
