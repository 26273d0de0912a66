// The line to a running supervisor: a Unix socket in the cluster's folder. A
// request is one line of JSON; the answer is lines of JSON, for "shell" the
// session itself. The other end is supervisor/control-server.ts.
import { closeSync, constants, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ClusterFolder } from "./folder";
import type { ClusterStatus } from "./status";

export type Request =
    /** Sends the status now and after each change. */
    | { op: "watch" }
    /** Sends the status now. */
    | { op: "status" }
    /** Sends what each component takes of the machine. */
    | { op: "usage" }
    /** Tries a node's disk and clock. */
    | { op: "check"; node: string }
    /** Stops everything; the connection closes when it is done. */
    | { op: "stop" }
    | { op: "command"; node: string; argv: string[] }
    | { op: "shell"; node: string; rows: number; columns: number };

export interface CommandResult {
    code: number;
    stdout: string;
    stderr: string;
}

export type Reply =
    | { status: ClusterStatus }
    | { usage: NonNullable<ClusterStatus["usage"]> }
    | { checkedMs: number }
    | { result: CommandResult }
    | { error: string };

export const SOCKET = "control";

/**
 * Calls `use` with a path of the socket that is short whatever the folder's: a Unix socket's path has at most 107
 * bytes. The path is good until the promise that `use` returns is settled.
 */
export async function withSocketPath<T>(folder: ClusterFolder, use: (path: string) => Promise<T>): Promise<T> {
    const descriptor = openSync(folder.run, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
        return await use(`/proc/self/fd/${descriptor}/${SOCKET}`);
    } finally {
        closeSync(descriptor);
    }
}

/** Undefined when no supervisor listens. */
export async function dial(folder: ClusterFolder): Promise<Socket | undefined> {
    try {
        return await withSocketPath(
            folder,
            (path) =>
                new Promise<Socket>((resolve, reject) => {
                    const socket = connect(path);
                    socket.once("error", reject);
                    socket.once("connect", () => {
                        socket.removeListener("error", reject);
                        socket.on("error", () => socket.destroy()); // a supervisor that was killed
                        resolve(socket);
                    });
                }),
        );
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET") return undefined;
        throw error;
    }
}

/** The replies to a request, until the supervisor closes the connection or the caller stops reading. */
export async function* ask(socket: Socket, request: Request): AsyncGenerator<Reply> {
    socket.write(`${JSON.stringify(request)}\n`);
    try {
        for await (const line of createInterface({ input: socket })) yield JSON.parse(line) as Reply;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ECONNRESET" && code !== "EPIPE") throw error; // it was killed: no more replies
    } finally {
        socket.destroy();
    }
}

/** The first reply; undefined when no supervisor listens, or it ends before it answers. */
export async function askOnce(folder: ClusterFolder, request: Request): Promise<Reply | undefined> {
    const socket = await dial(folder);
    if (!socket) return undefined;
    for await (const reply of ask(socket, request)) return reply;
    return undefined;
}
