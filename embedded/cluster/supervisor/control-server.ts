// The supervisor's end of the line that ../control.ts describes.
import { chmod, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { type CommandResult, type Reply, type Request, withSocketPath } from "../control";
import type { ClusterFolder } from "../folder";
import type { ClusterStatus } from "../status";

export interface Handlers {
    status(): ClusterStatus;
    usage(): Promise<NonNullable<ClusterStatus["usage"]>>;
    /** Tries a node's disk and clock; how long it took, in milliseconds. @throws Error when it is ill */
    check(node: string): Promise<number>;
    /** Everything is stopped when it resolves. */
    stop(): Promise<void>;
    command(node: string, argv: readonly string[]): Promise<CommandResult>;
    /** Takes the connection over. @throws Error when that node has no shell to give */
    shell(node: string, size: { rows: number; columns: number }, socket: Socket): void;
}

export class ControlServer {
    private readonly watchers = new Set<Socket>();

    constructor(private readonly handlers: Handlers) {}

    async listen(folder: ClusterFolder): Promise<void> {
        await withSocketPath(folder, async (path) => {
            await rm(path, { force: true }); // of a supervisor that was killed
            const server = createServer((socket) => this.serve(socket));
            await new Promise<void>((resolve, reject) => {
                server.once("error", reject);
                server.listen(path, resolve);
            });
            await chmod(path, 0o600);
        });
    }

    /** Tells everyone who watches. */
    publish(): void {
        for (const socket of this.watchers) this.reply(socket, { status: this.handlers.status() });
    }

    private reply(socket: Socket, reply: Reply): void {
        if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
    }

    private serve(socket: Socket): void {
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.watchers.delete(socket));
        let received = Buffer.alloc(0);
        const onData = (chunk: Buffer): void => {
            received = Buffer.concat([received, chunk]);
            const end = received.indexOf("\n");
            if (end === -1) return;
            socket.removeListener("data", onData);
            this.handle(socket, received.subarray(0, end).toString("utf8")).catch((error: Error) => {
                this.reply(socket, { error: error.message });
                socket.end();
            });
        };
        socket.on("data", onData);
    }

    private async handle(socket: Socket, line: string): Promise<void> {
        const request = JSON.parse(line) as Request;
        switch (request.op) {
            case "status":
                this.reply(socket, { status: this.handlers.status() });
                socket.end();
                return;
            case "usage":
                this.reply(socket, { usage: await this.handlers.usage() });
                socket.end();
                return;
            case "check":
                this.reply(socket, { checkedMs: await this.handlers.check(request.node) });
                socket.end();
                return;
            case "watch":
                this.watchers.add(socket);
                this.reply(socket, { status: this.handlers.status() });
                socket.resume();
                return;
            case "stop":
                this.watchers.add(socket);
                await this.handlers.stop();
                return;
            case "command":
                this.reply(socket, { result: await this.handlers.command(request.node, request.argv) });
                socket.end();
                return;
            case "shell":
                this.handlers.shell(request.node, request, socket);
        }
    }
}
