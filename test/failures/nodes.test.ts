// A node that goes while `make up` or `make down` needs it: killed, and frozen,
// which nobody notices before its health is asked for. The supervisor of the
// embedded cluster starts it again; what waits, waits for it.
import assert from "node:assert/strict";
import { nfsMounts } from "../../commands/mounts";
import { ganeshaNfs4Config } from "../../components/ganesha-config";
import { defaultMountOptions } from "../../components/mount-options";
import { clusterAccess, nodeCommand } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import type { StackOutputs } from "../../outputs";
import { processOf } from "../cluster/belongings";
import { ganeshaPod } from "../cluster/ganesha-pod";
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
    afterEach(() => makes("down"));

    const LINK = "vec0";
    const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
    const FILER = "filer";
    const onNode = (node: string, ...command: string[]): Promise<string> => nodeCommand(sharedCluster, node, command);
    const pod = (path: string, ...where: string[]): Promise<string> =>
        kubectl(["get", "pod", ...where, "-o", `jsonpath={${path}}`]);
    const writerPod = (path: string): Promise<string> => pod(path, "-n", CLIENTS, "nfs-writer-0");

    it("is left after 30 s, gets no second writer, and by the taint out-of-service a new one elsewhere", async () => {
        await makes("up");
        await outOfService({}, (await outputs()).server.namespace ?? "");
    });

    it("is left as well by what uses a server of somebody else's", async () => {
        await makes("up");
        const { image } = (await outputs()).server;
        const filer = ganeshaPod(FILER, image ?? "", ganeshaNfs4Config({}, "somebody-elses-filer"));
        // So much that the writer is put on the other node.
        const heavy = (key: string, value: unknown): unknown => (key === "requests" ? { cpu: "500m" } : value);
        try {
            const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: filer });
            await kubectl(["create", "-f", "-"], JSON.stringify(JSON.parse(list, heavy)));
            await kubectl(["wait", "-n", FILER, "pod/nfs-server-0", "--for=condition=Ready", "--timeout=120s"]);
            const address = await pod(".status.podIP", "-n", FILER, "nfs-server-0");
            const settings = { SETTINGS: JSON.stringify({ externalServer: `${address}:/share` }) };
            await makes("up", settings);
            await outOfService(settings, FILER);
        } finally {
            // Whoever has it mounted goes first. Then the cluster is stopped, too.
            await makes("down");
            await makes("cluster", { ARGS: "up" });
            await kubectl(["delete", "namespace", FILER]);
        }
    });

    /** Cuts the writer's node off, and lets the writer start elsewhere. */
    async function outOfService(settings: Record<string, string>, serverNamespace: string): Promise<void> {
        const [node = ""] = (await outputs()).writer.nodes;
        assert.notEqual(
            await pod(".spec.nodeName", "-n", serverNamespace, "nfs-server-0"),
            node,
            "its disk stays there",
        );
        const uid = await writerPod(".metadata.uid");
        const taint = (what: string): Promise<string> => kubectl(["taint", "nodes", node, OUT_OF_SERVICE + what]);
        await onNode(node, "ip", "link", "set", LINK, "down");
        try {
            const cut = performance.now();
            await kubectl(["wait", "--for=condition=Ready=Unknown", "--timeout=180s", `node/${node}`]);
            const noticed = performance.now();
            const leaves = "--for=jsonpath={.metadata.deletionTimestamp}";
            await kubectl(["wait", leaves, "--timeout=120s", "-n", CLIENTS, "pod/nfs-writer-0"]);
            const left = performance.now();
            assert.ok(left - noticed < 60_000, "30 s, not Kubernetes' own 300");
            // Nobody knows whether it still writes: so there is no second one.
            assert.equal(await writerPod(".metadata.uid"), uid);
            await taint("=nodeshutdown:NoExecute");
            // The new one is called the same, and may be there already.
            const gone = ["wait", "--for=delete", "--timeout=20s", "-n", CLIENTS, "pod/nfs-writer-0"];
            await kubectl(gone).catch(() => {});
            await kubectl(["wait", "--for=create", "--timeout=60s", "-n", CLIENTS, "pod/nfs-writer-0"]);
            await kubectl(["wait", "--for=condition=Ready", "--timeout=120s", "-n", CLIENTS, "pod/nfs-writer-0"]);
            const there = performance.now();
            assert.notEqual(await writerPod(".spec.nodeName"), node);
            const seconds = (from: number, to: number): string => `${Math.round((to - from) / 1000)} s`;
            process.stdout.write(
                `      noticed after ${seconds(cut, noticed)}, left ${seconds(noticed, left)} later, elsewhere ${seconds(left, there)} after that\n`,
            );
        } finally {
            // As one that was off: it starts anew, and what it had not written yet is gone. (One that was alive brings it
            // after the new writer has begun, and readers say that two writers continue one journal.)
            await hurt(node, "SIGKILL");
        }
        await kubectl(["wait", "--for=condition=Ready", "--timeout=180s", `node/${node}`]);
        await taint("-");
        await makes("up", settings);
        await assertComplete();
        const access = await clusterAccess(sharedCluster);
        const mounts = await nfsMounts(sharedCluster, access?.nodes ?? []);
        assert.ok(mounts.length > 0, "what the node had is mounted again, and nothing else");
    }
});

/** Others each time, so that the volume and all pods are made anew. */
function options(signal: string, node: string): string[] {
    const timeo = 600 + (signal === "SIGKILL" ? 0 : 2) + (node === "node-1" ? 0 : 1);
    return defaultMountOptions("4.2").map((option) => (option.startsWith("timeo=") ? `timeo=${timeo}` : option));
}
