// The embedded cluster itself, on an instance of its own: what the stack and a
// user rely on, and that nothing of it is left.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readlink, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import {
    type ClusterAccess,
    clusterAccess,
    clusterDelete,
    clusterStatus,
    clusterStop,
    clusterUp,
    kubectlProgram,
    nodeCheck,
    nodeCommand,
} from "../../embedded/cluster";
import { dial } from "../../embedded/cluster/control";
import { clusterFolder } from "../../embedded/cluster/folder";
import { killSupervisor } from "../../embedded/cluster/launch";
import { run } from "../../embedded/run";
import { belongings, machineState, networkNamespaces, processesOf, processOf } from "./belongings";
import { ownInstance } from "./instance";
import { objectsOn, PATIENCE } from "./objects";

const MIB = 1024 ** 2;
const { name } = ownInstance("itself");
const folder = clusterFolder(name);
const { kubectl, pod, claim, ready, exec } = objectsOn(name);

let access: ClusterAccess;

/** This machine's own addresses on real networks. */
const outside = (): string[] =>
    Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ internal, family }) => !internal && family === "IPv4")
        .map(({ address }) => address);

/** What somebody else on this machine gets to see: a status, or why not. */
async function stranger(supervisor: number, inside: number): Promise<Record<string, unknown>> {
    const { api, registry } = (await clusterStatus(name)).ports;
    const tried = {
        answers: [
            ...["/version", "/api/v1/nodes", "/healthz"].map((path) => ["https", api, path]),
            ...["/v2/", "/v2/_catalog"].map((path) => ["http", registry, path]),
        ],
        supervisor,
        links: { namespace: `/proc/${inside}/ns/net`, root: `/proc/${inside}/root` },
        files: { kubeconfig: folder.kubeconfig, control: join(folder.run, "control") },
    };
    const child = spawn(process.execPath, ["-e", STRANGER, JSON.stringify(tried)], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: "/",
        env: {},
        stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
        printed += chunk;
    });
    await once(child, "close");
    return JSON.parse(printed) as Record<string, unknown>;
}

const NOBODY = 65_534;
const STRANGER = `
const fs = require("node:fs");
const { answers, supervisor, links, files } = JSON.parse(process.argv[1]);
const code = (work) => { try { work(); return "done"; } catch (error) { return error.code; } };
const seen = {};
seen.kill = code(() => process.kill(supervisor, 0));
for (const [name, path] of Object.entries(links)) seen[name] = code(() => fs.readlinkSync(path));
for (const [name, path] of Object.entries(files)) seen[name] = code(() => fs.openSync(path));
const get = ([scheme, port, path]) => new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path, rejectUnauthorized: false, agent: false };
    require("node:" + scheme).get(options, (response) => {
        seen[scheme + " " + path] = response.statusCode;
        response.destroy();
        resolve();
    }).once("error", (error) => { seen[scheme + " " + path] = error.code; resolve(); });
});
Promise.all(answers.map(get)).then(() => console.log(JSON.stringify(seen)));
`;

/** The kubelet starts pods anew after a boot; "Ready" of before it says nothing, so the pod itself is asked. */
async function answersAgain(one: string, content: string): Promise<void> {
    const end = performance.now() + 90_000;
    let answer = "";
    while (answer !== content && performance.now() < end) {
        answer = await kubectl(["exec", one, "--", "/bin/busybox", "cat", "/data/file"]).catch(String);
    }
    assert.equal(answer, content);
}

