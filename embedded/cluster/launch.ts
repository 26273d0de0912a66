// Starts the supervisor of a cluster in namespaces of its own, and ends one that
// does not answer.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { processIdentity } from "../cache";
import { CommandFailed, run } from "../run";
import { sendSignal } from "../signal";
import { UserError } from "../steps";
import type { ClusterDefinition } from "./definition";
import type { ClusterFolder } from "./folder";
import { openPorts } from "./ports";
import { HELD_FILE, RUNTIME_FILE, type Runtime } from "./supervisor/runtime";

/** Processes that are being killed by the kernel are gone after milliseconds, on a busy machine after seconds. */
const GONE_PATIENCE_SECONDS = 20;

export const supervisorLog = (folder: ClusterFolder): string => join(folder.logs, "supervisor.log");

export async function launchSupervisor(
    definition: ClusterDefinition,
    folder: ClusterFolder,
    runtime: Runtime,
): Promise<void> {
    const program = bundle(folder);
    await writeFile(join(folder.run, RUNTIME_FILE), JSON.stringify(runtime, null, 2), { mode: 0o600 });
    const { api, registry } = await openPorts(definition);
    const log = openSync(supervisorLog(folder), "a", 0o600);
    const held = openSync(folder.held, "a", 0o600);
    try {
        const [command = "", ...args] = commandLine([process.execPath, program, definition.name]);
        const child = spawn(command, args, {
            detached: true, // Ctrl-C in the terminal is not for it
            cwd: folder.root,
            // A user's PATH may lack the folders that ip and mount are in.
            env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
            // From the fourth on as API_SOCKET, REGISTRY_SOCKET and HELD_FILE say.
            stdio: ["ignore", log, log, descriptor(api), descriptor(registry), held],
        });
        await new Promise<void>((resolve, reject) => {
            child.once("error", reject);
            child.once("spawn", resolve);
        });
        child.unref();
        await writeFile(folder.supervisor, (await processIdentity(child.pid ?? 0)) ?? "", { mode: 0o600 });
    } finally {
        closeSync(log);
        closeSync(held);
        // Only our descriptors of them: the supervisor has its own.
        api.close();
        registry.close();
    }
}

/** Node passes the socket of a server on, which its types do not know. */
const descriptor = (server: Server): number => {
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    return fd;
};

/**
 * From the outside in: a shell takes the lock on `held`, an open file that everything in the cluster inherits; unshare
 * makes the namespaces and kills process 1 in them when it is killed; process 1 is a shell that reaps what is left to
 * it and ends when the supervisor does, and with it the kernel ends all.
 */
function commandLine(supervisor: readonly string[]): string[] {
    return [
        ...["sh", "-c", `flock --nonblock ${HELD_FILE} && exec "$@"`, "sh"],
        ...["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"],
        ...["sh", "-c", '"$@"; exit $?', "sh"],
        ...supervisor,
    ];
}

/** One file, made anew at each start: a running supervisor does not change with its sources. */
function bundle(folder: ClusterFolder): string {
    const outfile = join(folder.run, "supervisor.js");
    buildSync({
        entryPoints: [join(__dirname, "supervisor/main.ts")],
        outfile,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        logLevel: "error",
    });
    return outfile;
}

/** @throws UserError when processes of the cluster are still there */
async function waitUntilGone(folder: ClusterFolder): Promise<void> {
    if (!existsSync(folder.held)) return;
    try {
        await run("flock", ["--timeout", String(GONE_PATIENCE_SECONDS), folder.held, "true"]);
    } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        throw new UserError(
            `processes of the cluster are still there after ${GONE_PATIENCE_SECONDS} s; \`fuser ${folder.held}\` lists them`,
        );
    }
}

/** The outermost process of a cluster's supervisor. */
async function supervisorPid(folder: ClusterFolder): Promise<number | undefined> {
    const identity = await readFile(folder.supervisor, "utf8").catch(() => "");
    const pid = Number(identity.split(" ")[0]);
    return pid > 0 && (await processIdentity(pid)) === identity ? pid : undefined;
}

export const supervisorRuns = async (folder: ClusterFolder): Promise<boolean> =>
    (await supervisorPid(folder)) !== undefined;

/** For a supervisor that does not answer. Everything inside ends with it. */
export async function killSupervisor(folder: ClusterFolder): Promise<void> {
    const pid = await supervisorPid(folder);
    if (pid !== undefined) sendSignal(pid, "SIGKILL");
    await waitUntilGone(folder);
}
