// Waits for things that can only be asked for, not listened to: whether a port
// accepts connections yet, whether a server still answers.
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 25;

/** Asks until the answer is yes. @throws AbortError when `signal` comes first, Error after `patienceMs` */
export async function until(
    what: string,
    ask: () => Promise<boolean>,
    patienceMs: number,
    signal?: AbortSignal,
): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!(await ask())) {
        if (performance.now() > end) throw new Error(`${what} was not there after ${patienceMs / 1000} s`);
        await pause(LOOK_AGAIN_MS, undefined, signal ? { signal } : {});
    }
}

export function accepts(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, host);
        socket.once("connect", () => {
            socket.destroy();
            resolve(true);
        });
        socket.once("error", () => resolve(false));
    });
}

export interface Server {
    host: string;
    port: number;
    /** @default false */
    plain?: boolean;
}

const ANSWER_PATIENCE_MS = 5000;

/** Whether it answers a request, whatever it answers: one that hangs accepts connections and says nothing. */
export function responds({ host, port, plain = false }: Server): Promise<boolean> {
    return new Promise((resolve) => {
        // Who it is does not matter: it is on our own loopback or bridge.
        const options = { host, port, path: "/healthz", rejectUnauthorized: false, agent: false as const };
        const heard = (response: IncomingMessage): void => {
            resolve(true);
            response.destroy();
        };
        const sent = plain ? requestPlain(options, heard) : requestSecure(options, heard);
        sent.setTimeout(ANSWER_PATIENCE_MS, () => sent.destroy());
        sent.once("error", () => resolve(false));
        sent.end();
    });
}
