// A volume behind the share that is full: who writes says so and becomes
// unready, what was written stays readable, also over a restart of the server,
// and all goes on when there is room again. The volume is a small file system
// on a node, which the stack adopts.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nodeCommand } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { run } from "../../embedded/run";
import { instance, sharedCluster } from "../cluster/instance";

const { kubectl, make, makes } = instance(sharedCluster);

const NODE = "node-1";
const SIZE = "64M";
const SERVER = "nfs-storage-stack-dev-nfs-server";
const CLIENTS = "nfs-storage-stack-dev-nfs-clients";
const VOLUME = "small-and-kept";
const ADOPTED = { adoptData: true, capacity: "64Mi" };

const onNode = (script: string): Promise<string> => nodeCommand(sharedCluster, NODE, ["bash", "-c", script]);

/** As somebody makes it who has one disk. */
const kept: object[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: SERVER } },
    {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: VOLUME },
        spec: {
            capacity: { storage: "64Mi" },
            accessModes: ["ReadWriteOnce"],
            persistentVolumeReclaimPolicy: "Retain",
            storageClassName: "",
            local: { path: "/data/small" },
            nodeAffinity: {
                required: {
                    nodeSelectorTerms: [
                        { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [NODE] }] },
                    ],
                },
            },
        },
    },
    {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { namespace: SERVER, name: "nfs-server-data" },
        spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "",
            volumeName: VOLUME,
            resources: { requests: { storage: "64Mi" } },
        },
    },
];
const list = (items: object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

const ready = (namespace: string, pod: string, status: boolean): Promise<string> =>
    kubectl(["wait", "-n", namespace, `pod/${pod}`, `--for=condition=Ready=${status}`, "--timeout=120s"]);

describe("a volume that is full", () => {
    const image = join(clusterFolder(sharedCluster).node(NODE).host, "small.img");

    before(async () => {
        // Whoever was here before may have stopped it.
        await makes("cluster", { ARGS: "up" });
        await run("truncate", ["-s", SIZE, image]);
        await run("mkfs.ext4", ["-q", "-F", image]);
        await onNode(
            "cp /host/small.img /data/small.img && mkdir /data/small && mount -o loop /data/small.img /data/small",
        );
        await kubectl(["create", "-f", "-"], list(kept));
        await makes("up", { SETTINGS: JSON.stringify(ADOPTED) });
    });
    after(async () => {
        await makes("down", { SETTINGS: JSON.stringify(ADOPTED) });
        await makes("cluster", { ARGS: "up" });
        await kubectl(["delete", "--ignore-not-found", "-f", "-"], list(kept));
        await onNode("umount /data/small; rm -rf /data/small /data/small.img");
        await rm(image, { force: true });
    });

    it("makes the writer unready, which says why", async () => {
        await onNode(
            "dd if=/dev/zero of=/data/small/fill bs=64k 2> /dev/null; dd if=/dev/zero of=/data/small/rest bs=1k 2> /dev/null; sync",
        );
        await ready(CLIENTS, "nfs-writer-0", false);
        const page = `/api/v1/namespaces/${CLIENTS}/pods/nfs-writer-0:8080/proxy/status.json`;
        assert.match(await kubectl(["get", "--raw", page]), /ENOSPC|no space|full/i);
        const { items } = JSON.parse(await kubectl(["get", "pods", "-n", CLIENTS, "-o", "json"]));
        for (const { metadata, status } of items) {
            assert.equal(status.containerStatuses[0].restartCount, 0, `${metadata.name} is not restarted for it`);
        }
    });

    it("keeps no server from starting again", async () => {
        await kubectl(["delete", "pod", "-n", SERVER, "nfs-server-0", "--wait=true"]);
        await kubectl(["wait", "--for=create", "-n", SERVER, "pod/nfs-server-0", "--timeout=60s"]);
        await ready(SERVER, "nfs-server-0", true);
    });

    it("is what a failing `make up` quotes", async () => {
        const SETTINGS = JSON.stringify({ ...ADOPTED, message: "no room for this" });
        const { code, output } = await make("up", { SETTINGS });
        assert.notEqual(code, 0);
        assert.match(output, /the cluster says why/);
        assert.match(output, /ENOSPC|no space|full/i);
    });

    it("is over when there is room again: the next `make up` goes on", async () => {
        await onNode("rm /data/small/fill /data/small/rest");
        const SETTINGS = JSON.stringify({ ...ADOPTED, message: "room again" });
        const { stdout } = await makes("up", { SETTINGS });
        assert.match(stdout, /verdict +passed/);
    });
});
