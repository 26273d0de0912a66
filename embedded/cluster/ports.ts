// The sockets on the machine's loopback by which a cluster is reached. They are
// made here, outside, and handed to the supervisor, which lives in a network
// namespace where it could not make them.

import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { UserError } from "../steps";
import type { ClusterDefinition } from "./definition";

type Use = keyof ClusterDefinition["ports"];

/** @throws UserError naming who has a port that is taken, and of both ports if need be */
export async function openPorts(definition: ClusterDefinition): Promise<Record<Use, Server>> {
    const [api, registry] = await Promise.allSettled([listen(definition.ports.api), listen(definition.ports.registry)]);
    if (api.status === "fulfilled" && registry.status === "fulfilled") {
        return { api: api.value, registry: registry.value };
    }
    const problems: string[] = [];
    for (const [use, opened] of [["api", api] as const, ["registry", registry] as const]) {
        if (opened.status === "fulfilled") opened.value.close();
        else problems.push(await problem(definition.ports[use], use, opened.reason as NodeJS.ErrnoException));
    }
    throw new UserError(
        `cluster "${definition.name}" can't be reached on this machine:\n${problems.map((text) => `  - ${text}`).join("\n")}\n` +
            `End what has the port, or delete the cluster with its data, and the next one chooses other ports: ` +
            `make cluster ARGS=delete CLUSTER=${definition.name}`,
    );
}

/** @throws UserError as openPorts does */
export async function portsAreFree(definition: ClusterDefinition): Promise<void> {
    const servers = Object.values(await openPorts(definition));
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

function listen(port: number): Promise<Server> {
    return new Promise((resolve, reject) => {
        // Whoever connects now waits in the queue until the supervisor takes over.
        const server = createServer();
        server.once("error", reject);
        server.listen({ port, host: "127.0.0.1", backlog: 511 }, () => resolve(server));
    });
}

async function problem(port: number, use: Use, { code, message }: NodeJS.ErrnoException): Promise<string> {
    const what = `port ${port} on 127.0.0.1, its ${use === "api" ? "Kubernetes API" : "registry"}`;
    if (code !== "EADDRINUSE") return `${what}: ${message}`;
    const holder = await holderOf(port);
    return `${what}, is taken${holder ? ` by ${holder}` : ""}`;
}

const LISTENING = "0A";

/** The inode of the socket that listens on a port, from the text of /proc/net/tcp or tcp6. */
export function listeningInode(table: string, port: number): string | undefined {
    const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    for (const line of table.split("\n").slice(1)) {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
        if (local?.endsWith(wanted) && state === LISTENING) return inode;
    }
    return undefined;
}

/** "process 123 (nginx)", when we may see it. */
async function holderOf(port: number): Promise<string | undefined> {
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        const inode = listeningInode(await readFile(table, "utf8").catch(() => ""), port);
        if (!inode) continue;
        for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
            const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
            for (const descriptor of descriptors) {
                const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
                if (target !== `socket:[${inode}]`) continue;
                const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?");
                return `process ${pid} (${name.trim()})`;
            }
        }
    }
    return undefined;
}
