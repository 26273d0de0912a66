// A Kubernetes cluster of two nodes on this machine, for those who have none:
// what README.md describes, as functions. main.ts is the same as a command.
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lock } from "../cache";
import { prepareHost } from "../host";
import { cacheDirectory, stacksFolder } from "../paths";
import { type Progress, step, UserError } from "../steps";
import { programs, sandboxImage } from "./artifacts";
import { kubernetes } from "./build/kubernetes";
import { makeCertificates } from "./certificates";
import { ask, askOnce, dial } from "./control";
import { type ClusterDefinition, defineCluster, readDefinition } from "./definition";
import { type ClusterFolder, clusterFolder, existingClusters } from "./folder";
import { contextName } from "./kubeconfig";
import { killSupervisor, launchSupervisor, supervisorLog, supervisorRuns } from "./launch";
import { CLIENT_NETWORKS, NODES } from "./network";
import { portsAreFree } from "./ports";
import { prepareFiles } from "./prepare";
import { answer, isUsable, look, statusNow, withPatience } from "./running";
import { type ClusterStatus, describe, STEPS, type Step } from "./status";
import { stillRunning, verdictOn } from "./verdict";

export type { ClusterStatus } from "./status";

export interface ClusterAccess {
    name: string;
    /** Path of a kubeconfig that only its owner can read. */
    kubeconfig: string;
    /** The context in it. */
    context: string;
    /** The same reference of an image works on this machine and on the nodes. */
    registry: { server: string; username: string; password: string };
    nodes: string[];
    /** From where a node's own NFS client appears to a pod. */
    clientNetworks: string[];
}

/** Longer than a start takes on a machine that builds something else at the same time. */
const UP_PATIENCE_MS = 300_000;
const STOP_PATIENCE_MS = 60_000;
/** In the cluster's folder. */
const UP_LOCK = "up.lock";

/** Starts the cluster, or makes sure that it runs. Resolves when both nodes are Ready and volumes and images can be had. */
export async function clusterUp(name: string): Promise<ClusterAccess> {
    const folder = clusterFolder(name);
    const known = readDefinition(name);
    const seen = known && (await look(folder));
    if (known && seen && verdictOn(seen) === "usable") return accessOf(known, folder);
    await prepareHost();
    const definition = await defineCluster(name);
    const unlock = await lock(join(folder.root, UP_LOCK), once(say));
    try {
        if (!(await isStartingOrReady(name, folder))) {
            // Said before anything is built; taken for good when the supervisor is launched.
            await portsAreFree(definition);
            const built = await programs();
            const image = await sandboxImage(built.helper);
            await step(`Certificates and files of cluster ${name}`, async () => {
                await makeCertificates(folder.certificates);
                const sandbox = `127.0.0.1:${definition.ports.registry}/${image.repository}:${image.tag}`;
                await prepareFiles({ definition, folder, sandbox });
            });
            await launchSupervisor(definition, folder, { cluster: name, programs: built, sandbox: image });
        }
        await watchSteps(folder);
    } finally {
        await unlock();
    }
    return accessOf(definition, folder);
}

const say: Progress = (text) => void process.stderr.write(`  … ${text}\n`);

function once(tell: Progress): Progress {
    let told = false;
    return (text) => {
        if (!told) tell(text);
        told = true;
    };
}

/** One that failed, or that is being stopped, or that does not answer, is ended first: a start begins from nothing. */
async function isStartingOrReady(name: string, folder: ClusterFolder): Promise<boolean> {
    const seen = await answer(name, folder);
    if (typeof seen === "string") await killSupervisor(folder);
    else if (seen.state === "starting" || seen.state === "ready") return true;
    else await clusterStop(name);
    return false;
}

/** Undefined when it does not run. Waits for one that starts, or starts a part again. @throws UserError when that takes too long */
export async function clusterAccess(name: string): Promise<ClusterAccess | undefined> {
    const definition = readDefinition(name);
    if (!definition) return undefined;
    const folder = clusterFolder(name);
    return (await isUsable(name, folder)) ? accessOf(definition, folder) : undefined;
}

/** Whether anything of it runs, usable or not. */
export const clusterRuns = (name: string): Promise<boolean> => supervisorRuns(clusterFolder(name));

/** Its disks and objects stay. */
export async function clusterStop(name: string): Promise<void> {
    const folder = clusterFolder(name);
    if (!existsSync(folder.root)) return;
    await step(`Stop cluster ${name}`, async (progress) => {
        const stop = async (): Promise<void> => {
            const socket = await dial(folder);
            if (!socket) return;
            for await (const reply of ask(socket, { op: "stop" })) {
                if ("status" in reply) progress(stillRunning(reply.status));
            }
        };
        await withPatience(stop(), STOP_PATIENCE_MS);
        await killSupervisor(folder);
    });
}

/** Stops it, and removes all that it had, and what Pulumi knows of it. Waits for a start that is under way, which would make it anew. */
export async function clusterDelete(name: string): Promise<void> {
    const folder = clusterFolder(name);
    // Again when a program that a killed start had called has just written one more file.
    const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };
    if (!existsSync(folder.root)) return rm(stacksFolder(name), options);
    const unlock = await lock(join(folder.root, UP_LOCK), once(say));
    try {
        await clusterStop(name);
        await step(`Delete cluster ${name}`, async () => {
            await rm(stacksFolder(name), options);
            await rm(folder.root, options);
        });
    } finally {
        await unlock();
    }
}

