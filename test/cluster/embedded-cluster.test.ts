// The embedded cluster itself, on an instance of its own: what the stack and a
// user rely on, and that nothing of it is left.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import {
    type ClusterAccess,
    clusterAccess,
    clusterDelete,
    clusterStatus,
    clusterStop,
    clusterUp,
    kubectlProgram,
    nodeCommand,
} from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { run } from "../../embedded/run";
import { ownInstance } from "./instance";

const { name } = ownInstance("itself");
const folder = clusterFolder(name);
const PATIENCE = "--timeout=90s";

let access: ClusterAccess;

async function kubectl(args: readonly string[], objects?: object[]): Promise<string> {
    const [program = "", ...first] = await kubectlProgram();
    const input = objects && JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    return run(program, [...first, "--kubeconfig", access.kubeconfig, ...args], {
        ...(input !== undefined && { input }),
    });
}

/** The one image that every cluster has, with busybox in it. */
async function sandboxImage(): Promise<string> {
    const configuration = await nodeCommand(name, "node-1", ["cat", "/host/containerd.toml"]);
    return /sandbox_image = "(.*)"/.exec(configuration)?.[1] ?? "";
}

async function pod(podName: string, node: string, script: string, claim?: string): Promise<object> {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: podName },
        spec: {
            nodeSelector: { "kubernetes.io/hostname": node },
            terminationGracePeriodSeconds: 1,
            automountServiceAccountToken: false,
            containers: [
                {
                    name: "main",
                    image: await sandboxImage(),
                    command: ["/bin/busybox", "sh", "-c", script],
                    ...(claim && { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
                },
            ],
            ...(claim && { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
        },
    };
}

const ready = (pods: readonly string[]): Promise<string> =>
    kubectl(["wait", "--for=condition=Ready", PATIENCE, ...pods.map((one) => `pod/${one}`)]);

/** The kubelet starts pods anew after a boot; "Ready" of before it says nothing, so the pod itself is asked. */
async function answersAgain(one: string, content: string): Promise<void> {
    const end = performance.now() + 90_000;
    let answer = "";
    while (answer !== content && performance.now() < end) {
        answer = await kubectl(["exec", one, "--", "/bin/busybox", "cat", "/data/file"]).catch(String);
    }
    assert.equal(answer, content);
}

/** Processes that have anything of the cluster open or on their command line. */
async function processesOfCluster(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir("/proc")).filter(
        (entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid,
    )) {
        const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
        const links = await readdir(`/proc/${pid}/fd`).catch(() => []);
        const open = await Promise.all(links.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
        if ([command, ...open].some((text) => text.includes(folder.root))) found.push(`${pid} ${command}`);
    }
    return found;
}

/** Network namespaces that any process is in. */
async function networkNamespaces(): Promise<Set<string>> {
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
    return new Set(await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => ""))));
}

