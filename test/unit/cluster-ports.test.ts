import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { ClusterDefinition } from "../../embedded/cluster/definition";
import { listeningInode, openPorts } from "../../embedded/cluster/ports";
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

    it("says which program has a port that is taken, and what mends it", async () => {
        const server = createServer();
        const port = await new Promise<number>((resolve) =>
            server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
        );
        const definition: ClusterDefinition = {
            name: "one",
            id: "1",
            ports: { api: port, registry: port },
            registry: { username: "u", password: "p" },
        };
        try {
            await assert.rejects(openPorts(definition), (error: Error) => {
                assert.ok(error instanceof UserError);
                assert.match(error.message, new RegExp(`port ${port} .*"one".*taken by process ${process.pid} \\(`));
                return true;
            });
        } finally {
            server.close();
        }
    });
});
