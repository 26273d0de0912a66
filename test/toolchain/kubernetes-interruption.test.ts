// `pulumi up` that is interrupted while Pulumi's own Kubernetes plugin waits: no
// process stays behind, unless the CLI is killed, and no object is forgotten.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { idlePodSpec, setPodStatus, statuses } from "./kubernetes-fixture";
import { bad, deployment, destroy, good, program, refresh, workbench } from "./kubernetes-program";
import { commandOf, descendants, gone, type Process, until } from "./processes";
import type { Project, Result } from "./project";

const PLUGIN = "pulumi-resource-kubernetes";

describe("a program on Pulumi's own Kubernetes plugin, interrupted", function () {
    this.timeout(120_000);
    const { project, namespace: made, cluster } = workbench();
    let api: Api;
    let stack: Project;
    let namespace: string;
    let pods: string;
    before(async () => {
        api = cluster();
        namespace = await made();
        pods = `/api/v1/namespaces/${namespace}/pods`;
        const args = { metadata: { namespace, name: "waits" }, spec: idlePodSpec() };
        stack = await project(program([{ type: "core/v1/Pod", name: "waits", args }]));
    });

    /** `up` until the Pod is there, which never becomes ready; then the signals. */
    async function interrupted(...signals: NodeJS.Signals[]): Promise<Result> {
        let cli: ChildProcess | undefined;
        const ended = stack.run(["up", "--yes", "--skip-preview", "--stack", "test"], (child) => {
            cli = child;
        });
        await api.seen(pods, {}, (found) => found.length > 0);
        const family = await descendants(cli?.pid ?? 0);
        assert.ok(
            family.some(({ command }) => command.includes(PLUGIN)),
            "the plugin must be among the CLI's processes",
        );
        let [said, over] = ["", false];
        for (const stream of [cli?.stdout, cli?.stderr]) {
            stream?.on("data", (piece: string) => {
                said += piece;
            });
        }
        cli?.once("exit", () => {
            over = true;
        });
        for (const [index, signal] of signals.entries()) {
            if (index > 0) await until(() => said.includes("cancelling") || over);
            cli?.kill(signal);
        }
        const result = await ended;
        if (signals.includes("SIGKILL")) await endOrphans(family);
        await gone(family);
        return result;
    }

    /** Of a CLI that was killed: Pulumi's plugin then goes on waiting, up to its own time-out. */
    async function endOrphans(family: readonly Process[]): Promise<void> {
        for (const { pid, command } of family) {
            if ((await commandOf(pid)) === command) process.kill(pid, "SIGKILL");
        }
    }

    /** Nobody has lost the Pod: `destroy` finds it. */
    async function destroysIt(): Promise<void> {
        const { resources: kept } = await deployment(stack);
        assert.ok(kept.some((one: Obj) => one.id === `${namespace}/waits`));
        good(await destroy(stack));
        assert.deepEqual(await api.list(pods), []);
    }

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`by ${signal}: ends within seconds, has the Pod in the state, and goes on`, async () => {
            const start = performance.now();
            assert.match(bad(await interrupted(signal)), /cancelled/);
            assert.ok(performance.now() - start < 60_000);
            assert.deepEqual((await deployment(stack)).pending_operations ?? [], []);
            await destroysIt();
        });
    }

    it("by Ctrl-C twice: knows of the Pod, in the state or as an operation that is not finished", async () => {
        bad(await interrupted("SIGINT", "SIGINT"));
        const isUnfinished = await unfinished();
        const { resources: kept } = await deployment(stack);
        assert.ok(isUnfinished || kept.some((one: Obj) => one.id === `${namespace}/waits`));
        // Which of the two it is depends on how far the CLI came; what it does with the first is its own.
        await api.ask(`${pods}/waits`, { method: "DELETE" });
        good(await refresh(stack, "--clear-pending-creates"));
    });

    it("by SIGKILL: leaves an operation that is not finished, of which the next up tells", async () => {
        assert.equal((await interrupted("SIGKILL")).code, null);
        assert.ok(await unfinished(), "the create must be among the operations that are not finished");
        // Whether a plugin takes over what is there depends on its version; the commands do not rely on either.
        await api.ask(`${pods}/waits`, { method: "DELETE" });
        const going = stack.up();
        await setPodStatus(api, namespace, "waits", statuses.ready);
        assert.match((await going).text, /1 pending operation/);
        good(await refresh(stack, "--clear-pending-creates"));
        await destroysIt();
    });

    /** Takes away the lock of a CLI that is gone; whether the state has an operation that is not finished. */
    async function unfinished(): Promise<boolean> {
        await stack.run(["cancel", "--yes", "--stack", "test"]);
        const pending: Obj[] = (await deployment(stack)).pending_operations ?? [];
        return pending.some((one) => one.type === "creating" && one.resource.urn.endsWith("::waits"));
    }
});
