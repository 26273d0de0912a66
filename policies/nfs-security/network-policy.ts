// Policy: a NetworkPolicy selects every NFS server, and lets in only who is named.
import {
    at,
    containersOf,
    type Finding,
    isKind,
    type Judgement,
    type KubernetesObject,
    listAt,
    type Maybe,
    namespaceOf,
    podsOf,
    same,
    stackPolicy,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { isWithin, isWorld, networksSchema } from "./networks";
import { selects } from "./selector";

interface Wishes {
    clientNetworks: string[];
}

const NFS_PORT = 2049;

export function judge(objects: readonly KubernetesObject[], { clientNetworks }: Wishes): Judgement {
    const servers = objects.filter((object) => containersOf(object).some((one) => nfsPort(one.value) !== undefined));
    const policies = objects.filter(
        (object) => isKind(object, "networking.k8s.io", "NetworkPolicy") && isForIngress(object),
    );
    return servers.length === 0
        ? "not applicable"
        : servers.flatMap((server) => judgeServer(server, policies, clientNetworks));
}

function nfsPort(container: unknown): unknown {
    const ports = listAt(container, "ports");
    return ports === UNKNOWN ? undefined : ports.find((port) => at(port, "containerPort") === NFS_PORT);
}

/** What does not say is for Ingress. */
function isForIngress({ value }: KubernetesObject): boolean {
    const types = listAt(value, "spec", "policyTypes");
    return types === UNKNOWN || types.length === 0 || types.includes("Ingress");
}

function judgeServer(
    server: KubernetesObject,
    policies: readonly KubernetesObject[],
    networks: readonly string[],
): Finding[] {
    const { urn } = server;
    const subject = titleOf(server);
    const pods = podsOf(server);
    const there = policies.filter((policy) => same(namespaceOf(policy), pods?.namespace));
    const answers = there.map((policy) => ({
        policy,
        selects: selects(at(policy.value, "spec", "podSelector"), pods?.labels),
    }));
    const selecting = answers.filter((answer) => answer.selects === true).map(({ policy }) => policy);
    if (selecting.length > 0) return selecting.flatMap((policy) => judgeRules(policy, server, networks));
    const unsure = pods?.namespace === UNKNOWN || policies.some((one) => namespaceOf(one) === UNKNOWN);
    if (unsure || answers.some((answer) => answer.selects === UNKNOWN)) {
        return [{ urn, subject, unknown: ["which NetworkPolicy selects its pods"] }];
    }
    return [
        {
            urn,
            subject,
            found: "an NFS server that no NetworkPolicy of its namespace selects",
            wanted: "a NetworkPolicy that lets only the nodes to port 2049",
            mend: "add one whose podSelector matches the pods' labels, with ingress from the nodes' addresses (ipBlock); where the CNI does not apply it to nodes, exempt the server and say why",
        },
    ];
}

function judgeRules(policy: KubernetesObject, server: KubernetesObject, networks: readonly string[]): Finding[] {
    const { urn } = policy;
    const subject = titleOf(policy);
    const rules = listAt(policy.value, "spec", "ingress");
    if (rules === UNKNOWN || rules.includes(UNKNOWN)) return [{ urn, subject, unknown: ["spec.ingress"] }];
    return rules.flatMap((rule, index): Finding[] => {
        const where = `spec.ingress[${index}]`;
        const ports = listAt(rule, "ports");
        const from = listAt(rule, "from");
        if (ports === UNKNOWN || from === UNKNOWN) return [{ urn, subject, unknown: [where] }];
        const admitted = ports.map((port) => admits(port, server));
        if (ports.length > 0 && !admitted.includes(true)) {
            return admitted.includes(UNKNOWN) ? [{ urn, subject, unknown: [where] }] : [];
        }
        const cidrs = from.map((peer) => textAt(peer, "ipBlock", "cidr"));
        if (cidrs.includes(UNKNOWN)) return [{ urn, subject, unknown: [where] }];
        const open = cidrs.find(
            (cidr) => typeof cidr === "string" && (isWorld(cidr) || (networks.length > 0 && !isWithin(cidr, networks))),
        );
        if (from.length > 0 && open === undefined) return [];
        return [
            {
                urn,
                subject,
                found: `${where} lets ${typeof open === "string" ? open : "everyone"} to port ${NFS_PORT} of ${titleOf(server)}`,
                wanted:
                    networks.length > 0
                        ? `none but ${networks.join(", ")}`
                        : "named clients: the addresses or networks of the nodes",
                mend: "say in `from` who may come",
            },
        ];
    });
}

/** By number, in a range, by name, or by saying only a protocol. */
function admits(port: unknown, server: KubernetesObject): Maybe<boolean> {
    const number = at(port, "port");
    const end = at(port, "endPort");
    const named = containersOf(server).map((container) => at(nfsPort(container.value), "name"));
    if (number === UNKNOWN || end === UNKNOWN) return UNKNOWN;
    if (number === undefined) return true;
    if (end !== undefined) return Number(number) <= NFS_PORT && NFS_PORT <= Number(end);
    return number === NFS_PORT || named.includes(number);
}

export const serverHasNetworkPolicy = stackPolicy<Wishes>(
    {
        name: "nfs-server-has-a-network-policy",
        displayName: "NFS server has a NetworkPolicy",
        description: "Every NFS server is selected by a NetworkPolicy that lets only named clients to its port.",
        severity: "high",
        tags: ["kubernetes", "security", "network", "nfs"],
        remediationSteps: "Add a NetworkPolicy that selects the server's pods and names the nodes.",
        details: [
            "Without a NetworkPolicy every pod of the cluster can talk to the server. The export's list of clients then is the only fence, and NFS has no password.",
            "An NFS server is whatever makes pods with a container that says that it listens on port 2049. Judged are the NetworkPolicies of its namespace that select its pods: there is one for Ingress, and none of their rules lets everyone, or `0.0.0.0/0`, to that port; with `clientNetworks` only what is inside of them.",
            "Some CNIs do not apply NetworkPolicies to traffic from nodes, or take the node's address for another one: there a right policy keeps the nodes out. Then exempt the server, with that reason.",
        ],
        config: { clientNetworks: networksSchema },
    },
    judge,
);