describe("the embedded cluster", () => {
    let interfaces: string;
    let namespace: string;

    before(async () => {
        interfaces = await run("ip", ["-brief", "link"]);
        access = await clusterUp(name);
    });
    after(() => clusterDelete(name));

    it("has two nodes, both Ready, each a kernel of its own", async () => {
        const nodes = JSON.parse(await kubectl(["get", "nodes", "-o", "json"])) as {
            items: {
                metadata: { name: string };
                status: {
                    nodeInfo: { machineID: string; bootID: string };
                    conditions: { type: string; status: string }[];
                };
            }[];
        };
        assert.deepEqual(nodes.items.map(({ metadata }) => metadata.name).sort(), access.nodes);
        for (const { status } of nodes.items) {
            assert.equal(status.conditions.find(({ type }) => type === "Ready")?.status, "True");
        }
        for (const id of ["machineID", "bootID"] as const) {
            assert.equal(new Set(nodes.items.map(({ status }) => status.nodeInfo[id])).size, 2, id);
        }
        const { supervisor } = folder;
        const [pid] = (await readFile(supervisor, "utf8")).split(" ");
        const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
        namespace = await readlink(`/proc/${children.trim()}/ns/net`);
    });

    it("changes no interface of the machine", async () => {
        assert.equal(await run("ip", ["-brief", "link"]), interfaces);
    });

    it("is up already when it is started again", async () => {
        const start = performance.now();
        assert.deepEqual(await clusterUp(name), access);
        assert.ok(performance.now() - start < 1000);
    });

    it("lets a pod on one node reach a pod on the other, which sees the pod's own address", async () => {
        // It answers every connection with its own list of connections.
        const serve = "exec busybox nc -ll -p 8080 -e /bin/busybox cat /proc/net/tcp /proc/net/tcp6";
        await kubectl(
            ["apply", "-f", "-"],
            [await pod("first", "node-1", serve), await pod("second", "node-2", "exec busybox sleep 100000")],
        );
        await ready(["first", "second"]);
        const address = async (one: string): Promise<string> =>
            kubectl(["get", "pod", one, "-o", "jsonpath={.status.podIP}"]);
        const [first, second] = [await address("first"), await address("second")];
        const seen = await kubectl(["exec", "second", "--", "/bin/busybox", "nc", first, "8080"]);
        const hex = second
            .split(".")
            .reverse()
            .map((part) => Number(part).toString(16).toUpperCase().padStart(2, "0"))
            .join("");
        assert.match(seen, new RegExp(`:1F90 0*F*0*${hex}:`));
    });

    it("gives a claim of the default storage class a volume that can be written to, and takes it back", async () => {
        await kubectl(
            ["apply", "-f", "-"],
            [
                {
                    apiVersion: "v1",
                    kind: "PersistentVolumeClaim",
                    metadata: { name: "data" },
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
                },
                await pod("keeper", "node-2", "echo kept > /data/file; exec busybox sleep 100000", "data"),
            ],
        );
        await ready(["keeper"]);
        assert.equal(await kubectl(["exec", "keeper", "--", "/bin/busybox", "cat", "/data/file"]), "kept\n");
        const folders = await nodeCommand(name, "node-2", ["ls", "/var/lib/local-path"]);
        assert.match(folders, /^pvc-[0-9a-f-]+\n$/);
    });

    it("streams: what a pod prints arrives while it runs", async () => {
        const [program = "", ...first] = await kubectlProgram();
        await kubectl(
            ["apply", "-f", "-"],
            [await pod("talker", "node-1", "while :; do echo tick; busybox sleep 0.2; done")],
        );
        await ready(["talker"]);
        const ended = new AbortController();
        let ticks = 0;
        const following = run(program, [...first, "--kubeconfig", access.kubeconfig, "logs", "-f", "talker"], {
            signal: ended.signal,
            onLine: (line) => {
                if (line === "tick" && ++ticks >= 5) ended.abort();
            },
        });
        await assert.rejects(following);
        assert.ok(ticks >= 5);
        await kubectl(["delete", "pod", "talker"]);
    });

    it("boots a node anew when its kernel is killed, and its pods run again", async () => {
        const kernel = (await processesOfCluster()).find((line) => line.includes("umid=node-2"));
        assert.ok(kernel);
        process.kill(Number(kernel.split(" ")[0]), "SIGKILL");
        await answersAgain("keeper", "kept\n");
        const { components } = await clusterStatus(name);
        const node = components.find((component) => component.name === "node-2");
        assert.match(node?.restarts[0]?.reason ?? "", /ended by SIGKILL/);
        assert.deepEqual(await clusterUp(name), access);
    });

    it("keeps objects and volumes over a stop, and its pods run again", async () => {
        await clusterStop(name);
        assert.equal(await clusterAccess(name), undefined);
        assert.equal((await clusterStatus(name)).state, "stopped");
        assert.deepEqual(await processesOfCluster(), []);
        access = await clusterUp(name);
        await answersAgain("keeper", "kept\n");
    });

    it("is brought up again after its supervisor was killed", async () => {
        const [pid] = (await readFile(folder.supervisor, "utf8")).split(" ");
        process.kill(Number(pid), "SIGKILL");
        access = await clusterUp(name);
        assert.equal((await clusterStatus(name)).state, "ready");
        assert.match(await kubectl(["get", "pod", "keeper", "-o", "name"]), /keeper/);
    });

    it("removes a volume's folder when its claim is deleted", async () => {
        await kubectl(["delete", "pod/keeper", "pvc/data", PATIENCE]);
        await kubectl(["wait", "--for=delete", PATIENCE, "pv", "--all"]);
        assert.equal(await nodeCommand(name, "node-2", ["ls", "/var/lib/local-path"]), "");
    });

    it("has heard no complaint of a node's kernel", async () => {
        for (const node of access.nodes) {
            assert.doesNotMatch(await readFile(`${folder.logs}/${node}.log`, "utf8"), /BUG:|WARNING:|panic/);
        }
    });

    it("leaves no process, namespace, mount, interface or file when it is deleted", async () => {
        await clusterDelete(name);
        assert.deepEqual(await processesOfCluster(), []);
        assert.equal((await networkNamespaces()).has(namespace), false);
        assert.doesNotMatch(await readFile("/proc/self/mounts", "utf8"), new RegExp(name));
        assert.equal(await run("ip", ["-brief", "link"]), interfaces);
        assert.equal(existsSync(folder.root), false);
    });
});