describe("the embedded cluster", () => {
    let machine: Record<string, string>;
    let namespace: string;

    before(async () => {
        machine = await machineState();
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

    it("changes nothing of the machine's network and engine", async () => {
        assert.deepEqual(await machineState(), machine);
    });

    it("is up already when it is started again", async () => {
        const start = performance.now();
        assert.deepEqual(await clusterUp(name), access);
        assert.ok(performance.now() - start < 1000);
    });

    it("answers all who ask a node at once, each what was asked", async () => {
        const asked = Array.from({ length: 8 }, async (_, n) => {
            await nodeCheck(name, "node-1");
            return nodeCommand(name, "node-1", ["echo", String(n)]);
        });
        assert.deepEqual(
            (await Promise.all(asked)).map((text) => text.trim()),
            asked.map((_, n) => String(n)),
        );
    });

    it("goes on, whatever is asked of a node: what does not fit is refused with the limit", async () => {
        const boots = async (): Promise<unknown> => (await clusterStatus(name)).nodes.map(({ bootId }) => bootId);
        const before = await boots();
        const sh = (script: string): Promise<string> => nodeCommand(name, "node-1", ["bash", "-c", script]);
        const long = (bytes: number): string => `printf %s ${"x".repeat(bytes)} | wc -c`;
        assert.equal(await sh(long(2_700)), "2700\n");
        await assert.rejects(sh(long(3_600)), /the command takes 3\d\d\d bytes, .* a node takes at most 2\d\d\d: /);
        // Two that fit together no terminal.
        assert.deepEqual(await Promise.all([sh(long(2_700)), sh(long(2_700))]), ["2700\n", "2700\n"]);
        assert.equal((await sh("head -c 200000 /dev/zero | tr '\\0' x")).length, 200_000, "without the end of a line");
        assert.equal(await sh("printf '\\377\\0\\n'"), "\ufffd\0\n", "no text");
        for (const much of ["head -c 100000000 /dev/zero", "head -c 300000 /dev/urandom >&2"]) {
            await assert.rejects(sh(much), /it printed more than 262144 bytes: let it write them to a file/);
        }
        await Promise.all(["node-1", "node-2"].map((node) => nodeCheck(name, node)));
        assert.deepEqual(await boots(), before);
    });

    it("takes a paste into a shell of a node that has no time to read it, and listens on", async () => {
        const socket = await dial(folder);
        assert.ok(socket);
        let said = "";
        socket.on("data", (data: Buffer) => {
            said += data;
        });
        const until = async (text: string): Promise<void> => {
            while (!said.includes(text)) await once(socket, "data", { signal: AbortSignal.timeout(60_000) });
        };
        socket.write(`${JSON.stringify({ op: "shell", node: "node-1", rows: 24, columns: 80 })}\n`);
        await until("# ");
        socket.write("sleep 3; echo slep't'\n");
        socket.write(`${": a line that does nothing\n".repeat(400)}echo past'ed'\n`);
        await until("slept");
        await until("pasted");
        socket.write("echo list'ens'\n");
        await until("listens");
        socket.write("exit\n");
        await once(socket, "close", { signal: AbortSignal.timeout(60_000) });
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
                claim("data", "8Mi"),
                await pod("keeper", "node-2", "echo kept > /data/file; exec busybox sleep 100000", "data"),
            ],
        );
        await ready(["keeper"]);
        assert.equal(await kubectl(["exec", "keeper", "--", "/bin/busybox", "cat", "/data/file"]), "kept\n");
        const folders = await nodeCommand(name, "node-2", ["ls", "/var/lib/local-path"]);
        assert.match(folders, /^pvc-[0-9a-f-]+\n$/);
    });

    it("lets no volume grow beyond its size, and nothing else suffers", async () => {
        await kubectl(
            ["apply", "-f", "-"],
            [claim("small", "8Mi"), await pod("filler", "node-2", "exec busybox sleep 100000", "small")],
        );
        await ready(["filler"]);
        const fill =
            "busybox dd if=/dev/zero of=/data/big bs=64k; busybox stat -c 'wrote %s' /data/big; cat /data/big > /dev/null";
        const said = await exec("filler", "/bin/busybox", "sh", "-c", `(${fill}) 2>&1`);
        assert.match(said, /No space left on device/);
        const wrote = Number(/wrote (\d+)/.exec(said)?.[1]);
        assert.ok(wrote >= 8 * MIB && wrote < 12 * MIB, `${wrote} bytes`);
        // Three times the size of the full one, beside it and on the node's own disk.
        await exec("keeper", "/bin/busybox", "sh", "-c", "echo more > /data/other && rm /data/other");
        await nodeCommand(name, "node-2", ["dd", "if=/dev/zero", "of=/data/beside", "bs=1M", "count=24"]);
        await nodeCommand(name, "node-2", ["rm", "/data/beside"]);
    });

    it("says of a claim that no node has room for that it has none", async () => {
        await kubectl(["apply", "-f", "-"], [claim("huge", "1Ti"), await pod("waiting", "node-1", "true", "huge")]);
        const events = ["get", "events", "--field-selector=involvedObject.name=huge,reason=ProvisioningFailed"];
        const end = performance.now() + 60_000;
        let told = "";
        while (!/the node's disk has \d+ bytes left, and the volume needs/.test(told) && performance.now() < end) {
            told = await kubectl([...events, "-o", "jsonpath={.items[*].message}"]);
        }
        assert.match(told, /node-1.*the node's disk has \d+ bytes left, and the volume needs 1\d{12}/s);
        await kubectl(["delete", "pod/waiting", "pvc/huge", PATIENCE]);
    });

    it("gives another user of the machine nothing: not its files, its sockets, its processes, its API, its images", async () => {
        for (const file of [folder.root, folder.certificates, folder.kubeconfig, join(folder.run, "control")]) {
            assert.equal((await stat(file)).mode & 0o077, 0, file);
        }
        const processes = await processesOf(folder.root);
        const { password } = access.registry;
        assert.ok(processes.every(({ command }) => !command.includes(password)));
        const outermost = await readFile(folder.supervisor, "utf8");
        const inside = processes.find(({ network }) => network === namespace);
        const seen = await stranger(Number(outermost.split(" ")[0]), inside?.pid ?? 0);
        assert.deepEqual(seen, {
            "https /version": 401,
            "https /api/v1/nodes": 401,
            "https /healthz": 401,
            "http /v2/": 401,
            "http /v2/_catalog": 401,
            kill: "EPERM",
            namespace: "EACCES",
            root: "EACCES",
            kubeconfig: "EACCES",
            control: "EACCES",
        });
    });

    it("lets no pod and no node out to the machine", async () => {
        const server = createServer((socket) => socket.end("the machine")).listen(0, "127.0.0.1");
        await once(server, "listening");
        try {
            const { port } = server.address() as AddressInfo;
            const reaches = (where: string): string => `(echo > /dev/tcp/${where}) 2>&1 && echo reached`;
            for (const target of [`10.97.0.1/${port}`, "10.97.0.1/2379", ...outside().map((one) => `${one}/${port}`)]) {
                const script = `timeout 5 bash -c '${reaches(target)}' || true`;
                assert.doesNotMatch(await nodeCommand(name, "node-1", ["bash", "-c", script]), /reached/, target);
            }
            const fromPod = await exec(
                "second",
                "/bin/busybox",
                "sh",
                "-c",
                `busybox nc -w 3 10.97.0.1 ${port} || echo no`,
            );
            assert.equal(fromPod, "no\n");
        } finally {
            server.close();
        }
        const inside = (await processesOf(folder.root)).find(({ network }) => network === namespace);
        const routes = (await readFile(`/proc/${inside?.pid}/net/route`, "utf8")).trim().split("\n").slice(1);
        assert.ok(routes.length > 0);
        // The second column is an address, its first byte last: all of them begin with 10.
        for (const route of routes) assert.match(route.split("\t")[1] ?? "", /0A$/, route);
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
        process.kill(await processOf(folder.root, "node-2"), "SIGKILL");
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
        assert.deepEqual(await processesOf(folder.root), []);
        access = await clusterUp(name);
        await answersAgain("keeper", "kept\n");
    });

    it("is brought up again after its supervisor was killed", async () => {
        await killSupervisor(folder);
        assert.deepEqual(await processesOf(folder.root), []);
        access = await clusterUp(name);
        assert.equal((await clusterStatus(name)).state, "ready");
        assert.match(await kubectl(["get", "pod", "keeper", "-o", "name"]), /keeper/);
    });

    it("keeps what is in a full volume over boots, and its size", async () => {
        const more = "busybox dd if=/dev/zero of=/data/more bs=64k count=64 2>&1";
        const end = performance.now() + 90_000;
        let said = "";
        while (!/No space left/.test(said) && performance.now() < end) {
            said = await exec("filler", "/bin/busybox", "sh", "-c", more).catch(String);
        }
        assert.match(said, /No space left on device/);
    });

    it("removes a volume and what is in it when its claim is deleted", async () => {
        await kubectl(["delete", "pod/keeper", "pvc/data", "pod/filler", "pvc/small", PATIENCE]);
        await kubectl(["wait", "--for=delete", PATIENCE, "pv", "--all"]);
        const left = await nodeCommand(name, "node-2", ["ls", "/var/lib/local-path", "/data/volumes"]);
        assert.doesNotMatch(left, /pvc-/);
    });

    it("has heard no complaint of a node's kernel", async () => {
        for (const node of access.nodes) {
            assert.doesNotMatch(await readFile(`${folder.logs}/${node}.log`, "utf8"), /BUG:|WARNING:|panic/);
        }
    });

    it("leaves no process, namespace, mount, interface or file when it is deleted", async () => {
        await clusterDelete(name);
        assert.deepEqual(await belongings(folder.root), []);
        assert.equal((await networkNamespaces()).has(namespace), false);
        assert.deepEqual(await machineState(), machine);
    });
});
