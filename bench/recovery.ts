// `make recovery`: on a cluster of its own with a pod that keeps a file on each
// node, everything is killed in turn; the table says how long it took until it
// did its work again. Data that was there before must be there afterwards.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { clusterDelete, clusterStatus, clusterUp, nodeCommand } from "../embedded/cluster";
import { clusterFolder } from "../embedded/cluster/folder";
import { killSupervisor } from "../embedded/cluster/launch";
import { main, step } from "../embedded/steps";
import { killing, processOf } from "../test/cluster/belongings";
import { objectsOn } from "../test/cluster/objects";

const ROUNDS = Number(process.env.RECOVERY_ROUNDS || 3);
const cluster = `recovery-${process.pid}`;
const { root } = clusterFolder(cluster);
const { kubectl, pod, claim, ready, exec } = objectsOn(cluster);
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 50;

/** Seconds until the answer is yes. */
async function untilWorks(begun: number, works: () => Promise<boolean>): Promise<number> {
    while (!(await works().catch(() => false))) {
        assert.ok(performance.now() - begun < PATIENCE_MS, `it did not work again within ${PATIENCE_MS / 1000} s`);
        await pause(LOOK_AGAIN_MS);
    }
    return (performance.now() - begun) / 1000;
}

let made = 0;
const fresh = (): string => `made-${++made}`;

async function written(): Promise<boolean> {
    await kubectl(["create", "configmap", fresh(), "--request-timeout=2s"]);
    return true;
}

/** A namespace's account is made by the controller manager. */
async function controlled(namespace: string): Promise<boolean> {
    return (await kubectl(["get", "serviceaccount", "default", "-n", namespace, "--request-timeout=2s"])) !== "";
}

async function bootOf(node: string): Promise<string> {
    const status = await clusterStatus(cluster);
    return status.nodes.find(({ name }) => name === node)?.bootId ?? "";
}

async function nodeReady(node: string, before: string): Promise<boolean> {
    const found = (await clusterStatus(cluster)).nodes.find(({ name }) => name === node);
    return found?.ready === true && found.bootId !== before;
}

const keeps = async (node: string): Promise<boolean> =>
    (await exec(`keeper-${node}`, "/bin/busybox", "cat", "/data/file")) === "kept\n";

/** What is killed, and what is looked at then; rows of the table. */
type Case = [what: string, kill: () => Promise<() => Promise<number[]>>, columns: readonly string[]];

async function killed(component: string): Promise<number> {
    process.kill(await processOf(root, component), "SIGKILL");
    return performance.now();
}

const simple = (component: string, works: () => Promise<() => Promise<boolean>>, column: string): Case => [
    component,
    async () => {
        const begun = await killed(component);
        const again = await works();
        return async () => [await untilWorks(begun, again)];
    },
    [column],
];

const insideNode = (service: string, works: () => Promise<boolean>, column: string): Case => [
    `${service} of node-1`,
    async () => {
        const times = async (): Promise<number> =>
            (await clusterStatus(cluster)).nodes[0]?.services.find(({ name }) => name.endsWith(`/${service}`))
                ?.restarted ?? 0;
        const before = await times();
        const begun = performance.now();
        await nodeCommand(cluster, "node-1", ["bash", "-c", killing(service)]);
        return async () => [await untilWorks(begun, async () => (await times()) > before && (await works()))];
    },
    [column],
];

const cases: readonly Case[] = [
    simple("etcd", async () => written, "an object can be written"),
    simple("kube-apiserver", async () => written, "an object can be written"),
    simple(
        "kube-controller-manager",
        async () => {
            const namespace = fresh();
            await kubectl(["create", "namespace", namespace]);
            return () => controlled(namespace);
        },
        "a new namespace gets its account",
    ),
    simple(
        "kube-scheduler",
        async () => {
            const name = fresh();
            const { spec, ...rest } = (await pod(name, "node-2", "true")) as { spec: object };
            await kubectl(["apply", "-f", "-"], [{ ...rest, spec: { ...spec, restartPolicy: "Never" } }]);
            return async () => (await kubectl(["get", "pod", name, "-o", "jsonpath={.spec.nodeName}"])) === "node-2";
        },
        "a new pod gets its node",
    ),
    simple(
        "registry",
        async () => async () => {
            const { ports } = await clusterStatus(cluster);
            return (await fetch(`http://127.0.0.1:${ports.registry}/v2/`)).status === 401;
        },
        "it answers",
    ),
    insideNode("containerd", () => keeps("node-1"), "a command in a pod"),
    insideNode("kubelet", () => keeps("node-1"), "a command in a pod"),
    insideNode("kube-proxy", async () => true, "it is started again"),
    [
        "node-2",
        async () => {
            const before = await bootOf("node-2");
            const begun = await killed("node-2");
            return async () => [
                await untilWorks(begun, () => nodeReady("node-2", before)),
                await untilWorks(begun, () => keeps("node-2")),
            ];
        },
        ["the node is Ready", "its pod answers, with its file"],
    ],
    [
        "everything, then `up`",
        async () => {
            const begun = performance.now();
            await killSupervisor(clusterFolder(cluster));
            return async () => {
                await clusterUp(cluster);
                const up = (performance.now() - begun) / 1000;
                const pods = await Promise.all(
                    ["node-1", "node-2"].map((node) => untilWorks(begun, () => keeps(node))),
                );
                return [up, Math.max(...pods)];
            };
        },
        ["both nodes are Ready", "both pods answer, with their files"],
    ],
];

main(async () => {
    let cleaning: Promise<void> | undefined;
    const cleanUp = (): Promise<void> => {
        cleaning ??= clusterDelete(cluster);
        return cleaning;
    };
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.once(name, () => void cleanUp().finally(() => process.exit(130)));
    }
    try {
        const { nodes } = await clusterUp(cluster);
        const keepers = nodes.flatMap((node) => [
            claim(`data-${node}`, "16Mi"),
            pod(
                `keeper-${node}`,
                node,
                "[ -e /data/file ] || echo kept > /data/file; busybox sync; exec busybox sleep 100000",
                `data-${node}`,
            ),
        ]);
        await kubectl(["apply", "-f", "-"], await Promise.all(keepers));
        await ready(nodes.map((node) => `keeper-${node}`));
        const seen = cases.map((): number[][] => []);
        // The last of a round starts everything anew: each is killed once before its limit begins again.
        for (let round = 1; round <= ROUNDS; round++) {
            for (const [index, [what, kill]] of cases.entries()) {
                const before = fresh();
                await kubectl(["create", "configmap", before]);
                seen[index]?.push(await step(`Kill ${what}, ${round} of ${ROUNDS}`, async () => (await kill())()));
                await untilWorks(performance.now(), async () => (await clusterStatus(cluster)).state === "ready");
                assert.match(await kubectl(["get", "configmap", before, "-o", "name"]), new RegExp(before));
            }
        }
        process.stdout.write(`${"killed".padEnd(26)} ${"until".padEnd(36)}  at most\n`);
        for (const [index, [what, , columns]] of cases.entries()) {
            for (const [column, until] of columns.entries()) {
                const values = (seen[index] ?? []).map((figures) => figures[column] ?? Number.NaN);
                const most = `${Math.max(...values)
                    .toFixed(1)
                    .padStart(6)} s`;
                const all = values.map((value) => value.toFixed(1)).join(", ");
                process.stdout.write(`${what.padEnd(26)} ${until.padEnd(36)} ${most}  (${all})\n`);
            }
        }
    } finally {
        await cleanUp();
    }
});
