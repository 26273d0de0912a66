// Policy: an NFS-Ganesha says who it is. What it says otherwise is the host's
// name, which is the same for the first pod of every StatefulSet of one name.
import {
    type Block,
    type Finding,
    type GaneshaFile,
    ganeshaFiles,
    isWhole,
    type Judgement,
    type KubernetesObject,
    lastBlock,
    listed,
    speaksVersion4,
    stackPolicy,
    titleOf,
    UNKNOWN,
    unreadOf,
    wordsOf,
} from "@nfs-storage-stack/policies-shared";

interface Server extends GaneshaFile {
    object: KubernetesObject;
}

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const servers = objects
        .flatMap((object) => ganeshaFiles(object).map((file): Server => ({ ...file, object })))
        .filter((file) => isWhole(file) && hasIdentity(file));
    if (servers.length === 0) return "not applicable";
    return [...servers.flatMap(judgeServer), ...twins(servers)];
}

/** Clients ask for it with EXCHANGE_ID, which NFSv3 and NFSv4.0 do not have. */
function hasIdentity({ config }: GaneshaFile): boolean {
    if (config === UNKNOWN) return true;
    const minors = lastBlock(config, "nfsv4")?.values.get("minor_versions");
    return speaksVersion4(config) && (minors === undefined || wordsOf(minors).some((minor) => minor !== "0"));
}

const KEYS = ["Server_Owner", "Server_Scope"];

/** Nothing, and nothing between quotes, is the host's name. */
const saidOf = (config: Block, key: string): string => lastBlock(config, "nfsv4")?.values.get(key.toLowerCase()) ?? "";

function judgeServer(server: Server): Finding[] {
    const { object, where, config } = server;
    const { urn } = object;
    const subject = titleOf(object);
    if (config === UNKNOWN) return [{ urn, subject, unknown: [where] }];
    const { unknown, unseen } = unreadOf(config, "nfsv4");
    if (unknown.length > 0) return [{ urn, subject, unknown }];
    const missing = KEYS.filter((key) => saidOf(config, key) === "");
    if (missing.length === 0) return [];
    if (unseen.length > 0) return [{ urn, subject, unseen: unseen.map((what) => `${what} in ${where}`) }];
    return [
        {
            urn,
            subject,
            found: `${where}: no ${listed(missing)} in NFSv4, so that the server takes the name of its pod's host for it`,
            wanted: "an identity that no other server has, and that stays when the pod is made anew",
            mend: "set both in the NFSv4 block, for example to a RandomUuid of the stack: this stack's NfsServer does",
        },
    ];
}

/** Linux compares the owner alone, byte by byte (fs/nfs/nfs4client.c, nfs41_walk_client_list); nodes of one cluster share a scope. */
function twins(servers: readonly Server[]): Finding[] {
    const known = servers.flatMap(({ object, where, config }) => {
        const isKnown = config !== UNKNOWN && unreadOf(config, "nfsv4").unknown.length === 0;
        const owner = isKnown ? saidOf(config, "Server_Owner") : "";
        return owner === "" ? [] : [{ urn: object.urn, subject: titleOf(object), where, owner }];
    });
    return known.flatMap((server): Finding[] => {
        const { urn, subject, where, owner } = server;
        const others = known.filter((other) => other !== server && other.owner === owner);
        if (others.length === 0) return [];
        const found = `${where}: Server_Owner "${owner}", as in ${listed(others.map((other) => `${other.subject} (${other.where})`))}`;
        const mend = "give each server an owner of its own";
        return [{ urn, subject, found, wanted: "an identity that no other server has", mend }];
    });
}

export const ownIdentity = stackPolicy(
    {
        name: "ganesha-has-its-own-identity",
        displayName: "Ganesha has its own identity",
        description: "Every NFS-Ganesha has a Server_Owner and a Server_Scope, and no two have one owner.",
        severity: "critical",
        tags: ["kubernetes", "storage", "nfs", "data-integrity"],
        remediationSteps: "Set Server_Owner and Server_Scope in the NFSv4 block, to what no other server has.",
        details: [
            "Ganesha tells its clients the name of its host when it is not told who it is, and in a pod of a StatefulSet that is `<statefulset>-0`: all servers that are made by one program, in however many namespaces, are then called the same. The client ids that they give begin with the second in which they started. A Linux client takes two servers with equal owner and equal client id for one server with two addresses, and uses the first one's connection for both: a mount of one shows, and changes, the files of the other. Two servers that start in one second, as after a reboot of a node, are enough.",
            "Judged are ConfigMaps with a configuration of Ganesha: a key such as `ganesha.conf`, or text with a block `NFSv4` or `NFS_CORE_PARAM`. `%include` of another key of the same ConfigMap is followed. Of several `NFSv4` blocks the last one counts, as for Ganesha. Empty is as good as nothing. What an included file says that is not in the ConfigMap is not judged, and named. Two configurations in one stack with one `Server_Owner` are refused, to the letter, whatever their scope: Linux compares nothing else, and nodes of one cluster share a scope on purpose.",
            "Not judged are servers without NFSv4.1 and later, which alone have this identity: without 4 in `Protocols`, for the server or for each of its exports, or with `Minor_Versions = 0`.",
            '```\nNFSv4 {\n    Server_Owner = "3f0c5a9e-6f2b-4a53-9d0e-1f6f0f6b7c11";\n    Server_Scope = "3f0c5a9e-6f2b-4a53-9d0e-1f6f0f6b7c11";\n}\n```',
            "The values must last: a server that comes back under another owner is another server to its clients. Give it a value that is kept in the stack's state or in the volume, not one that is made when the pod starts.",
        ],
    },
    judge,
);
