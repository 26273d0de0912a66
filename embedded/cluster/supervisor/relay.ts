// Takes connections on a socket that listens on the machine's loopback and
// passes them on to an address inside the cluster. A socket stays in the network
// namespace it was made in: launch.ts makes it outside, and we inherit it.
import { connect, createServer, type Server } from "node:net";

export function relay(descriptor: number, host: string, port: number): Promise<Server> {
    // Half-open connections are passed on as such: a client may close its side and go on reading.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (outside) => {
        const inside = connect({ host, port, allowHalfOpen: true, noDelay: true });
        outside.on("error", () => inside.destroy());
        inside.on("error", () => outside.destroy());
        outside.on("close", () => inside.destroy());
        inside.on("close", () => outside.destroy());
        outside.pipe(inside).pipe(outside);
    });
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ fd: descriptor }, () => resolve(server));
    });
}
