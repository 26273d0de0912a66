// Waits for things that can only be asked for, not listened to: whether a port
// accepts connections yet.
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
