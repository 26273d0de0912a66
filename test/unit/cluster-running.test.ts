// Whether a cluster runs and can be used, told by a supervisor of the test's own.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processIdentity } from "../../embedded/cache";
import { withSocketPath } from "../../embedded/cluster/control";
import { clusterFolder } from "../../embedded/cluster/folder";
import { isUsable, look, statusNow } from "../../embedded/cluster/running";
import { type ClusterStatus, stepsWaiting } from "../../embedded/cluster/status";
import { stillRunning, verdictOn } from "../../embedded/cluster/verdict";

const status = (state: ClusterStatus["state"], components: ClusterStatus["components"] = []): ClusterStatus => ({
    name: "one",
    state,
    since: "2026-01-01T00:00:00Z",
    ports: { api: 20001, registry: 20002 },
    steps: stepsWaiting(),
    components,
    nodes: [],
});
const component = (name: string, state: ClusterStatus["components"][number]["state"]) => ({
    name,
    state,
    restarted: 0,
    restarts: [],
});

describe("what a command can do with a cluster", () => {
    it("is to use it when it is ready, and to start it when it does not run or has failed", () => {
        assert.equal(verdictOn(status("ready")), "usable");
        assert.equal(verdictOn("no supervisor"), "not running");
        assert.equal(verdictOn(status("stopped")), "not running");
        assert.equal(verdictOn(status("failed")), "not running");
    });

    it("is to wait when it starts, stops, starts a part again or is slow to answer, and to say for what", () => {
        const restarting = status("starting", [component("etcd", "running"), component("node-2", "restarting")]);
        assert.deepEqual(verdictOn(restarting), { wait: "it has been starting (node-2 restarting)" });
        assert.deepEqual(verdictOn(status("starting")), { wait: "it has been starting" });
        const stopping = status("stopping", [component("etcd", "running"), component("node-1", "stopped")]);
        assert.deepEqual(verdictOn(stopping), { wait: "it has been stopping (etcd)" });
        assert.deepEqual(verdictOn("no answer"), { wait: "its supervisor has not answered" });
    });

    it("does not wait for what runs already, nor for what is not to run any more", () => {
        const parts = [component("a", "running"), component("b", "waiting"), component("c", "stopped")];
        assert.equal(stillRunning(status("starting", parts)), "b waiting");
        assert.equal(stillRunning(status("stopping", parts)), "a");
    });
});

describe("a cluster's supervisor", () => {
    const before = process.env.XDG_STATE_HOME;
    let home: string;
    let server: Server | undefined;

    beforeEach(() => {
        home = mkdtempSync(join(tmpdir(), "running-"));
        process.env.XDG_STATE_HOME = home;
        mkdirSync(clusterFolder("one").run, { recursive: true });
    });
    afterEach(async () => {
        if (before === undefined) delete process.env.XDG_STATE_HOME;
        else process.env.XDG_STATE_HOME = before;
        await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
        server = undefined;
        rmSync(home, { recursive: true });
    });

    /** This process passes for a supervisor that gives one answer after the other; the last one stays. */
    async function supervise(...answers: ClusterStatus[]): Promise<void> {
        const folder = clusterFolder("one");
        writeFileSync(folder.supervisor, (await processIdentity(process.pid)) ?? "");
        const made = createServer((socket) => {
            socket.once("data", () => {
                const next = answers.length > 1 ? answers.shift() : answers[0];
                socket.end(`${JSON.stringify({ status: next })}\n`);
            });
        });
        server = made;
        await withSocketPath(folder, (path) => new Promise<void>((resolve) => made.listen(path, resolve)));
    }

    it("is not there before one was started, and after it was killed", async () => {
        const folder = clusterFolder("one");
        assert.equal(await look(folder), "no supervisor");
        writeFileSync(folder.supervisor, `${process.pid} 1`); // the id, with another start
        assert.equal(await look(folder), "no supervisor");
        assert.equal(await isUsable("one", folder), false);
    });

    it("that does not listen yet is told from one that is not there", async () => {
        const folder = clusterFolder("one");
        writeFileSync(folder.supervisor, (await processIdentity(process.pid)) ?? "");
        assert.equal(await look(folder), "no answer");
        const { state, reason } = await statusNow(
            { name: "one", id: "1", ports: { api: 1, registry: 2 }, registry: { username: "u", password: "p" } },
            folder,
        );
        assert.equal(state, "starting");
        assert.match(reason ?? "", /its supervisor runs, but has not answered/);
    });

    it("is waited for while something is being started again", async () => {
        const again = status("starting", [component("node-1", "restarting")]);
        await supervise(again, again, status("ready"));
        assert.equal(await isUsable("one", clusterFolder("one")), true);
    });

    it("is waited for while it stops, and then nothing runs", async () => {
        await supervise(status("stopping"), status("stopped"));
        assert.equal(await isUsable("one", clusterFolder("one")), false);
    });
});