export async function clusterStatus(name: string): Promise<ClusterStatus> {
    const definition = readDefinition(name);
    if (!definition) {
        throw new UserError(`there is no cluster "${name}"; there are: ${existingClusters().join(", ") || "none"}`);
    }
    return statusNow(definition, clusterFolder(name));
}

export async function clusterNames(): Promise<string[]> {
    return existingClusters();
}

/** For one screen. */
export const formatStatus = (status: ClusterStatus): string => describe(status, Date.now());

/** kubectl's command line, to which arguments are added. What it knows of API servers it keeps in the cache, not in ~/.kube. */
export const kubectlProgram = async (): Promise<string[]> => [
    await kubernetes(),
    "kubectl",
    "--cache-dir",
    join(cacheDirectory(), "kubectl"),
];

/** Tries a node's disk and clock, and gives how long that took, in milliseconds. @throws UserError when it is ill */
export async function nodeCheck(name: string, node: string): Promise<number> {
    const reply = await askOnce(clusterFolder(name), { op: "check", node });
    if (!reply) throw new UserError(`cluster "${name}" does not run`);
    if ("error" in reply) throw new UserError(reply.error);
    if (!("checkedMs" in reply)) throw new Error(`unexpected reply: ${JSON.stringify(reply)}`);
    return reply.checkedMs;
}

/** Runs a command in a node and gives what it printed on stdout. @throws UserError when it fails */
export async function nodeCommand(name: string, node: string, argv: readonly string[]): Promise<string> {
    const reply = await askOnce(clusterFolder(name), { op: "command", node, argv: [...argv] });
    if (!reply) throw new UserError(`cluster "${name}" does not run`);
    if ("error" in reply) throw new UserError(reply.error);
    if (!("result" in reply)) throw new Error(`unexpected reply: ${JSON.stringify(reply)}`);
    const { code, stdout, stderr } = reply.result;
    if (code !== 0) {
        throw new UserError(`on ${node}, \`${argv.join(" ")}\` ended with exit code ${code}: ${stderr.trim()}`);
    }
    return stdout;
}

function accessOf({ ports, registry, name }: ClusterDefinition, folder: ClusterFolder): ClusterAccess {
    return {
        name,
        kubeconfig: folder.kubeconfig,
        context: contextName(name),
        registry: { server: `127.0.0.1:${ports.registry}`, ...registry },
        nodes: NODES.map((node) => node.name),
        clientNetworks: [...CLIENT_NETWORKS],
    };
}

/** Shows a start that is under way, whoever began it. @throws UserError when it fails */
async function watchSteps(folder: ClusterFolder): Promise<void> {
    const socket = await whenListening(folder);
    const waiting = new Map<Step, (error?: Error) => void>();
    const shown: Promise<void>[] = [];
    let failure: UserError | undefined;
    let state: ClusterStatus["state"] = "starting";
    const tell = new Map<Step, Progress>();
    const show = (name: Step): void => {
        const done = step(STEPS[name], (progress) => {
            tell.set(name, progress);
            return new Promise<void>((resolve, reject) =>
                waiting.set(name, (error) => (error ? reject(error) : resolve())),
            );
        });
        done.catch(() => {});
        shown.push(done);
    };
    const timer = setTimeout(() => {
        failure = new UserError(`the cluster was not up after ${UP_PATIENCE_MS / 1000} s; ${whereToLook(folder)}`);
        socket.destroy();
    }, UP_PATIENCE_MS);
    try {
        for await (const reply of ask(socket, { op: "watch" })) {
            if (!("status" in reply)) continue;
            const { status } = reply;
            state = status.state;
            for (const [name, stepState] of Object.entries(status.steps) as [Step, string][]) {
                if (stepState !== "waiting" && !waiting.has(name)) show(name);
                if (stepState !== "done") continue;
                tell.delete(name);
                waiting.get(name)?.();
            }
            for (const progress of tell.values()) progress(stillRunning(status));
            if (state === "failed") failure = new UserError(`${status.reason}\n  ${whereToLook(folder)}`);
            if (state !== "starting") break;
        }
    } catch (error) {
        failure ??= new UserError(`the supervisor of the cluster ended (${(error as Error).message})`);
    } finally {
        clearTimeout(timer);
    }
    if (state !== "ready") {
        failure ??= new UserError(`the supervisor of the cluster ended; ${whereToLook(folder)}`);
        for (const settle of waiting.values()) settle(failure);
        await Promise.allSettled(shown);
        throw failure;
    }
    await Promise.all(shown);
}

const whereToLook = (folder: ClusterFolder): string => `logs are in ${folder.logs}`;

/** A supervisor that was just started listens within moments, or has ended. */
async function whenListening(folder: ClusterFolder): Promise<NonNullable<Awaited<ReturnType<typeof dial>>>> {
    for (;;) {
        const socket = await dial(folder);
        if (socket) return socket;
        if (!(await supervisorRuns(folder))) {
            const log = readFileSync(supervisorLog(folder), "utf8").trim().split("\n").slice(-8).join("\n    ");
            throw new UserError(`the supervisor of the cluster ended at once; it last said:\n    ${log}`);
        }
        await pause(25);
    }
}
