// A way to the cluster that a test can close and open again.
import { readFile } from "node:fs/promises";
import { createServer, type Socket, connect as tcp } from "node:net";
import { connect } from "../../kube-api";

/** A kubeconfig that reaches the cluster through a relay in this process, which can be closed and opened. */
export async function detour(
    kubeconfig: string,
): Promise<{ kubeconfig: string; open(): Promise<void>; close(): Promise<void> }> {
    const cluster = await connect({ kubeconfig });
    const { hostname, port } = new URL(cluster.server);
    const sockets = new Set<Socket>();
    const relay = createServer((incoming) => {
        const outgoing = tcp(Number(port), hostname);
        for (const [socket, other] of [
            [incoming, outgoing],
            [outgoing, incoming],
        ] as const) {
            sockets.add(socket);
            socket.pipe(other);
            socket.on("error", () => other.destroy());
            socket.on("close", () => other.destroy());
        }
    });
    let at = 0;
    const open = (): Promise<void> =>
        new Promise((resolve) =>
            relay.listen(at, "127.0.0.1", () => {
                at = (relay.address() as { port: number }).port;
                resolve();
            }),
        );
    await open();
    const text = (await readFile(kubeconfig, "utf8")).replaceAll(cluster.server, `https://127.0.0.1:${at}`);
    return {
        kubeconfig: text,
        open,
        close: () =>
            new Promise((resolve) => {
                relay.close(() => resolve());
                for (const socket of sockets) socket.destroy();
            }),
    };
}
