// A node that goes while `make up` or `make down` needs it: killed, and frozen,
// which nobody notices before its health is asked for. The supervisor of the
// embedded cluster starts it again; what waits, waits for it.
import assert from "node:assert/strict";
import { nfsMounts } from "../../commands/mounts";
import { defaultMountOptions } from "../../components/mount-options";
import { clusterAccess, nodeCommand } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import type { StackOutputs } from "../../outputs";
import { processOf } from "../cluster/belongings";
import { instance, sharedCluster } from "../cluster/instance";
import { wholeness } from "../cluster/whole";

const shared = instance(sharedCluster);
const { kubectl, makes, startMake } = shared;
const { assertComplete, assertWhole } = wholeness(shared);

const CLIENTS = "nfs-storage-stack-dev-nfs-clients";

async function hurt(node: string, signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
    process.kill(await processOf(clusterFolder(sharedCluster).root, node), signal);
}

async function outputs(): Promise<StackOutputs> {
    return JSON.parse((await makes("outputs")).stdout) as StackOutputs;
}

describe("a node that goes", () => {
    afterEach(() => assertWhole());
    after(() => makes("down"));

    for (const [signal, what] of [
        ["SIGKILL", "is killed"],
        ["SIGSTOP", "freezes"],
    ] as const) {
        for (const node of ["node-1", "node-2"]) {
            it(`is waited for by make up when ${node} ${what} in the middle`, async () => {
                const up = startMake("up", { SETTINGS: JSON.stringify({ mountOptions: options(signal, node) }) });
                await kubectl(["wait", "--for=create", "--timeout=300s", "namespace", CLIENTS]);
                await kubectl(["wait", "--for=create", "--timeout=300s", "-n", CLIENTS, "statefulset/nfs-writer"]);
                await hurt(node, signal);
                const { code, stdout, output } = await up.ended;
                assert.equal(code, 0, output);
                assert.match(stdout, /verdict +passed/);
                await assertComplete();
            });
        }

        it(`is waited for by make down when it ${what} with the mount on it`, async () => {
            const { writer } = await outputs();
            const [node = ""] = writer.nodes;
            const down = startMake("down");
            await kubectl(["wait", "--for=delete", "--timeout=120s", "-n", CLIENTS, "deployment/nfs-readers"]);
            await hurt(node, signal);
            const { code, output } = await down.ended;
            assert.equal(code, 0, output);
            await makes("cluster", { ARGS: "up" });
            const access = await clusterAccess(sharedCluster);
            assert.deepEqual(await nfsMounts(sharedCluster, access?.nodes ?? []), []);
            await makes("up");
        });
    }
});

describe("a node that can't be reached any more", () => {
    after(() => makes("down"));

    const LINK = "vec0";
    const onNode = (node: string, ...command: string[]): Promise<string> => nodeCommand(sharedCluster, node, command);
    it("is left by its pods 30 s after Kubernetes has noticed, and no second writer is made", async () => {
        await makes("up");
        const { writer } = await outputs();
        const [node = ""] = writer.nodes;
        const writerPod = (path: string): Promise<string> =>
            kubectl(["get", "pod", "-n", CLIENTS, "nfs-writer-0", "-o", `jsonpath={${path}}`]);
        const uid = await writerPod(".metadata.uid");
        await onNode(node, "ip", "link", "set", LINK, "down");
        try {
            const cut = performance.now();
            await kubectl(["wait", "--for=condition=Ready=Unknown", "--timeout=180s", `node/${node}`]);
            const noticed = performance.now();
            const leaves = "--for=jsonpath={.metadata.deletionTimestamp}";
            await kubectl(["wait", leaves, "--timeout=120s", "-n", CLIENTS, "pod/nfs-writer-0"]);
            const left = performance.now();
            const seconds = (from: number, to: number): string => `${Math.round((to - from) / 1000)} s`;
            process.stdout.write(
                `      noticed after ${seconds(cut, noticed)}, left ${seconds(noticed, left)} later\n`,
            );
            assert.ok(left - noticed < 60_000, "30 s, not Kubernetes' own 300");
            // Nobody knows whether it still writes: so there is no second one.
            assert.equal(await writerPod(".metadata.uid"), uid);
        } finally {
            await onNode(node, "ip", "link", "set", LINK, "up");
        }
        await kubectl(["wait", "--for=condition=Ready", "--timeout=180s", `node/${node}`]);
        await makes("up");
        await assertComplete();
        const access = await clusterAccess(sharedCluster);
        const mounts = await nfsMounts(sharedCluster, access?.nodes ?? []);
        assert.ok(mounts.length > 0, "what the node had is mounted again, and nothing else");
    });
});

/** Others each time, so that the volume and all pods are made anew. */
function options(signal: string, node: string): string[] {
    const timeo = 600 + (signal === "SIGKILL" ? 0 : 2) + (node === "node-1" ? 0 : 1);
    return defaultMountOptions("4.2").map((option) => (option.startsWith("timeo=") ? `timeo=${timeo}` : option));
}
