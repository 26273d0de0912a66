import assert from "node:assert/strict";
import { CLIENT_NETWORKS, CONTROL_PLANE, linkCommands, NODES, PODS } from "../../embedded/cluster/network";

describe("addresses of the embedded cluster", () => {
    it("gives every node its own address, MAC, links and pod network", () => {
        for (const key of ["name", "address", "mac", "podNetwork", "podGateway", "bridgeLink", "nodeLink"] as const) {
            assert.equal(new Set(NODES.map((node) => node[key])).size, NODES.length, key);
        }
    });

    it("puts each pod gateway into its pod network, and each pod network into the one that is not masqueraded", () => {
        const prefix = (network: string, parts: number): string => network.split(".").slice(0, parts).join(".");
        for (const node of NODES) {
            assert.equal(prefix(node.podGateway, 3), prefix(node.podNetwork, 3));
            assert.equal(prefix(node.podNetwork, 2), prefix(PODS, 2));
        }
    });

    it("names only single addresses as NFS clients, none of them one that a pod can have", () => {
        assert.equal(CLIENT_NETWORKS.length, 2 * NODES.length);
        for (const network of CLIENT_NETWORKS) {
            assert.match(network, /\/32$/);
            const address = network.slice(0, -3);
            assert.ok(NODES.some((node) => node.address === address || node.podGateway === address));
        }
    });

    it("uses link names that Linux takes: at most 15 characters", () => {
        for (const node of NODES) {
            assert.ok(node.bridgeLink.length <= 15 && node.nodeLink.length <= 15);
        }
    });

    it("routes every pod network to its node", () => {
        const commands = linkCommands();
        assert.ok(commands.includes(`addr add ${CONTROL_PLANE}/24 dev nodes`));
        for (const node of NODES) {
            assert.ok(commands.includes(`route add ${node.podNetwork} via ${node.address}`));
        }
    });
});
