// Policy: an export is open to named clients, not to the world. Without Kerberos
// an address is all that an NFS server knows of its client.
import {
    type Judgement,
    type KubernetesObject,
    listed,
    objectPolicy,
    titleOf,
} from "@nfs-storage-stack/policies-shared";
import { exportsOf, type Grant, unjudgedExports } from "./exports";
import { areWorld, EVERYONE, isWithin, isWorld, networksSchema } from "./networks";

interface Wishes {
    clientNetworks: string[];
}

export function judge(object: KubernetesObject, { clientNetworks }: Wishes): Judgement {
    const exports = exportsOf(object);
    if (exports === undefined) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const wrong = exports.grants.filter(
        ({ client }) => isWorld(client) || (clientNetworks.length > 0 && !isWithin(client, clientNetworks)),
    );
    const problems = [...wrong, ...worldInParts(exports.grants)].map(({ where, export: path, client }) => ({
        urn,
        subject,
        found: `${where}: the export ${path} open to ${client === EVERYONE ? client : `"${client}"`}`,
        wanted:
            clientNetworks.length > 0
                ? `clients in ${listed(clientNetworks)}`
                : "clients that are named: the addresses or networks of the nodes",
        mend: "name the nodes, who are the clients of an NFS server, and nobody else; in ganesha.conf by CLIENT blocks under Access_Type = None",
    }));
    return [...problems, ...unjudgedExports(object, exports)];
}

/** Networks that are the world together, and none of them alone: one problem for the export. */
function worldInParts(grants: readonly Grant[]): Pick<Grant, "where" | "export" | "client">[] {
    const byExport = new Map<string, Grant[]>();
    for (const grant of grants) {
        const key = `${grant.where} ${grant.export}`;
        byExport.set(key, [...(byExport.get(key) ?? []), grant]);
    }
    return [...byExport.values()].flatMap((all) => {
        const clients = all.map(({ client }) => client);
        const isWhole = areWorld(clients) && !clients.some(isWorld);
        return isWhole ? all.slice(0, 1).map((one) => ({ ...one, client: listed(clients) })) : [];
    });
}

export const notWorldOpen = objectPolicy<Wishes>(
    {
        name: "exports-are-not-world-open",
        displayName: "Exports are not open to the world",
        description: "Every export names the clients that may mount it.",
        severity: "critical",
        tags: ["kubernetes", "security", "nfs"],
        remediationSteps: "Name the nodes as the export's clients.",
        details: [
            "An NFS server without Kerberos believes its clients: whoever reaches it reads and writes as whom he likes. The list of clients is what keeps others out. The client of a pod's mount is the node, so the list is the nodes.",
            "Judged is what an object says of exports: `ganesha.conf` in a ConfigMap (its EXPORT and CLIENT blocks, with what they inherit), with what it includes of the same ConfigMap, exports(5) in a ConfigMap under a key that is `exports` or ends in `.exports` (with continued lines, quotes and escapes, as nfs-utils reads it), the variables `NFS_EXPORT_0`, `NFS_EXPORT_1`, ... (with `$(NAME)` in them expanded), and the image `volume-nfs` of the Kubernetes examples, which exports to everyone. What is inside any other image can't be seen; a file that is included from elsewhere, and a variable from `valueFrom` or (for an image `nfs-server`) `envFrom`, is said to be not judged.",
            "Refused are `*`, `0.0.0.0/0`, `::/0`, networks that are all addresses together (`0.0.0.0/1` and `128.0.0.0/1`), and nobody named at all; with `clientNetworks` also every client that is not inside of them. Loopback is always allowed: a server's own probe comes from there.",
        ],
        config: { clientNetworks: networksSchema },
    },
    judge,
);
