// The embedded default without root: what somebody who is only a user of this
// machine can do with make, image builds included, and what is left of it.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../embedded/run";
import { leftovers, machineState, processesOf } from "./belongings";
import { isHis, isMachineRoot, mayMakeNamespaces, PlainUser, type Said } from "./plain-user";

const CLUSTER = "mine";

describe("a plain user", () => {
    const user = new PlainUser();
    const cluster = join(user.state, "clusters", CLUSTER);
    let untouched: Record<string, string>;

    async function makes(target: string, variables: Record<string, string> = {}): Promise<Said> {
        const said = await user.make(target, { CLUSTER, ...variables });
        assert.equal(said.code, 0, `make ${target} failed; its output is above`);
        return said;
    }

    before(async () => {
        await user.settle();
        untouched = await machineState();
    });
    after(async () => {
        if (mayMakeNamespaces) await user.make("clean", { CLUSTER });
        user.leave();
    });

    // Whoever runs these tests as a plain user has been told before they began.
    if (isMachineRoot) {
        it("is told in one line each what the machine does not give him, before anything starts", async () => {
            user.lend(false);
            const { code, output } = await user.make("up", { CLUSTER });
            user.lend(true);
            assert.notEqual(code, 0);
            const lines = output.split("\n").filter((text) => text.startsWith("  - "));
            const wanted = [
                ...(mayMakeNamespaces ? [] : [/namespaces.* run make as root/]),
                /^ {2}- plain has too few subordinate ids .*: sudo usermod --add-subuids 100000-165535 /,
            ];
            assert.equal(lines.length, wanted.length);
            for (const [index, pattern] of wanted.entries()) assert.match(lines[index] ?? "", pattern);
            assert.doesNotMatch(output, /[✓…]/);
            assert.deepEqual(readdirSync(user.state), []);
        });
    }

    if (!mayMakeNamespaces) return;

    it("brings up the stack, its images built by an engine of his own, and has its evidence", async () => {
        const { output } = await makes("up");
        assert.match(output, /verdict +passed/);
        assert.ok(existsSync(cluster));
    });

    it("has its nodes at hand: kubectl, a shell, the outputs of the stack", async () => {
        const nodes = await makes("kubectl", { ARGS: "get nodes" });
        for (const node of ["node-1", "node-2"]) assert.match(nodes.output, new RegExp(`${node} +Ready`));
        const shell = await makes("cluster", { ARGS: "shell node-1 id -u" });
        assert.match(shell.output, /^0$/m);
        const outputs = JSON.parse((await makes("outputs")).output);
        assert.equal(outputs.visibility.verdict, "passed");
    });

    if (isMachineRoot) {
        it("runs everything under ids that are his: nothing of it is the machine's root", async () => {
            const processes = [...(await processesOf(cluster)), ...(await processesOf(join(user.state, "engine")))];
            assert.ok(processes.length > 5);
            for (const { pid, command } of processes) {
                const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
                const ids = /^Uid:\t(.*)$/m.exec(status)?.[1]?.split("\t").map(Number) ?? [];
                assert.ok(ids.every(isHis), `${command} runs as ${ids}`);
            }
            const owners = await run("find", [user.cache, user.state, "-printf", "%U\n"]);
            assert.deepEqual(
                [...new Set(owners.trim().split("\n").map(Number))].filter((uid) => !isHis(uid)),
                [],
            );
        });
    }

    it("takes the stack down, and stops cluster and engine", async () => {
        await makes("down");
        assert.deepEqual(await processesOf(cluster), []);
        assert.deepEqual(await processesOf(join(user.state, "engine")), []);
        const { output } = await makes("status");
        for (const told of [/stopped/, /: 0 Kubernetes objects/]) assert.match(output, told);
    });

    it("deletes the cluster, and with make clean all that there was", async () => {
        await makes("cluster", { ARGS: "delete" });
        assert.deepEqual(await leftovers(cluster), []);
        await makes("clean");
        for (const folder of [user.cache, user.state]) assert.ok(!existsSync(folder), folder);
        assert.deepEqual(await leftovers(user.state), []);
        assert.deepEqual(await machineState(), untouched);
    });
});
