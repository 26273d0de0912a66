// What clients notice of Ganesha's end: it is killed again and again under
// load, with files open and locks held on both nodes (restart-client.pl), and
// what stood still is counted by them. BENCH_KILLS says how many times (100),
// BENCH_LEASE with which leaseSeconds. What the times are made of:
// docs/applications.md.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { openStack } from "../commands/stack";
import { stackOutputs } from "../commands/state";
import { step } from "../embedded/steps";
import type { StackOutputs } from "../outputs";
import { sharePod } from "../test/cluster/share-pod";
import { row } from "./figures";
import { kubectlCommand, kubectlOn } from "./kubectl";

const KILLS = Number(process.env.BENCH_KILLS || 100);
const CLIENT = readFileSync(join(__dirname, "restart-client.pl"), "utf8");
/** Longer than a Ganesha must live to be started again at once (images/nfs-server/restarts.ts). */
const BETWEEN_MS = 6_000;
const PATIENCE_MS = 60_000;
const NODES = ["node-1", "node-2"];

type Kind = "held" | "opened";

/** A client's pod, and what it has said. */
class Client {
    readonly stalls: Record<Kind, number[]> = { held: [], opened: [] };
    readonly errors: string[] = [];
    lines: number | undefined;
    private readonly said = new AbortController();
    private heard: (() => void) | undefined;

    constructor(private readonly logs: ChildProcess) {
        if (!logs.stdout) throw new Error("no output");
        createInterface({ input: logs.stdout }).on("line", (line) => {
            const [what, kind, value] = line.split(" ");
            if (what === "stall") this.stalls[kind as Kind].push(Number(value));
            else if (what === "lines") this.lines = Number(kind);
            else this.errors.push(line);
            this.heard?.();
        });
        logs.on("close", () => this.said.abort());
    }

    /** Resolves when it has said so many stalls of what it opens. */
    async stood(times: number): Promise<void> {
        const end = performance.now() + PATIENCE_MS;
        while (this.stalls.opened.length < times) {
            if (performance.now() > end)
                throw new Error(`a client did not notice kill ${times}: ${this.errors.join("; ")}`);
            await Promise.race([
                new Promise<void>((resolve) => {
                    this.heard = resolve;
                }),
                pause(1_000),
            ]);
        }
    }

    async ended(): Promise<void> {
        if (this.logs.exitCode === null) await once(this.logs, "close");
    }
}

export async function restart(_cluster: string): Promise<void> {
    process.env.SETTINGS = JSON.stringify({
        writeInterval: "50ms",
        ...(process.env.BENCH_LEASE && { leaseSeconds: Number(process.env.BENCH_LEASE) }),
    });
    const stack = await openStack("cluster");
    await step("up", () => stack.read(["up", "--yes", "--skip-preview", "--suppress-outputs"]));
    const { server, volume, writer } = (await stackOutputs(stack)) as unknown as StackOutputs;
    const [program, ...options] = await kubectlCommand(stack);
    const kubectl = await kubectlOn(stack);
    const onServer = (script: string): Promise<string> =>
        kubectl(["exec", "-n", server.namespace ?? "", "nfs-server-0", "--", "sh", "-c", script]);
    const pod = (node: string): object =>
        sharePod({
            name: `client-${node}`,
            node,
            namespace: volume.namespace,
            claim: volume.claim,
            image: writer.image,
            command: ["perl", "-e", CLIENT, `/share/client-${node}`],
        });
    /** Resident memory in MB, and open files, of Ganesha. */
    const use = async (): Promise<{ megabytes: number; files: number }> => {
        const said = await onServer("p=$(pidof ganesha.nfsd); grep VmRSS /proc/$p/status; ls /proc/$p/fd | wc -l");
        const [, kilobytes, files] = /(\d+) kB\s+(\d+)/.exec(said) ?? [];
        return { megabytes: Number(kilobytes) / 1024, files: Number(files) };
    };

    await kubectl(["create", "-f", "-"], NODES.map(pod));
    const names = NODES.map((node) => `client-${node}`);
    await kubectl([
        "wait",
        "-n",
        volume.namespace,
        "--for=condition=Ready",
        "--timeout=120s",
        ...names.map((name) => `pod/${name}`),
    ]);
    const clients = names.map(
        (name) =>
            new Client(
                spawn(program, [...options, "logs", "-f", "-n", volume.namespace, name], {
                    stdio: ["ignore", "pipe", "inherit"],
                }),
            ),
    );
    const uses: Awaited<ReturnType<typeof use>>[] = [];
    await step(`Kill Ganesha ${KILLS} times`, async (progress) => {
        for (let kill = 1; kill <= KILLS; kill++) {
            await pause(BETWEEN_MS);
            uses.push(await use());
            await onServer("kill -9 $(pidof ganesha.nfsd)");
            await Promise.all(clients.map((client) => client.stood(kill)));
            progress(`${kill} of ${KILLS}`);
        }
        await pause(BETWEEN_MS);
    });
    for (const name of names)
        await kubectl(["exec", "-n", volume.namespace, name, "--", "touch", `/share/${name}/stop`]);
    await Promise.all(clients.map((client) => client.ended()));

    row("Ganesha killed", `${KILLS} times, lease ${process.env.BENCH_LEASE ?? "as by default"}`);
    for (const kind of ["held", "opened"] as const) {
        const all = clients.flatMap(({ stalls }) => stalls[kind]);
        const what = kind === "held" ? "writing to a file that is open and locked" : "opening a new file";
        row(`  ${what} stood still`, percentiles(all));
    }
    const opened = clients.map(({ stalls }) => stalls.opened);
    const part = Math.max(1, Math.floor(KILLS / 10));
    const mean = (from: number, to?: number): number => average(opened.flatMap((all) => all.slice(from, to)));
    row("    ratio of the last tenth to the first", (mean(-part) / mean(0, part)).toFixed(2));
    row("  errors", String(clients.flatMap(({ errors }) => errors).length));
    for (const error of clients.flatMap(({ errors }) => errors).slice(0, 5)) row("", error);
    row("  lines written and read back", clients.map(({ lines }) => lines ?? "unknown").join(", "));
    const [from, to] = [uses.slice(0, part), uses.slice(-part)];
    const text = (some: typeof uses): string =>
        `${average(some.map(({ megabytes }) => megabytes)).toFixed(0)} MB, ${average(some.map(({ files }) => files)).toFixed(0)} open files`;
    row("  Ganesha 6 s after its start: first and last tenth", `${text(from)}; ${text(to)}`);
    const found = await kubectl([
        "get",
        "pod",
        "-n",
        server.namespace ?? "",
        "nfs-server-0",
        "-o",
        "jsonpath={.status.containerStatuses[0].restartCount}",
    ]);
    row("  restarts of the container", found);
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function percentiles(values: readonly number[]): string {
    const sorted = values.toSorted((a, b) => a - b);
    const at = (part: number): string => (sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN).toFixed(1);
    return `${sorted.length} times: median ${at(0.5)} s, p99 ${at(0.99)} s, longest ${at(1)} s`;
}
