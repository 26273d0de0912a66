// The engine's process: dockerd of the services tree, in a mount and a process
// namespace of its own, so that whatever ends it leaves nothing behind, and
// with no network of its own, so that the host's stays as it is.
import { type SpawnOptions, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { processIdentity } from "../cache";
import { servicesTree, treeCommand } from "../debian";
import { cacheDirectory, stateDirectory } from "../paths";
import { sendSignal } from "../signal";
import { UserError } from "../steps";
import { isPlainUserInside } from "../subordinate-ids";
import { Engine } from "./api";
import { removeControlGroups } from "./control-groups";

export interface Places {
    /** Layers and images: can be built again. */
    data: string;
    /** The socket and the log. */
    state: string;
}

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** An engine for each state directory: who has one of his own, as tests do, stops no engine but his own. */
export const usualPlaces = (): Places => ({
    data: join(cacheDirectory(), "engine", shortHash(stateDirectory())),
    state: join(stateDirectory(), "engine"),
});

const logFile = ({ state }: Places): string => join(state, "engine.log");
/** Kept with the data, because only one engine at a time may use them. */
const recordFile = ({ data }: Places): string => join(data, "running.json");

const DATA = "/var/lib/docker";
const STATE = "/var/lib/engine";
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const SOCKET = "docker.sock";
/** Of a Unix socket's address, unix(7), without the byte that ends it. */
const LONGEST_SOCKET_PATH = 107;

const engineArguments = (control: string, ofPlainUser: boolean): string[] => [
    `--data-root=${DATA}`,
    "--exec-root=/run/docker",
    "--pidfile=/run/docker.pid",
    `--host=unix://${STATE}/${SOCKET}`,
    // Build steps use the host's network; nothing of it is changed.
    ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
    "--userland-proxy=false",
    // A host may have any init system, or none.
    "--exec-opt=native.cgroupdriver=cgroupfs",
    `--cgroup-parent=/${control}`,
    // Who can make no control groups goes without them.
    ...(ofPlainUser ? ["--rootless"] : []),
    "--log-level=warn",
];

const START_MS = 60_000;
const STOP_MS = 15_000;
const KILLED_MS = 5000;
const POLL_MS = 50;
const LOG_LINES = 15;

export interface Running {
    /** See processIdentity(). */
    identity: string;
    host: string;
    /** The control group that its build steps are in. */
    control: string;
}

export async function runningEngine(places: Places): Promise<Running | undefined> {
    try {
        const record = JSON.parse(await readFile(recordFile(places), "utf8")) as Running;
        return (await alive(record.identity)) ? record : undefined;
    } catch {
        return undefined; // never started, or stopped
    }
}

const pidOf = (identity: string): number => Number(identity.split(" ")[0]);
const alive = async (identity: string): Promise<boolean> => (await processIdentity(pidOf(identity))) === identity;

/** Starts it and waits until it answers. The caller holds the lock. */
export async function startEngine(places: Places): Promise<Running> {
    const tree = await servicesTree();
    const socket = join(places.state, SOCKET);
    if (socket.length > LONGEST_SOCKET_PATH) {
        throw new UserError(
            `${socket} is too long for a socket (${socket.length} of ${LONGEST_SOCKET_PATH} bytes): ` +
                "set XDG_STATE_HOME to a shorter path",
        );
    }
    await mkdir(places.data, { recursive: true, mode: 0o711 });
    await mkdir(places.state, { recursive: true, mode: 0o700 });
    await rm(socket, { force: true });
    const control = `nfs-storage-stack-engine-${shortHash(places.data)}`;
    const ofPlainUser = isPlainUserInside(await readFile("/proc/self/uid_map", "utf8"));
    const { program, args, env } = treeCommand(tree, ["dockerd", ...engineArguments(control, ofPlainUser)], {
        binds: [
            { source: places.data, target: DATA },
            { source: places.state, target: STATE },
            // Whom the host trusts, a company's own authority included.
            ...(existsSync(CERTIFICATES) ? [{ source: CERTIFICATES, target: CERTIFICATES, readOnly: true }] : []),
        ],
    });
    const log = await open(logFile(places), "a");
    const options: SpawnOptions = { cwd: "/", env, detached: true, stdio: ["ignore", log.fd, log.fd] };
    const child = spawn(program, args, options);
    await log.close();
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    const identity = await Promise.race([failed, spawned(child.pid, places)]);
    child.unref();
    const record: Running = { identity, host: `unix://${socket}`, control };
    await writeFile(recordFile(places), JSON.stringify(record));
    try {
        await Promise.race([failed, answers(record, places)]);
        return record;
    } catch (error) {
        await stopEngine(places, record);
        throw error;
    }
}

async function spawned(pid: number | undefined, places: Places): Promise<string> {
    const identity = pid === undefined ? undefined : await processIdentity(pid);
    if (identity === undefined) throw new Error(`the image engine did not start\n${await lastLines(places)}`);
    return identity;
}

async function answers({ identity, host }: Running, places: Places): Promise<void> {
    const engine = new Engine(host);
    for (let waited = 0; waited < START_MS; waited += POLL_MS) {
        if (await engine.ping()) return;
        if (!(await alive(identity)))
            throw new Error(`the image engine ended while it started\n${await lastLines(places)}`);
        await pause(POLL_MS);
    }
    throw new Error(`the image engine did not answer within ${START_MS / 1000} s\n${await lastLines(places)}`);
}

async function lastLines(places: Places): Promise<string> {
    const lines = (await readFile(logFile(places), "utf8").catch(() => "")).trimEnd().split("\n").slice(-LOG_LINES);
    return [...lines.map((line) => `    ${line}`), `  whole log: ${logFile(places)}`].join("\n");
}

/** Ends it with everything that it started. The caller holds the lock. */
export async function stopEngine(places: Places, { identity, host, control }: Running): Promise<void> {
    const dockerd = await childOf(pidOf(identity));
    if (dockerd !== undefined && (await alive(identity))) sendSignal(dockerd, "SIGTERM");
    if (!(await ended(identity, STOP_MS))) {
        sendSignal(pidOf(identity), "SIGKILL"); // takes its namespace with it
        await ended(identity, KILLED_MS);
    }
    await removeControlGroups(control);
    await rm(host.replace("unix://", ""), { force: true });
    await rm(recordFile(places), { force: true });
}

async function ended(identity: string, within: number): Promise<boolean> {
    for (let waited = 0; waited < within; waited += POLL_MS) {
        if (!(await alive(identity))) return true;
        await pause(POLL_MS);
    }
    return !(await alive(identity));
}

/** unshare waits for one child, which is dockerd. */
async function childOf(parent: number): Promise<number | undefined> {
    for (const name of await readdir("/proc")) {
        if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/stat`)) continue;
        const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
        // The parent is the second field after the name in parentheses, proc(5).
        if (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(parent)) return Number(name);
    }
    return undefined;
}
