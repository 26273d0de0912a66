// What of an embedded cluster is on this machine, found without asking the
// cluster: processes, mounts, sockets, namespaces, files. And the state of the
// machine that no cluster may change. Other clusters may run at the same time.
import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../../embedded/run";

/** A program that a killed start had called ends by itself, having nothing to wait for. */
const ORPHAN_PATIENCE_MS = 5000;

const textOf = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

export interface Process {
    pid: number;
    parent: number;
    command: string;
    /** Its network namespace. */
    network: string;
}

/** Processes that have anything of this folder open or on their command line; only then is a process of a cluster one. */
export async function processesOf(root: string): Promise<Process[]> {
    const found: Process[] = [];
    for (const entry of await readdir("/proc")) {
        if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
        const at = `/proc/${entry}`;
        const command = (await textOf(`${at}/cmdline`)).replaceAll("\0", " ").trim();
        const descriptors = await readdir(`${at}/fd`).catch(() => []);
        const links = ["cwd", "root", ...descriptors.map((fd) => `fd/${fd}`)];
        const open = await Promise.all(links.map((link) => readlink(`${at}/${link}`).catch(() => "")));
        if (![command, ...open].some((text) => text.includes(root))) continue;
        const parent = Number(/^PPid:\s+(\d+)/m.exec(await textOf(`${at}/status`))?.[1]);
        found.push({ pid: Number(entry), parent, command, network: await readlink(`${at}/ns/net`).catch(() => "") });
    }
    return found;
}

/** The process of a component, as the machine sees it. */
export async function processOf(root: string, component: string): Promise<number> {
    const pattern = component.startsWith("node-")
        ? new RegExp(`umid=${component}( |$)`)
        : new RegExp(component === "registry" ? "docker-registry serve" : `/kubernetes ${component} `);
    // A node's kernel is many processes, which the first started; numbers tell nothing, as they begin anew at some time.
    const found = (await processesOf(root)).filter(({ command }) => pattern.test(command));
    const first = found.find(({ parent }) => !found.some(({ pid }) => pid === parent));
    if (!first) throw new Error(`${component} does not run`);
    return first.pid;
}

/** For a shell on a node: a signal to the programs that have this word on their command line. */
export const signalling = (word: string, signal: "KILL" | "STOP" | "CONT"): string =>
    `for file in $(grep -lzx ${word} /proc/[0-9]*/cmdline); do file=\${file%/cmdline}; kill -${signal} \${file#/proc/}; done; true`;
export const killing = (word: string): string => signalling(word, "KILL");

/** Network namespaces that any process is in. */
export async function networkNamespaces(): Promise<Set<string>> {
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
    return new Set(await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => ""))));
}

/** A line for everything that there is of the cluster with this folder. */
export async function belongings(root: string): Promise<string[]> {
    const naming = async (what: string, file: string): Promise<string[]> =>
        (await textOf(file))
            .split("\n")
            .filter((line) => line.includes(root))
            .map((line) => `${what} ${line}`);
    return [
        ...(await processesOf(root)).map(({ pid, command }) => `process ${pid} ${command}`),
        ...(await naming("mount", "/proc/self/mountinfo")),
        ...(await naming("socket", "/proc/net/unix")),
        ...(existsSync(root) ? [`folder ${root}`] : []),
    ];
}

/** As belongings, when what ends by itself has had time to. */
export async function leftovers(root: string): Promise<string[]> {
    const end = performance.now() + ORPHAN_PATIENCE_MS;
    for (;;) {
        const found = await belongings(root);
        if (found.length === 0 || performance.now() > end) return found;
        await pause(50);
    }
}

/** Everything of the machine's network and engine that a cluster could change by mistake; texts to compare. */
export async function machineState(): Promise<Record<string, string>> {
    const said = (program: string, ...args: string[]): Promise<string> =>
        run(program, args).catch((error: Error) => error.message);
    const state: Record<string, string> = {
        links: await said("ip", "-brief", "link"),
        addresses: await said("ip", "-brief", "address"),
        routes: await said("ip", "route", "show", "table", "all"),
        rules: await said("ip", "rule"),
        nftables: await said("nft", "list", "ruleset"),
        iptables: await said("iptables", "--list-rules"),
        namespaces: await said("ip", "netns", "list"),
        engine: await said("docker", "--host=unix:///var/run/docker.sock", "image", "ls", "--quiet"),
    };
    for (const name of ["ip_forward", "conf/all/forwarding", "conf/all/rp_filter", "ip_unprivileged_port_start"]) {
        state[name] = await textOf(`/proc/sys/net/ipv4/${name}`);
    }
    return state;
}
