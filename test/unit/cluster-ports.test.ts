import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { ClusterDefinition } from "../../embedded/cluster/definition";
import { listeningInode, openPorts, portsAreFree } from "../../embedded/cluster/ports";
import { UserError } from "../../embedded/steps";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4E21 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:4E22 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 23456 1 0000000000000000 100 0 0 10 0
`;

describe("ports of the embedded cluster", () => {
    it("finds the socket that listens on a port, not one that only uses it", () => {
        assert.equal(listeningInode(TABLE, 20001), "12345");
        assert.equal(listeningInode(TABLE, 20002), undefined);
        assert.equal(listeningInode("", 20001), undefined);
    });

    const definition = (api: number, registry: number): ClusterDefinition => ({
        name: "one",
        id: "1",
        ports: { api, registry },
        registry: { username: "u", password: "p" },
    });
    const listening: Server[] = [];
    afterEach(() => {
        for (const server of listening.splice(0)) server.close();
    });

    /** A port that some program has. */
    async function taken(): Promise<number> {
        const server = createServer();
        listening.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    async function free(): Promise<number> {
        const port = await taken();
        await new Promise((resolve) => listening.pop()?.close(resolve));
        return port;
    }

    it("says which program has a port that is taken, and what mends it", async () => {
        const [port, other] = [await taken(), await free()];
        await assert.rejects(openPorts(definition(other, port)), (error: Error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, /^cluster "one" can't be reached/);
            assert.match(
                error.message,
                new RegExp(`port ${port} on 127.0.0.1, its registry, is taken by process ${process.pid} \\(`),
            );
            assert.doesNotMatch(error.message, new RegExp(`port ${other}`));
            assert.match(error.message, /End what has the port, or .*make cluster ARGS=delete CLUSTER=one/);
            return true;
        });
        // The other one was given back.
        await portsAreFree(definition(other, await free()));
    });

    it("says so of both ports at once", async () => {
        const [api, registry] = [await taken(), await taken()];
        await assert.rejects(
            portsAreFree(definition(api, registry)),
            new RegExp(`port ${api} .*Kubernetes API, is taken.*\n.*port ${registry} .*registry, is taken`),
        );
    });

    it("can be taken after they were found free", async () => {
        const wanted = definition(await free(), await free());
        await portsAreFree(wanted);
        const { api, registry } = await openPorts(wanted);
        listening.push(api, registry);
        assert.equal((api.address() as AddressInfo).port, wanted.ports.api);
    });
});
