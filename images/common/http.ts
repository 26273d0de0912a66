// The small HTTP server that both images answer with: probes, metrics, pages.
// It answers from memory or with a time limit of the caller's; it never reads a
// file while it answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
    /** @default 200 */
    status?: number;
    /** @default "text/plain; charset=utf-8" */
    type?: string;
    body: string | Buffer;
    /** Goes on after the body: the answer has no length, and does not end by itself. */
    stream?: (response: ServerResponse) => void;
}
/** By path. */
export type Routes = Record<string, (request: IncomingMessage) => Answer | Promise<Answer>>;

/** What a probe is told: 200 or 503, and a short reason in one line. */
export function health(ok: boolean, reason: string): Answer {
    return { status: ok ? 200 : 503, body: `${reason}\n` };
}

export const json = (value: unknown): Answer => ({
    type: "application/json; charset=utf-8",
    body: `${JSON.stringify(value)}\n`,
});

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    // Not inherited properties: /constructor is no route.
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    let given: Answer;
    if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        given = { status: 405, body: "only GET and HEAD are answered\n" };
    } else if (route === undefined) {
        given = { status: 404, body: `nothing here; there is ${Object.keys(routes).join(" ")}\n` };
    } else {
        try {
            given = await route(request);
        } catch (error) {
            given = { status: 500, body: `${(error as Error).message}\n` };
        }
    }
    const body = typeof given.body === "string" ? Buffer.from(given.body) : given.body;
    response.writeHead(given.status ?? 200, {
        "content-type": given.type ?? "text/plain; charset=utf-8",
        ...(given.stream === undefined && { "content-length": body.length }),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        // Pages load nothing but what this server has.
        "content-security-policy":
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    });
    if (request.method === "HEAD") response.end();
    else if (given.stream === undefined) response.end(body);
    else {
        response.write(body);
        given.stream(response);
    }
}

export interface HttpOptions {
    /** 0 for any free one. */
    port: number;
    /** @default every address of the pod, which is where the kubelet's probes come in */
    host?: string | undefined;
}

/** Resolves when it listens. */
export async function serve(routes: Routes, options: HttpOptions): Promise<{ port: number; close(): void }> {
    const server: Server = createServer((request, response) => void answer(routes, request, response));
    server.headersTimeout = 5_000;
    server.requestTimeout = 10_000;
    server.maxConnections = 256;
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, options.host, resolve);
    });
    return {
        port: (server.address() as AddressInfo).port,
        close: () => {
            server.close();
            server.closeAllConnections();
        },
    };
}
