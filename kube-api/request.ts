// One question to an API server.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Cluster } from "./cluster";

export interface Question {
    /** @default "GET" */
    method?: "GET" | "PATCH" | "POST" | "DELETE";
    query?: Record<string, string>;
    /** Sent as JSON. */
    body?: unknown;
    /** @default "application/json" */
    contentType?: string;
    signal?: AbortSignal;
    /** Milliseconds without a byte after which the connection counts as dead. */
    silenceMs: number;
}

/** The answer, whatever its status, as soon as its head is there. */
export async function send(cluster: Cluster, path: string, question: Question): Promise<IncomingMessage> {
    const { method = "GET", query = {}, contentType = "application/json", signal, silenceMs } = question;
    const url = new URL(cluster.server + path);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const options: RequestOptions = { method, headers: { accept: "*/*" }, timeout: silenceMs };
    await cluster.authorize(options);
    if (signal) options.signal = signal;
    const body = question.body === undefined ? undefined : JSON.stringify(question.body);
    if (body !== undefined) {
        const about = { "content-type": contentType, "content-length": Buffer.byteLength(body) };
        options.headers = { ...options.headers, ...about };
    }
    return new Promise((resolve, reject) => {
        const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options, resolve);
        request.on("timeout", () => request.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
        request.on("error", reject);
        request.end(body);
    });
}

/** All of it, as text. */
export async function textOf(answer: IncomingMessage): Promise<string> {
    answer.setEncoding("utf8");
    let text = "";
    for await (const chunk of answer) text += chunk;
    return text;
}

/** Trying again does not mend a certificate. */
export function isCertificateError(error: unknown): boolean {
    const code = String((error as NodeJS.ErrnoException)?.code ?? "");
    return /CERT|TLS|SSL|EPROTO|UNABLE_TO_VERIFY/.test(code);
}
