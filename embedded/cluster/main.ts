// The embedded cluster as a command; see README.md.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ranInside } from "../namespace";
import { main, UserError } from "../steps";
import { dial } from "./control";
import { type ClusterFolder, clusterFolder } from "./folder";
import {
    clusterAccess,
    clusterDelete,
    clusterNames,
    clusterStatus,
    clusterStop,
    clusterUp,
    formatStatus,
    kubectlProgram,
    nodeCommand,
} from "./index";
import { NODES } from "./network";

const USAGE = `usage: main.ts [--cluster NAME] COMMAND      (NAME is "default" unless given)
  up                        start the cluster; its objects and disks are those of the last time
  stop                      stop it
  delete                    stop it and remove all it has
  status                    what runs, since when, what it takes, what had to be started again;
                            without --cluster of all clusters
  kubeconfig                print the path of its kubeconfig
  kubectl ARGUMENTS...      kubectl against it
  logs [COMPONENT] [-f]     what a component logged; without COMPONENT: the names
  shell [NODE [COMMAND...]] a shell on a node (node-1 unless given), or one command there
  --help                    this text

By make: make cluster CLUSTER=NAME ARGS="COMMAND"`;

const HELP = ["--help", "-h", "help"];

async function commandLine(args: string[]): Promise<void> {
    if (HELP.includes(args[0] ?? "") || (args[0] === "--cluster" && HELP.includes(args[2] ?? ""))) {
        process.stdout.write(`${USAGE}\n`);
        return;
    }
    if (await ranInside()) return;
    // Only before the command: what follows belongs to kubectl, or to a command on a node.
    const named = args[0] === "--cluster";
    const name = named ? args[1] : undefined;
    const [command, ...given] = args.slice(named ? 2 : 0);
    if (named && !name) throw new UserError("--cluster wants the name of a cluster");
    const cluster = name ?? "default";
    const folder = clusterFolder(cluster);
    switch (command) {
        case "up": {
            const access = await clusterUp(cluster);
            process.stdout.write(`export KUBECONFIG=${access.kubeconfig}\n`);
            return;
        }
        case "stop":
            return clusterStop(cluster);
        case "delete":
            return clusterDelete(cluster);
        case "status":
            return status(name ? [name] : await clusterNames());
        case "kubeconfig":
            await requireRunning(cluster);
            process.stdout.write(`${folder.kubeconfig}\n`);
            return;
        case "kubectl":
            await requireRunning(cluster);
            process.exitCode = await passOn([...(await kubectlProgram()), "--kubeconfig", folder.kubeconfig, ...given]);
            return;
        case "logs":
            return logs(folder, given);
        case "shell": {
            const [node = "node-1", ...argv] = given;
            requireNode(node);
            if (argv.length > 0) process.stdout.write(await nodeCommand(cluster, node, argv));
            else await shell(folder, cluster, node);
            return;
        }
        default:
            throw new UserError(`${command ? `there is no command "${command}"` : "no command was given"}\n${USAGE}`);
    }
}

function requireNode(node: string): void {
    const names = NODES.map(({ name }) => name);
    if (!names.includes(node)) throw new UserError(`there is no node "${node}"; there are: ${names.join(", ")}`);
}

async function requireRunning(cluster: string): Promise<void> {
    if (!(await clusterAccess(cluster))) throw new UserError(`cluster "${cluster}" does not run; start it with: up`);
}

async function status(names: readonly string[]): Promise<void> {
    if (names.length === 0) process.stdout.write("there is no cluster\n");
    for (const name of names) process.stdout.write(`${formatStatus(await clusterStatus(name))}\n`);
}

/** Names of logs, as `logs` takes them, and their files. */
function logFiles(folder: ClusterFolder): Record<string, string> {
    const control = ["supervisor", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "registry"];
    const files = control.map((name) => [name, join(folder.logs, `${name}.log`)]);
    for (const { name: node } of NODES) {
        files.push([node, join(folder.logs, `${node}.log`)]);
        for (const name of ["containerd", "kubelet", "kube-proxy"]) {
            files.push([`${node}/${name}`, join(folder.node(node).logs, `${name}.log`)]);
        }
    }
    return Object.fromEntries(files.filter(([, file]) => file && existsSync(file)));
}

async function logs(folder: ClusterFolder, args: readonly string[]): Promise<void> {
    const files = logFiles(folder);
    const name = args.find((arg) => !arg.startsWith("-"));
    const file = name && files[name];
    if (!file) {
        const names = Object.keys(files).join(", ") || "none yet";
        if (name) throw new UserError(`there is no log "${name}"; there are: ${names}`);
        process.stdout.write(`${Object.keys(files).join("\n")}\n`);
        return;
    }
    const follow = args.includes("-f");
    process.exitCode = await passOn(["tail", "-n", ...(follow ? ["200", "-F"] : ["+1"]), file]);
}

/** Runs a program in our place; Ctrl-C is the program's. */
function passOn([program = "", ...args]: readonly string[]): Promise<number> {
    process.on("SIGINT", () => {});
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: "inherit" });
        child.once("error", reject);
        child.once("exit", (code) => resolve(code ?? 1));
    });
}

async function shell(folder: ClusterFolder, cluster: string, node: string): Promise<void> {
    const socket = await dial(folder);
    if (!socket) throw new UserError(`cluster "${cluster}" does not run; start it with: up`);
    const { stdin, stdout } = process;
    // Zero is what a terminal says that does not know.
    const size = { rows: stdout.rows || 24, columns: stdout.columns || 80 };
    socket.write(`${JSON.stringify({ op: "shell", node, ...size })}\n`);
    stdin.setRawMode?.(true);
    stdin.pipe(socket);
    socket.pipe(stdout);
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    stdin.setRawMode?.(false);
    stdin.destroy();
}

void main(() => commandLine(process.argv.slice(2)));
