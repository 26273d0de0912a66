// Policy: a NetworkPolicy selects every NFS server, and lets in only who is named.
import {
    at,
    type CommonConfig,
    type Container,
    containersOf,
    type Finding,
    isAnything,
    isExempt,
    isKind,
    type Judgement,
    type KubernetesObject,
    listAt,
    listed,
    type Maybe,
    NFS_PORT,
    namespaceOf,
    podsOf,
    same,
    selects,
    selectsAll,
    servesNfs,
    stackPolicy,
    textAt,
    titleOf,
    UNKNOWN,
    unknownContainers,
} from "@nfs-storage-stack/policies-shared";
import { areWorld, isWithin, isWorld, networksSchema } from "./networks";

interface Wishes {
    clientNetworks: string[];
}

export function judge(objects: readonly KubernetesObject[], config: Wishes & CommonConfig): Judgement {
    const { clientNetworks } = config;
    const isServer = (object: KubernetesObject): boolean => containersOf(object).some((one) => servesNfs(one) === true);
    // Who is let off is let off whatever policies it has.
    const servers = objects.filter((object) => isServer(object) && !isExempt(object, config));
    // One of which nothing is known may be a policy, too.
    const policies = objects.filter(
        (object) =>
            isAnything(object) ||
            (isKind(object, "networking.k8s.io", "NetworkPolicy") && isForIngress(object) !== false),
    );
    const open = objects.flatMap(mayServe);
    return servers.length + open.length === 0
        ? "not applicable"
        : [...servers.flatMap((server) => judgeServer(server, policies, clientNetworks)), ...open];
}

/** Of what makes pods whose ports are not known yet. */
function mayServe(object: KubernetesObject): Finding[] {
    const mayListen = containersOf(object).filter((container) => servesNfs(container) === UNKNOWN);
    const ports = mayListen.map(({ path }) => `${path}.ports`);
    const unknown = [...unknownContainers(object), ...ports];
    return unknown.length === 0 ? [] : [{ urn: object.urn, subject: titleOf(object), unknown }];
}

/** One may listen by TCP, and by UDP. */
function nfsPorts({ value }: Container): unknown[] {
    const ports = listAt(value, "ports");
    return ports === UNKNOWN ? [] : ports.filter((port) => at(port, "containerPort") === NFS_PORT);
}

/** What does not say is for Ingress. */
function isForIngress({ value }: KubernetesObject): Maybe<boolean> {
    const types = listAt(value, "spec", "policyTypes");
    if (types === UNKNOWN) return UNKNOWN;
    if (types.length === 0 || types.includes("Ingress")) return true;
    return types.includes(UNKNOWN) ? UNKNOWN : false;
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
    const answers = there.map((policy) => {
        const selected = selects(at(policy.value, "spec", "podSelector"), pods?.labels);
        return { policy, selects: selected === true ? isForIngress(policy) : selected };
    });
    const selecting = answers.filter((answer) => answer.selects === true).map(({ policy }) => policy);
    if (selecting.length > 0) {
        const rules = selecting.flatMap((policy) => judgeRules(policy, server, networks));
        return rules.length > 0 ? rules : worldInParts(selecting, server);
    }
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
        const peers = from.map((peer) => whoIs(peer, networks));
        const open = from.length === 0 ? "everyone" : peers.find((peer) => typeof peer === "string");
        if (open === undefined) return peers.includes(UNKNOWN) ? [{ urn, subject, unknown: [where] }] : [];
        return [
            {
                urn,
                subject,
                found: `${where} lets ${String(open)} to port ${NFS_PORT} of ${titleOf(server)}`,
                ...wished(networks),
            },
        ];
    });
}

const wished = (networks: readonly string[]) => ({
    wanted:
        networks.length > 0
            ? `none but ${networks.join(", ")}`
            : "named clients: the addresses or networks of the nodes",
    mend: "say in `from` who may come, by ipBlock: it is nodes that mount",
});

/** Who is let in and should not be; undefined for a peer that is right, UNKNOWN for one that may be. */
function whoIs(peer: unknown, networks: readonly string[]): Maybe<string> | undefined {
    const block = at(peer, "ipBlock");
    if (block !== undefined) {
        const cidr = textAt(block, "cidr") ?? "";
        if (cidr === UNKNOWN) return UNKNOWN;
        return isWorld(cidr) || (networks.length > 0 && !isWithin(cidr, networks)) ? cidr : undefined;
    }
    const [namespaces, pods] = [at(peer, "namespaceSelector"), at(peer, "podSelector")];
    if (namespaces === undefined) return undefined;
    const answers = [selectsAll(namespaces), pods === undefined ? true : selectsAll(pods)];
    if (answers.includes(false)) return undefined;
    return answers.includes(UNKNOWN) ? UNKNOWN : "every pod of the cluster";
}

/** Policies add up, and so do their rules: blocks that are the world only together. */
function worldInParts(policies: readonly KubernetesObject[], server: KubernetesObject): Finding[] {
    // What is not known of them was said before it came to this.
    const known = (list: Maybe<unknown[]>): unknown[] => (list === UNKNOWN ? [] : list);
    const admitted = policies.map((policy) => {
        const cidrs = known(listAt(policy.value, "spec", "ingress")).flatMap((rule) => {
            const ports = known(listAt(rule, "ports"));
            const isAdmitted = ports.length === 0 || ports.some((port) => admits(port, server) === true);
            return isAdmitted ? known(listAt(rule, "from")).map((peer) => at(peer, "ipBlock", "cidr")) : [];
        });
        return { policy, cidrs: cidrs.filter((cidr) => typeof cidr === "string") };
    });
    const all = admitted.flatMap(({ cidrs }) => cidrs);
    if (!areWorld(all)) return [];
    return admitted
        .filter(({ cidrs }) => cidrs.length > 0)
        .map(({ policy }) => ({
            urn: policy.urn,
            subject: titleOf(policy),
            found: `${listed(all)}, which are every address together, let to port ${NFS_PORT} of ${titleOf(server)}`,
            ...wished([]),
        }));
}

/** By number, in a range, by name, or by saying only a protocol. */
function admits(port: unknown, server: KubernetesObject): Maybe<boolean> {
    const number = at(port, "port");
    const end = at(port, "endPort");
    const listening = containersOf(server).flatMap(nfsPorts);
    const protocols = listening.map((one) => at(one, "protocol") ?? "TCP");
    const protocol = at(port, "protocol") ?? "TCP";
    const named = listening.map((one) => at(one, "name"));
    if (protocol !== UNKNOWN && !protocols.includes(protocol) && !protocols.includes(UNKNOWN)) return false;
    if ([number, end, protocol, ...protocols].includes(UNKNOWN)) return UNKNOWN;
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
            "An NFS server is whatever makes pods with a container that says that it listens on port 2049. Judged are the NetworkPolicies of its namespace that select its pods: there is one for Ingress, and none of their rules lets everyone to that port, by its protocol: no `from` at all, `0.0.0.0/0` or `::/0`, blocks that are all addresses together, also over several rules and policies, or every pod of the cluster (a `namespaceSelector` that is empty or asks for nothing, without a `podSelector` that asks for something). With `clientNetworks` only blocks inside of them are let in; pods that a selector names are no addresses, and let in beside them.",
            "Some CNIs do not apply NetworkPolicies to traffic from nodes, or take the node's address for another one: there a right policy keeps the nodes out. Then exempt the server, with that reason.",
        ],
        config: { clientNetworks: networksSchema },
    },
    judge,
);
