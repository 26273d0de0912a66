// Starts the supervisor of a cluster in namespaces of its own, and ends one that
// does not answer.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buildSync } from "esbuild";
import { processIdentity } from "../cache";
import { CommandFailed, run } from "../run";
import { sendSignal } from "../signal";
import { UserError } from "../steps";
import type { ClusterDefinition } from "./definition";
import type { ClusterFolder } from "./folder";
import { openPorts } from "./ports";
import { RUNTIME_FILE, type Runtime } from "./supervisor/runtime";

/** Processes that are being killed by the kernel are gone after milliseconds, on a busy machine after seconds. */
const GONE_PATIENCE_MS = 20_000;
const LOOK_AGAIN_SECONDS = "0.2";

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
        takeLock(held, folder);
        const [command = "", ...args] = commandLine(folder, [process.execPath, program, definition.name]);
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
        await known(child, folder);
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
 * On an open file that everything in the cluster inherits. Taken before there is anything: whenever we are killed,
 * either nothing was started or the lock is held by what was.
 */
function takeLock(held: number, folder: ClusterFolder): void {
    try {
        execFileSync("flock", ["--nonblock", "3"], { stdio: ["ignore", "ignore", "ignore", held] });
    } catch {
        throw new UserError(`processes of the cluster are still there; \`fuser ${folder.held}\` lists them`);
    }
}

/** Resolves when the outermost process has written down who it is, or has ended. */
async function known(child: ChildProcess, folder: ClusterFolder): Promise<void> {
    while (child.exitCode === null && child.signalCode === null && !(await supervisorRuns(folder))) await pause(2);
}

/** Writes its identity (processIdentity in cache.ts: its id and the 22nd field of its stat) and becomes the rest. */
const IDENTIFIED = `
identity() { printf '%s %s' "$1" "\${22}"; }
read -r stat < /proc/self/stat
umask 077
identity $stat > "$0" && exec "$@"`;

/**
 * From the outside in: a shell says who it is and becomes unshare, which makes the namespaces and kills process 1 in
 * them when it is killed; process 1 is a shell that reaps what is left to it and ends when the supervisor does, and
 * with it the kernel ends all.
 */
function commandLine(folder: ClusterFolder, supervisor: readonly string[]): string[] {
    return [
        ...["sh", "-c", IDENTIFIED, folder.supervisor],
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

/** The outermost process of a cluster's supervisor. */
async function supervisorPid(folder: ClusterFolder): Promise<number | undefined> {
    const identity = await readFile(folder.supervisor, "utf8").catch(() => "");
    const pid = Number(identity.split(" ")[0]);
    return pid > 0 && (await processIdentity(pid)) === identity ? pid : undefined;
}

export const supervisorRuns = async (folder: ClusterFolder): Promise<boolean> =>
    (await supervisorPid(folder)) !== undefined;

/** For a supervisor that does not answer. Everything inside ends with it. @throws UserError when something does not */
export async function killSupervisor(folder: ClusterFolder): Promise<void> {
    if (!existsSync(folder.held)) return;
    const end = performance.now() + GONE_PATIENCE_MS;
    do {
        if (performance.now() > end) {
            throw new UserError(
                `processes of the cluster are still there after ${GONE_PATIENCE_MS / 1000} s; \`fuser ${folder.held}\` lists them`,
            );
        }
        // Looked up each time: one that was only just started says a moment later who it is.
        const pid = await supervisorPid(folder);
        if (pid !== undefined) sendSignal(pid, "SIGKILL");
    } while (!(await isReleased(folder)));
}

async function isReleased(folder: ClusterFolder): Promise<boolean> {
    try {
        await run("flock", ["--timeout", LOOK_AGAIN_SECONDS, folder.held, "true"]);
        return true;
    } catch (error) {
        if (error instanceof CommandFailed) return false;
        throw error;
    }
}
