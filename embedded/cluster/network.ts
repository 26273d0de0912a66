// The addresses of a cluster. They exist only inside the network namespace of
// its supervisor (supervisor/network.ts builds it), so every cluster on a
// machine uses the same ones and none can clash with the machine's own.

export interface NodePlan {
    /** The node's name in Kubernetes and its host name. */
    name: string;
    address: string;
    /** What the pods of this node get their addresses from. */
    podNetwork: string;
    /** The node's own address on its pod bridge. */
    podGateway: string;
    mac: string;
    /** The veth pair that links it to the bridge: one end in the bridge, the other held by the node's kernel. */
    bridgeLink: string;
    nodeLink: string;
}

export const CONTROL_PLANE = "10.97.0.1";
export const PREFIX_LENGTH = 24;
export const SERVICES = "10.96.0.0/16";
/** The first address of SERVICES: Kubernetes gives it to the API server itself. */
export const API_SERVICE = "10.96.0.1";
export const PODS = "10.198.0.0/16";
export const BRIDGE = "nodes";
/** Inside the namespace; outside it is another port, fixed per cluster. */
export const API_PORT = 6443;
export const KUBELET_PORT = 10250;

/** Bytes of a frame. A frame costs a node the same whatever it carries, and here nothing asks for short ones. */
export const MTU = 9000;

export const NODE_COUNT = 2;

function nodePlan(number: number): NodePlan {
    return {
        name: `node-${number}`,
        address: `10.97.0.${10 + number}`,
        podNetwork: `10.198.${number}.0/24`,
        podGateway: `10.198.${number}.1`,
        // 02: locally administered, not multicast.
        mac: `02:6e:66:73:00:${String(number).padStart(2, "0")}`,
        bridgeLink: `node${number}-bridge`,
        nodeLink: `node${number}-kernel`,
    };
}

export const NODES: readonly NodePlan[] = Array.from({ length: NODE_COUNT }, (_, index) => nodePlan(index + 1));

/**
 * As what a node's own NFS client appears to a pod: as the node's address when the pod is on another node, as the
 * gateway of the pod bridge when it is on the same one. Pods are not masqueraded, so no pod appears as any of these.
 */
export const CLIENT_NETWORKS: readonly string[] = NODES.flatMap((node) => [
    `${node.address}/32`,
    `${node.podGateway}/32`,
]);

/** Lines for `ip -batch`, run once in the new namespace. */
export function linkCommands(): string[] {
    const commands = [
        "link set lo up",
        `link add ${BRIDGE} mtu ${MTU} type bridge`,
        `addr add ${CONTROL_PLANE}/${PREFIX_LENGTH} dev ${BRIDGE}`,
        `link set ${BRIDGE} up`,
    ];
    for (const node of NODES) {
        commands.push(
            `link add ${node.bridgeLink} mtu ${MTU} type veth peer name ${node.nodeLink} mtu ${MTU}`,
            `link set ${node.bridgeLink} master ${BRIDGE}`,
            `link set ${node.bridgeLink} up`,
            // The node's kernel reads raw frames here, also those that are not for this end's own MAC.
            `link set ${node.nodeLink} up promisc on`,
            `route add ${node.podNetwork} via ${node.address}`,
        );
    }
    // Any node will do: each translates service addresses.
    commands.push(`route add ${SERVICES} via ${NODES[0]?.address}`);
    return commands;
}

/** Files below /proc/sys and what to write there; those that a kernel does not have are skipped. */
export function kernelSettings(): [file: string, value: string][] {
    return [
        ["net/ipv4/ip_forward", "1"],
        ["net/ipv6/conf/all/disable_ipv6", "1"],
        ["net/ipv6/conf/default/disable_ipv6", "1"],
        // This kernel must not answer on the end that belongs to the node's kernel.
        ...NODES.flatMap((node): [string, string][] => [
            [`net/ipv4/conf/${node.nodeLink}/arp_ignore`, "8"],
            [`net/ipv4/conf/${node.nodeLink}/forwarding`, "0"],
        ]),
    ];
}
