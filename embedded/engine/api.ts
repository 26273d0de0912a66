// The few calls of the Docker Engine API that images need, over its socket:
// for this engine, and for the fallback plugin "docker", which may be told to
// use any. Paths carry no version, so that an engine answers with its own.
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Readable } from "node:stream";

/** Only who asks knows what is in an answer. */
// biome-ignore lint/suspicious/noExplicitAny: answers are what the API says
type Answer = { [key: string]: any };

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** Where to connect to, for node's http module. @throws Error that names what is served. */
export function connection(host: string | undefined): { socketPath: string } | { host: string; port: number } {
    const url = host || process.env.DOCKER_HOST || DEFAULT_HOST;
    const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(url) ?? [];
    if (socketPath !== undefined) return { socketPath };
    const [, name, port] = /^(?:tcp|http):\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(url) ?? [];
    if (name !== undefined && port !== undefined) return { host: name.replace(/[[\]]/g, ""), port: Number(port) };
    throw new Error(
        `docker:host is "${url}"; the fallback plugin "docker" serves unix:///path and tcp://host:port without TLS`,
    );
}

class EngineError extends Error {
    override name = "EngineError";
    constructor(
        readonly code: number,
        message: string,
    ) {
        super(message);
    }
}

interface Call {
    method?: "GET" | "POST";
    query?: Record<string, string>;
    headers?: Record<string, string>;
    body?: Readable;
    signal?: AbortSignal;
}

export class Engine {
    constructor(private readonly host: string | undefined) {}

    /** The answer, when it is a good one. */
    private async call(path: string, { method = "GET", query = {}, headers = {}, body, signal }: Call) {
        const where = connection(this.host);
        const search = new URLSearchParams(query).toString();
        const options = { ...where, method, headers, path: search === "" ? path : `${path}?${search}` };
        const sent: ClientRequest = request(signal ? { ...options, signal } : options);
        const answered = new Promise<IncomingMessage>((done, failed) => {
            sent.on("response", done);
            sent.on("error", failed);
        });
        // Not by pipeline(), which aborts a request on a connection that was used before, once all is sent.
        if (body) body.once("error", (error) => sent.destroy(error)).pipe(sent);
        else sent.end();
        const answer = await answered.catch((error: NodeJS.ErrnoException) => {
            throw signal?.aborted ? new Error("cancelled") : unreachable(error, where);
        });
        if ((answer.statusCode ?? 500) >= 300) throw await failure(answer);
        return answer;
    }

    /** Whether it is up. */
    async ping(): Promise<boolean> {
        return this.call("/_ping", {}).then(
            (answer) => {
                answer.resume();
                return true;
            },
            () => false,
        );
    }

    async json(path: string, signal?: AbortSignal): Promise<Answer> {
        return JSON.parse(await text(await this.call(path, signal ? { signal } : {}))) as Answer;
    }

    /** Posts, and hands the answer over piece by piece. */
    async stream(path: string, call: Omit<Call, "method">, take: (piece: string) => void): Promise<void> {
        const answer = await this.call(path, { ...call, method: "POST" });
        answer.setEncoding("utf8");
        try {
            for await (const piece of answer) take(piece as string);
        } catch (error) {
            throw call.signal?.aborted ? new Error("cancelled") : error;
        }
    }

    /** Whether there is such a thing, such as /networks/bridge. */
    async has(path: string, signal?: AbortSignal): Promise<boolean> {
        try {
            await this.json(path, signal);
            return true;
        } catch (error) {
            if (error instanceof EngineError && error.code === 404) return false;
            throw error;
        }
    }
}

function unreachable(error: NodeJS.ErrnoException, where: ReturnType<typeof connection>): Error {
    if (!["ENOENT", "ECONNREFUSED", "EACCES"].includes(error.code ?? "")) return error;
    const address = "socketPath" in where ? where.socketPath : `${where.host}:${where.port}`;
    return new Error(
        `no Docker engine answers at ${address} (${error.code}); docker:host or DOCKER_HOST says which one is used`,
    );
}

async function text(answer: IncomingMessage): Promise<string> {
    answer.setEncoding("utf8");
    let whole = "";
    for await (const piece of answer) whole += piece;
    return whole;
}

async function failure(answer: IncomingMessage): Promise<EngineError> {
    const body = await text(answer);
    let message = body.trim();
    try {
        message = (JSON.parse(body) as { message?: string }).message ?? message;
    } catch {
        // Not every answer is JSON.
    }
    return new EngineError(answer.statusCode ?? 0, message || `status ${answer.statusCode}`);
}
