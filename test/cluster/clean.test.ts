// `make clean`, in a copy of the repository with a cache and a state of its own:
// what it refuses to delete, and that it leaves nothing otherwise.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../embedded/paths";
import { run } from "../../embedded/run";
import { toolchain } from "../../embedded/toolchain";
import { copyRepository } from "./copy";
import { instance, type Made, sharedCluster } from "./instance";

describe("make clean", () => {
    const home = mkdtempSync(join(tmpdir(), "clean-"));
    const copy = join(home, "repository");
    const cache = join(home, "cache/nfs-storage-stack");
    const state = join(home, "state/nfs-storage-stack");
    const env = {
        XDG_CACHE_HOME: join(home, "cache"),
        XDG_STATE_HOME: join(home, "state"),
        PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "of the test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const { make } = instance(sharedCluster);
    const clean = (): Promise<Made> => make("clean", {}, { cwd: copy, env });

    before(async () => {
        await toolchain(); // built before it is linked to
        await copyRepository(copy);
        mkdirSync(join(home, "backend"));
    });
    after(() => rmSync(home, { recursive: true, force: true }));

    /** What was built is there, as links: deleting them deletes nothing. And a cluster that is stopped. */
    function furnish(): void {
        const built = join(cacheDirectory(), "built");
        mkdirSync(join(cache, "built"), { recursive: true });
        for (const name of readdirSync(built)) symlinkSync(join(built, name), join(cache, "built", name));
        const cluster = join(state, "clusters/one");
        mkdirSync(cluster, { recursive: true });
        writeFileSync(join(cluster, "cluster.json"), JSON.stringify({ name: "one", ports: { api: 1, registry: 2 } }));
    }

    async function pulumi(args: readonly string[], input?: string): Promise<string> {
        const tools = await toolchain();
        return run(tools.pulumi, [...args, "--non-interactive"], {
            cwd: copy,
            env: { ...process.env, ...tools.env, ...env },
            ...(input !== undefined && { input }),
        });
    }

    /** A stack on a cluster of one's own, with one object, that make was used for. */
    async function deployOutside(): Promise<void> {
        mkdirSync(join(state, "environments/away"), { recursive: true });
        writeFileSync(join(copy, "Pulumi.away.yaml"), "config:\n  nfs-storage-stack:context: far-away\n");
        await pulumi(["stack", "init", "away"]);
        const urn = (type: string, name: string): string => `urn:pulumi:away::nfs-storage-stack::${type}::${name}`;
        const [root, provider] = [urn("pulumi:pulumi:Stack", "root"), urn("pulumi:providers:kubernetes", "cluster")];
        const resources = [
            { urn: root, custom: false, type: "pulumi:pulumi:Stack" },
            { urn: provider, custom: true, id: "1", type: "pulumi:providers:kubernetes", inputs: {}, outputs: {} },
            {
                urn: urn("kubernetes:core/v1:Namespace", "one"),
                custom: true,
                id: "one",
                type: "kubernetes:core/v1:Namespace",
                parent: root,
                provider: `${provider}::1`,
                inputs: {},
                outputs: {},
            },
        ];
        await pulumi(["stack", "import", "--stack", "away"], JSON.stringify({ version: 3, deployment: { resources } }));
    }

    it("refuses while a stack outside the embedded cluster has resources, and deletes nothing", async () => {
        furnish();
        await deployOutside();
        const { code, output } = await clean();
        assert.notEqual(code, 0);
        assert.match(
            output,
            /nothing was deleted:\n {2}- the stack away still has 1 resource on its cluster: .*`make down ENV=away`/,
        );
        assert.ok(existsSync(join(cache, "built")) && existsSync(join(state, "clusters/one/cluster.json")));
    });

    it("refuses while it can't tell", async () => {
        const { code, output } = await make(
            "clean",
            {},
            { cwd: copy, env: { ...env, PULUMI_BACKEND_URL: "nonsense://" } },
        );
        assert.notEqual(code, 0);
        assert.match(output, /can't tell whether the stack away still has resources/);
        assert.ok(existsSync(join(cache, "built")));
    });

    it("leaves nothing otherwise, and is safe to run again", async () => {
        await pulumi(["stack", "import", "--stack", "away"], JSON.stringify({ version: 3, deployment: {} }));
        for (const _ of [1, 2]) {
            assert.equal((await clean()).code, 0);
            assert.ok(!existsSync(cache) && !existsSync(state));
        }
        // What it was linked to is not touched.
        assert.ok(readdirSync(join(cacheDirectory(), "built")).length > 0);
    });

    it("leaves other commands with nothing to do, for which they build nothing", async () => {
        for (const target of ["status", "outputs", "down"]) {
            assert.equal((await make(target, {}, { cwd: copy, env })).code, 0, target);
        }
        const { code, output } = await make("open", {}, { cwd: copy, env });
        assert.notEqual(code, 0);
        assert.match(output, /has no page yet: run `make up` first/);
        assert.ok(!existsSync(join(cache, "built")));
    });
});
