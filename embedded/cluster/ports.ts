// The sockets on the machine's loopback by which a cluster is reached. They are
// made here, outside, and handed to the supervisor, which lives in a network
// namespace where it could not make them.

import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { UserError } from "../steps";
import type { ClusterDefinition } from "./definition";

/** @throws UserError naming who has a port that is taken */
export async function openPorts(definition: ClusterDefinition): Promise<{ api: Server; registry: Server }> {
    const api = await open(definition, "api");
    try {
        return { api, registry: await open(definition, "registry") };
    } catch (error) {
        api.close();
        throw error;
    }
}

function open(definition: ClusterDefinition, use: "api" | "registry"): Promise<Server> {
    const port = definition.ports[use];
    return new Promise((resolve, reject) => {
        // Whoever connects now waits in the queue until the supervisor takes over.
        const server = createServer();
        server.once("error", async (error: NodeJS.ErrnoException) => {
            if (error.code !== "EADDRINUSE") return reject(error);
            const holder = await holderOf(port);
            reject(
                new UserError(
                    `port ${port} on 127.0.0.1, which cluster "${definition.name}" has for its ${use === "api" ? "Kubernetes API" : "registry"}, is taken${holder ? ` by ${holder}` : ""}. End that program, or delete the cluster: the next one chooses other ports`,
                ),
            );
        });
        server.listen({ port, host: "127.0.0.1", backlog: 511 }, () => resolve(server));
    });
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
