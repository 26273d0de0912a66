// The way to the readers' page when kubectl's port-forward ends, with a program
// in place of kubectl that ends when it is asked to over the port it names.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { forward, onPort } from "../../commands/forward";

/** Says what port it has, as kubectl does: of the last argument, or one that it chooses; ends when somebody connects. */
const IN_PLACE = `
    const [, wanted] = /^(\\d*):\\d+$/.exec(process.argv.at(-1));
    const server = require("node:net").createServer(() => {
        console.error("error: lost connection to pod");
        process.exit(1);
    });
    server.listen(Number(wanted), "127.0.0.1", () => {
        console.log("Forwarding from 127.0.0.1:" + server.address().port + " -> 8080");
    });
    process.on("SIGINT", () => process.exit(0));
`;

const command = (script: string) => ({
    page: "kubectl port-forward service/readers :8080",
    run: [process.execPath, "-e", script, "port-forward", ":8080"],
});

describe("the way to the page", () => {
    it("is made again on the same port when it ends by itself, and says both", async () => {
        const told: string[] = [];
        let back = (): void => {};
        const isBack = new Promise<void>((resolve) => {
            back = resolve;
        });
        const way = await forward(command(IN_PLACE), {
            lost: (why) => told.push(why),
            back: () => {
                told.push("back");
                back();
            },
        });
        const { port } = new URL(way.url);
        // Not fetch(): of a connection that is closed before its request is sent it may never tell (Node.js 20).
        await once(
            connect(Number(port), "127.0.0.1")
                .on("error", () => {})
                .resume(),
            "close",
        );
        await isBack;
        assert.deepEqual(told, ["error: lost connection to pod", "back"]);
        // It is taken: by the one that was started in its place.
        const other = createServer().listen(Number(port), "127.0.0.1");
        const [error] = await once(other, "error");
        assert.equal(error.code, "EADDRINUSE");
        way.end();
        await way.ended;
    });

    it("is not there when kubectl is missing, or ends before it has one", async () => {
        const failing = command('console.error("error: no such service"); process.exit(1)');
        await assert.rejects(forward(failing), /kubectl: error: no such service\).*service\/readers :8080/);
        const missing = { ...failing, run: ["no-such-kubectl"] };
        await assert.rejects(forward(missing), /there is no `no-such-kubectl` on PATH/);
    });

    it("has the port of this machine in front of the pod's", () => {
        const run = ["kubectl", "--context", "a:b", "port-forward", "service/readers", ":8080"];
        assert.deepEqual(onPort("4711", run), [...run.slice(0, -1), "4711:8080"]);
    });
});
