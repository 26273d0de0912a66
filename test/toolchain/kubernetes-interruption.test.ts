// The fallback plugin "kubernetes" when `pulumi up` is interrupted while it
// waits: no process stays behind, and no object is forgotten.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import type { Api } from "../../embedded/toolchain/kubernetes-plugin/api";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { idlePodSpec, seen } from "./kubernetes-fixture";
import {
    bad,
    deployment,
    destroy,
    good,
    namespaceOf,
    program,
    refresh,
    type Wanted,
    workbench,
} from "./kubernetes-program";
import { descendants, gone, until } from "./processes";
import type { Project, Result } from "./project";

const PLUGIN = "pulumi-resource-kubernetes";

describe("the fallback plugin kubernetes, interrupted", function () {
    this.timeout(120_000);
    const { project, fresh, cluster } = workbench();
    let api: Api;
    before(() => {
        api = cluster();
    });

    const pods = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
    const resources = (namespace: string): Wanted[] => [
        namespaceOf(namespace),
        {
            type: "core/v1/Pod",
            name: "waits",
            args: { metadata: { namespace: "@ns.metadata.name", name: "waits" }, spec: idlePodSpec() },
        },
    ];

    /** `up` until the Pod is there, which never becomes ready; then the signals. */
    async function interrupted(stack: Project, namespace: string, ...signals: NodeJS.Signals[]): Promise<Result> {
        let cli: ChildProcess | undefined;
        const ended = stack.run(["up", "--yes", "--skip-preview", "--stack", "test"], (child) => {
            cli = child;
        });
        await seen(api, pods(namespace), {}, (found) => found.length > 0);
        const family = await descendants(cli?.pid ?? 0);
        assert.ok(
            family.some(({ command }) => command.includes(PLUGIN)),
            "the plugin must be among the CLI's processes",
        );
        let said = "";
        cli?.stdout?.on("data", (piece: string) => {
            said += piece;
        });
        for (const [index, signal] of signals.entries()) {
            if (index > 0) await until(() => said.includes("cancelling") || cli?.exitCode !== null);
            cli?.kill(signal);
        }
        const result = await ended;
        await gone(family);
        return result;
    }

    /** Neither `up` nor anybody else may have lost the Pod: `destroy` finds it. */
    async function destroysIt(stack: Project, namespace: string): Promise<void> {
        const { resources: kept } = await deployment(stack);
        assert.ok(kept.some((one: Obj) => one.id === `${namespace}/waits`));
        good(await destroy(stack));
        assert.deepEqual(await api.list("/api/v1/namespaces", { fieldSelector: `metadata.name=${namespace}` }), []);
    }

    it("by Ctrl-C: ends within seconds, has the Pod in the state, and goes on", async () => {
        const namespace = fresh();
        const stack = await project(program(resources(namespace)));
        const start = performance.now();
        assert.match(bad(await interrupted(stack, namespace, "SIGINT")), /cancelled/);
        assert.ok(performance.now() - start < 30_000);
        assert.deepEqual((await deployment(stack)).pending_operations ?? [], []);
        await destroysIt(stack, namespace);
    });

    it("by Ctrl-C twice: knows of the Pod, in the state or as an operation that is not finished", async () => {
        const namespace = fresh();
        const stack = await project(program(resources(namespace)));
        bad(await interrupted(stack, namespace, "SIGINT", "SIGINT"));
        if (await unlocked(stack)) await found(stack, namespace);
        await destroysIt(stack, namespace);
    });

    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        it(`by ${signal}: leaves an operation that refresh finishes, and the next up says so`, async () => {
            const namespace = fresh();
            const stack = await project(program(resources(namespace)));
            bad(await interrupted(stack, namespace, signal));
            assert.ok(await unlocked(stack), "the create must be among the operations that are not finished");
            const text = bad(await stack.up());
            assert.match(text, /1 pending operation/);
            assert.match(text, /Pod \S+\/waits is in the cluster already[\s\S]*--import-pending-creates/);
            await found(stack, namespace);
            await destroysIt(stack, namespace);
        });
    }

    /** Takes away the lock of a CLI that is gone; whether the state has an operation that is not finished. */
    async function unlocked(stack: Project): Promise<boolean> {
        await stack.run(["cancel", "--yes", "--stack", "test"]);
        const pending: Obj[] = (await deployment(stack)).pending_operations ?? [];
        return pending.some((one) => one.type === "creating" && one.resource.urn.endsWith("::waits"));
    }

    /** Finishes it, as the error message says. */
    async function found(stack: Project, namespace: string): Promise<void> {
        const [pending] = (await deployment(stack)).pending_operations;
        const pair = [pending.resource.urn, `${namespace}/waits`];
        good(await refresh(stack, ...pair.flatMap((word: string) => ["--import-pending-creates", word])));
        assert.deepEqual((await deployment(stack)).pending_operations ?? [], []);
    }
});
