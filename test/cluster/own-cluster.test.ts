// README's "A cluster of your own", as somebody walks it who has a cluster, a
// registry, an engine and Pulumi: plain `pulumi` commands in a copy of the
// repository, with nothing of make's environment. The embedded cluster is the
// foreign one; its kubeconfig and registry are all that is known of it.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ReaderStatus } from "../../contract/src";
import { type ClusterAccess, clusterAccess } from "../../embedded/cluster";
import { baseImage, engineUp } from "../../embedded/engine";
import { CommandFailed, run } from "../../embedded/run";
import { toolchain } from "../../embedded/toolchain";
import type { StackOutputs } from "../../outputs";
import { copyRepository } from "./copy";
import { instance, sharedCluster } from "./instance";

const STACK = "foreign";

interface Ended {
    code: number | null;
    stdout: string;
    /** Both streams. */
    text: string;
}

describe("a cluster of one's own", () => {
    let home = "";
    let env: NodeJS.ProcessEnv;
    let access: ClusterAccess;

    const project = (): string => join(home, "nfs-storage-stack");

    async function pulumi(args: readonly string[], input?: string): Promise<Ended> {
        const lines: string[] = [];
        const onLine = (line: string): void => void lines.push(line);
        const ended = (code: number | null, stdout = ""): Ended => ({ code, stdout, text: lines.join("\n") });
        try {
            const options = { cwd: project(), env, onLine, ...(input !== undefined && { input }) };
            return ended(0, await run("pulumi", [...args, "--non-interactive", "--color=never"], options));
        } catch (error) {
            if (error instanceof CommandFailed) return ended(error.code);
            throw error;
        }
    }

    async function good(args: readonly string[], input?: string): Promise<Ended> {
        const done = await pulumi(args, input);
        assert.equal(done.code, 0, `pulumi ${args.join(" ")}:\n${done.text}`);
        return done;
    }

    const set = (key: string, value: string): Promise<Ended> => good(["config", "set", key, value]);
    const setClientNetworks = async (networks: readonly string[]): Promise<void> => {
        await good(["config", "rm", "clientNetworks"]);
        for (const [index, network] of networks.entries()) {
            await good(["config", "set", "--path", `clientNetworks[${index}]`, network]);
        }
    };

    before(async () => {
        const found = await clusterAccess(sharedCluster);
        assert.ok(found, "the tests' cluster runs");
        access = found;
        home = await mkdtemp(join(tmpdir(), "own-cluster-"));
        const tools = await toolchain();
        // What a shell has after its start, Pulumi and the passphrase; PULUMI_HOME holds the plugins that are made
        // here where Pulumi's releases can't be had.
        env = {
            HOME: home,
            PATH: [dirname(tools.pulumi), process.env.PATH].join(":"),
            ...tools.env,
            PULUMI_BACKEND_URL: `file://${home}/state`,
            PULUMI_CONFIG_PASSPHRASE: "a passphrase",
        };
        await mkdir(join(home, "state"));
        await copyRepository(project());
    });
    after(async () => {
        if (home === "") return;
        // Where a test failed, others on this cluster find it empty all the same.
        await pulumi(["destroy", "--yes", "--skip-preview"]);
        await rm(home, { recursive: true, force: true });
    });

    it("is configured by `pulumi config set`", async () => {
        await good(["stack", "init", STACK]);
        await set("context", access.context);
        await set("kubeconfig", access.kubeconfig);
        await set("registryServer", access.registry.server);
        await set("registryUsername", access.registry.username);
        await good(["config", "set", "registryPassword", "--secret"], access.registry.password);
        await setClientNetworks(access.clientNetworks);
        await set("baseImage", await baseImage());
        await set("docker:host", (await engineUp()).host);
    });

    it("is looked at before anything is made: all that does not fit is named, with what mends it", async () => {
        await set("storageClassName", "fast");
        await setClientNetworks(access.clientNetworks.slice(0, 1));
        const { code, text } = await pulumi(["preview"]);
        assert.notEqual(code, 0);
        assert.match(text, /can't go to context ".*": the cluster has 2 problems; nothing was changed/);
        assert.match(text, /clientNetworks is .* the server would refuse mounts of node-2 \(/);
        assert.match(text, /storageClassName is "fast": there is no such StorageClass; there are \S+/);
        assert.doesNotMatch(text, /index\.ts|node_modules/, "no stack trace");

        const command = /pulumi (config set --path) '(\S+)' (\S+)/.exec(text);
        await good([...(command?.[1] ?? "").split(" "), command?.[2] ?? "", command?.[3] ?? ""]);
        await good(["config", "rm", "storageClassName"]);
        await good(["preview"]);
        await setClientNetworks(access.clientNetworks);
    });

    it("is never guessed: a context that is not there is an error that names those that are", async () => {
        await set("context", "another");
        const { code, text } = await pulumi(["up", "--yes"]);
        assert.notEqual(code, 0);
        assert.match(text, /context is "another": the kubeconfig has no context "another"; it has: /);
        assert.match(text, new RegExp(`pulumi config set nfs-storage-stack:context ${access.context}`));
        await set("context", access.context);
    });

    it("gets the stack by a plain `pulumi up`, with its proof", async () => {
        const { text } = await good(["up", "--yes"]);
        assert.doesNotMatch(text, /warning: preflight/);
        const { visibility, writer, readers } = JSON.parse(
            (await good(["stack", "output", "--json"])).stdout,
        ) as StackOutputs;
        assert.equal(visibility.verdict, "passed", visibility.reason);
        assert.notEqual(visibility.writer.node, visibility.checker.node);
        assert.deepEqual(writer.nodes, [visibility.writer.node]);
        assert.ok(!readers.nodes.includes(visibility.writer.node));
        assert.ok(writer.image.startsWith(access.registry.server));
    });

    it("has nothing to change after that", async () => {
        await good(["preview", "--expect-no-changes"]);
    });

    it("says of another path that a preview can't show it, and has it, with all that was written", async () => {
        const output = async (): Promise<StackOutputs> =>
            JSON.parse((await good(["stack", "output", "--json"])).stdout);
        const before = await output();
        await set("exportPath", "/data");
        const { code, text } = await pulumi(["preview"]);
        assert.notEqual(code, 0, "Pulumi's plugin can show it by now: the preflight's warning has to go");
        const command = /the settings want \S+:\/data: .*what is on the share stays.*\n\s+pulumi (.*)/.exec(text)?.[1];
        assert.equal(command, "up --skip-preview", text);

        await good([...command.split(" "), "--yes"]);
        const { server, visibility } = await output();
        assert.deepEqual([server.path, visibility.verdict], ["/data", "passed"], visibility.reason);
        assert.ok(visibility.firstSequence > before.visibility.lastSequence);
        await good(["preview", "--expect-no-changes"]);
    });

    describe("with a server of somebody else's", () => {
        const both = ["one", "two"];
        const outputsOf = async (stack: string): Promise<StackOutputs> =>
            JSON.parse((await good(["stack", "output", "--json", "--stack", stack])).stdout);
        /** What a reader of a stack says now. */
        async function reader(stack: string): Promise<ReaderStatus> {
            const { readers } = await outputsOf(stack);
            const path = `/api/v1/namespaces/${readers.namespace}/services/${readers.service}:http/proxy/status.json`;
            return ReaderStatus.parse(JSON.parse(await instance(sharedCluster).kubectl(["get", "--raw", path])));
        }
        /** It is ready, has never found anything wrong, and sees records that are new. */
        async function healthy(stack: string): Promise<void> {
            const { lastSequence } = await reader(stack);
            let now = await reader(stack);
            for (const end = Date.now() + 60_000; Date.now() < end; now = await reader(stack)) {
                if (now.ready && now.lastSequence > lastSequence) break;
            }
            assert.ok(now.ready && now.lastSequence > lastSequence, now.reason);
            assert.deepEqual(new Set(Object.values(now.found)), new Set([0]));
        }

        before(async () => {
            const { server, writer } = await outputsOf(STACK);
            for (const stack of both) {
                await good(["stack", "init", stack]);
                await set("context", access.context);
                await set("kubeconfig", access.kubeconfig);
                await set("externalServer", `${server.address}:${server.path}`);
                await set("clientImage", writer.image);
            }
        });
        after(() => good(["stack", "select", STACK]));

        it("comes up twice on one share, each with its own proof, and neither disturbs anybody", async () => {
            for (const stack of both) {
                await good(["up", "--yes", "--stack", stack]);
                assert.equal((await outputsOf(stack)).visibility.verdict, "passed");
            }
            for (const stack of [STACK, ...both]) await healthy(stack);
        });

        it("stays proven when the other stack is destroyed, and when it comes again", async () => {
            const { lastSequence } = await reader("one");
            await good(["destroy", "--yes", "--stack", "one"]);
            await healthy("two");
            await good(["preview", "--expect-no-changes", "--stack", "two"]);
            await good(["up", "--yes", "--stack", "one"]);
            // Its journal is found again: it goes on where it was.
            const { visibility } = await outputsOf("one");
            assert.deepEqual([visibility.verdict, visibility.firstSequence], ["passed", 1], visibility.reason);
            assert.ok(visibility.lastSequence > lastSequence, `${visibility.lastSequence} after ${lastSequence}`);
            for (const stack of both) await healthy(stack);
        });

        it("goes", async () => {
            for (const stack of both) {
                await good(["destroy", "--yes", "--stack", stack]);
                await good(["stack", "rm", "--yes", stack]);
            }
            await healthy(STACK);
        });
    });

    // Tests of a group come before the groups in it.
    describe("in the end", () => {
        it("is left as it was by `pulumi destroy`", async () => {
            await good(["destroy", "--yes"]);
            const left = await instance(sharedCluster).kubectl(["get", "namespaces,persistentvolumes", "-o", "name"]);
            assert.doesNotMatch(left, new RegExp(STACK));
            const { deployment } = JSON.parse((await good(["stack", "export"])).stdout) as {
                deployment: { resources?: unknown[] };
            };
            assert.deepEqual(deployment.resources ?? [], []);
            await good(["stack", "rm", "--yes", STACK]);
        });
    });
});
