// What an embedded cluster does when a part of it dies or stops answering: each
// comes back by itself, and status and logs say why.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clusterDelete, clusterStatus, clusterUp, nodeCommand } from "../../embedded/cluster";
import { ask, dial } from "../../embedded/cluster/control";
import { clusterFolder } from "../../embedded/cluster/folder";
import type { ClusterStatus } from "../../embedded/cluster/status";
import { killing, processOf } from "./belongings";
import { ownInstance } from "./instance";
import { objectsOn } from "./objects";

const { name } = ownInstance("watched");
const folder = clusterFolder(name);
const { kubectl } = objectsOn(name);

/** Resolves with the first status that is as wanted. @throws Error when it takes too long */
async function until(what: string, wanted: (status: ClusterStatus) => boolean): Promise<ClusterStatus> {
    const socket = await dial(folder);
    assert.ok(socket, "the supervisor listens");
    const timer = setTimeout(() => socket.destroy(), 90_000);
    let last: ClusterStatus | undefined;
    try {
        for await (const reply of ask(socket, { op: "watch" })) {
            if (!("status" in reply)) continue;
            last = reply.status;
            if (wanted(last)) return last;
        }
    } finally {
        clearTimeout(timer);
    }
    throw new Error(`${what} did not come: ${JSON.stringify(last, null, 2)}`);
}

const componentOf = (status: ClusterStatus, component: string) =>
    status.components.find((one) => one.name === component);

describe("a part of the embedded cluster that", () => {
    before(() => clusterUp(name));
    after(() => clusterDelete(name));

    for (const component of ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "registry"]) {
        it(`is killed is started again, with the reason in its status and its log: ${component}`, async () => {
            await kubectl(["create", "configmap", `before-${component}`]);
            const times = componentOf(await clusterStatus(name), component)?.restarted ?? 0;
            process.kill(await processOf(folder.root, component), "SIGKILL");
            const back = await until(
                `${component} again`,
                (status) => componentOf(status, component)?.restarted === times + 1 && status.state === "ready",
            );
            assert.match(componentOf(back, component)?.restarts.at(-1)?.reason ?? "", /^ended by SIGKILL/);
            const log = await readFile(join(folder.logs, `${component}.log`), "utf8");
            assert.match(log, /^supervisor: .* ended by SIGKILL.*; started again$/m);
            assert.match(await kubectl(["get", "configmap", `before-${component}`, "-o", "name"]), /before/);
        });
    }

    for (const service of ["containerd", "kubelet", "kube-proxy"]) {
        it(`is killed inside a node is started again, and the node says so: ${service}`, async () => {
            await nodeCommand(name, "node-1", ["bash", "-c", killing(service)]);
            const told = (status: ClusterStatus) =>
                status.nodes[0]?.services.find((one) => one.name === `node-1/${service}`);
            const back = await until(`${service} again`, (status) => told(status)?.restarted === 1);
            assert.match(told(back)?.restarts[0]?.reason ?? "", /^ended with exit code 137/);
            const log = await readFile(join(folder.node("node-1").logs, `${service}.log`), "utf8");
            assert.match(log, /^supervisor: .* ended with exit code 137; started again$/m);
        });
    }

    it("stalls is seen, and started again: a node", async () => {
        const { bootId } = (await clusterStatus(name)).nodes[1] ?? {};
        process.kill(await processOf(folder.root, "node-2"), "SIGSTOP");
        const seen = await until("the stall", (status) => componentOf(status, "node-2")?.restarted === 1);
        assert.match(
            componentOf(seen, "node-2")?.restarts[0]?.reason ?? "",
            /did not answer within 20 s when its disk/,
        );
        const back = await until("the node", (status) => status.nodes[1]?.ready === true);
        assert.notEqual(back.nodes[1]?.bootId, bootId);
    });

    it("has a wrong clock is set right: a node", async () => {
        await nodeCommand(name, "node-1", ["date", "--set=2 hours ago"]);
        const end = performance.now() + 60_000;
        let off = Number.POSITIVE_INFINITY;
        while (off > 5000 && performance.now() < end) {
            off = Math.abs(Number(await nodeCommand(name, "node-1", ["date", "+%s000"])) - Date.now());
        }
        assert.ok(off <= 5000, `${off} ms`);
        assert.match(
            await readFile(join(folder.logs, "node-1.log"), "utf8"),
            /its clock was wrong by -7\d\d\d\.\d s and is set/,
        );
    });

    it("ends too often inside a node has the node booted anew", async () => {
        const before = (await clusterStatus(name)).components.find((one) => one.name === "node-1")?.restarted ?? 0;
        // The service is started again a second after it ended, and killed as soon as it is there.
        const script = `while :; do ${killing("kube-proxy")}; sleep 0.2; done`;
        const end = nodeCommand(name, "node-1", ["bash", "-c", script]).catch(() => {});
        const back = await until(
            "another boot",
            (status) => (componentOf(status, "node-1")?.restarted ?? 0) > before && status.state === "ready",
        );
        await end;
        assert.match(componentOf(back, "node-1")?.restarts.at(-1)?.reason ?? "", /^its kube-proxy ended too often/);
    });
});
