// Embedded clusters beside each other, and starts that are killed: what is left,
// and what of the machine is changed, is nothing. `make test-leftovers` kills more
// starts and runs more clusters at once than `make test` has time for.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { repository } from "../../commands/environment";
import { clusterDelete, clusterStatus, clusterUp } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { belongings, leftovers, machineState, processesOf } from "./belongings";
import { ownInstance } from "./instance";

const KILLS = Number(process.env.TEST_KILLS || 3);
const CLUSTERS = Number(process.env.TEST_CLUSTERS || 2);

/** The cluster's own command, as somebody else starts it who keeps his clusters elsewhere. */
function command(state: string | undefined, ...args: string[]): ChildProcess {
    return spawn(process.execPath, ["--import", "tsx", "embedded/cluster/main.ts", ...args], {
        cwd: repository,
        env: { ...process.env, ...(state !== undefined && { XDG_STATE_HOME: state }) },
        stdio: ["ignore", "pipe", "pipe"],
    });
}

/** What it printed. @throws Error with what it said when it fails */
async function says(child: ChildProcess): Promise<string> {
    let out = "";
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
        out += chunk;
    });
    child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk;
    });
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 0, said);
    return out;
}

describe("a start of an embedded cluster that is killed", () => {
    const { name } = ownInstance("killed");
    const { root } = clusterFolder(name);
    let duration = 0;

    before(async () => {
        const start = performance.now();
        await says(command(undefined, "--cluster", name, "up"));
        duration = performance.now() - start;
        await clusterDelete(name);
    });
    after(() => clusterDelete(name));

    for (let kill = 1; kill <= KILLS; kill++) {
        it(`leaves nothing that delete does not remove, at random moment ${kill} of ${KILLS}`, async () => {
            const untouched = await machineState();
            const moment = Math.random() * duration;
            const start = command(undefined, "--cluster", name, "up");
            const ended = once(start, "exit");
            await Promise.race([pause(moment), ended]);
            start.kill("SIGKILL");
            await ended;
            await clusterDelete(name);
            const where = `killed after ${moment.toFixed(0)} of ${duration.toFixed(0)} ms`;
            assert.deepEqual(await leftovers(root), [], where);
            assert.deepEqual(await machineState(), untouched, where);
        });
    }

    it("is gone on with by the next start", async () => {
        const start = command(undefined, "--cluster", name, "up");
        await pause(duration / 2);
        start.kill("SIGKILL");
        await once(start, "exit");
        await clusterUp(name);
        assert.equal((await clusterStatus(name)).state, "ready");
        await clusterDelete(name);
        assert.deepEqual(await leftovers(root), []);
    });
});

describe("embedded clusters at the same time", () => {
    const people = [mkdtempSync(join(tmpdir(), "ann-")), mkdtempSync(join(tmpdir(), "bob-"))];
    /** The second person's clusters have the same names as the first's. */
    const clusters = Array.from({ length: CLUSTERS }, (_, index) => ({
        name: ownInstance(`n${Math.floor(index / 2)}`).name,
        state: people[index % 2] ?? "",
    }));
    const rootOf = ({ name, state }: (typeof clusters)[number]): string =>
        join(state, "nfs-storage-stack/clusters", name);
    const each = <T>(work: (cluster: (typeof clusters)[number]) => Promise<T>): Promise<T[]> =>
        Promise.all(clusters.map(work));
    const cluster = ({ name, state }: (typeof clusters)[number], ...args: string[]): Promise<string> =>
        says(command(state, "--cluster", name, ...args));
    let untouched: Record<string, string>;

    after(async () => {
        await each((one) => cluster(one, "delete").catch(() => ""));
        for (const state of people) rmSync(state, { recursive: true, force: true });
    });

    it(`start beside each other: ${CLUSTERS}, of two people who chose the same names`, async () => {
        untouched = await machineState();
        const printed = await each((one) => cluster(one, "up"));
        assert.equal(new Set(printed).size, CLUSTERS);
        assert.deepEqual(await machineState(), untouched);
    });

    it("do not meet: each has its own network and ports, and sees its own objects only", async () => {
        const machine = await readlink("/proc/self/ns/net");
        await each((one) => cluster(one, "kubectl", "create", "namespace", `of-${people.indexOf(one.state)}`));
        const seen = await each((one) => cluster(one, "kubectl", "get", "namespaces", "-o", "name"));
        for (const [index, one] of clusters.entries()) {
            const mine = people.indexOf(one.state);
            assert.match(seen[index] ?? "", new RegExp(`of-${mine}\n`));
            assert.doesNotMatch(seen[index] ?? "", new RegExp(`of-${1 - mine}\n`));
        }
        // The outermost process of each is in the machine's network.
        const networks = await each(async (one) => (await processesOf(rootOf(one))).map(({ network }) => network));
        const own = networks.map((list) =>
            [...new Set(list)].filter((network) => network !== machine && network !== ""),
        );
        assert.deepEqual(new Set(own.map((list) => list.length)), new Set([1]));
        assert.equal(new Set(own.flat()).size, CLUSTERS);
        const ports = await each(async (one) => {
            const { ports } = JSON.parse(await readFile(join(rootOf(one), "cluster.json"), "utf8"));
            return [ports.api, ports.registry] as number[];
        });
        assert.equal(new Set(ports.flat()).size, 2 * CLUSTERS);
    });

    it("stay in the control group of whoever started them", async () => {
        const mine = await readFile("/proc/self/cgroup", "utf8");
        for (const one of clusters) {
            for (const { pid } of await processesOf(rootOf(one))) {
                const group = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => mine);
                assert.equal(group, mine);
            }
        }
    });

    it("are deleted one by one without harm to the others, and leave nothing", async () => {
        const [first, ...others] = clusters;
        assert.ok(first);
        await cluster(first, "delete");
        assert.deepEqual(await leftovers(rootOf(first)), []);
        for (const one of others) {
            assert.match(await cluster(one, "kubectl", "get", "nodes"), /node-1 +Ready/);
            assert.notDeepEqual(await belongings(rootOf(one)), []);
        }
        await Promise.all(others.map((one) => cluster(one, "delete")));
        for (const one of others) assert.deepEqual(await leftovers(rootOf(one)), []);
        assert.deepEqual(await machineState(), untouched);
    });
});
