// A way to a reader's page: kubectl's port-forward, as the stack's output names
// it. kubectl chooses the port, on loopback. It leads to one pod and ends with
// it; then another is started on the same port, so that a page that is open
// comes back by itself.

import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { kubectlProgram } from "../embedded/cluster";
import { UserError } from "../embedded/steps";
import { existingStack } from "./stack";
import { stackOutputs } from "./state";

/** A pod that is replaced is ready again within seconds, a node that restarts within half a minute. */
const AGAIN_FOR_MS = 60_000;
const AGAIN_EVERY_MS = 1_000;

export interface PageCommand {
    /** As the stack's output has it. */
    page: string;
    /** As it is run here. */
    run: string[];
}

export interface Forward {
    /** Of the page, with a slash at its end. */
    url: string;
    /** Resolves after end(). @throws UserError when there has been no way to a reader for a while */
    ended: Promise<void>;
    end(): void;
}

/** What becomes of the way after it was there once. */
export interface ForwardEvents {
    lost?(why: string): void;
    back?(): void;
}

/** The command that the stack's output names; undefined when there is none that can work now. */
export async function pageCommand(): Promise<PageCommand | undefined> {
    const stack = await existingStack("running");
    const page = stack && (await stackOutputs(stack)).page;
    if (typeof page !== "string" || (stack?.environment.context === undefined && !stack?.cluster)) return undefined;
    const [kubectl = "", ...args] = page.split(" ");
    return { page, run: [...(stack.cluster ? await kubectlProgram() : [kubectl]), ...args] };
}

/** The same command for a port that is known: ":8080" lets kubectl choose one. */
export const onPort = (port: string, run: readonly string[]): string[] =>
    run.map((word) => (/^:\d+$/.test(word) ? `${port}${word}` : word));

/** Resolves when the page can be reached. @throws UserError when kubectl is missing, or ends before */
export async function forward(command: PageCommand, events: ForwardEvents = {}): Promise<Forward> {
    let over = false;
    let kubectl = portForward(command.run);
    const port = await kubectl.port;
    if (port === undefined) throw noWay(command, await kubectl.ended);

    async function keep(): Promise<void> {
        for (;;) {
            let why = await kubectl.ended;
            if (over) return;
            events.lost?.(why);
            for (const until = performance.now() + AGAIN_FOR_MS; ; ) {
                if (performance.now() > until) throw noWay(command, why);
                await pause(AGAIN_EVERY_MS);
                if (over) return;
                kubectl = portForward(onPort(port ?? "", command.run));
                if ((await kubectl.port) !== undefined) break;
                why = await kubectl.ended;
                if (over) return;
            }
            events.back?.();
        }
    }
    const ended = keep();
    // Whoever waits for it is told.
    ended.catch(() => {});
    const end = (): void => {
        over = true;
        kubectl.end();
    };
    return { url: `http://127.0.0.1:${port}/`, ended, end };
}

const noWay = ({ page }: PageCommand, why: string): UserError =>
    new UserError(
        `there is no connection to the page (kubectl: ${why}): run \`make open\` again, or \`make status\` to see what runs. The command was: ${page}`,
    );

interface PortForward {
    /** Undefined when it ends before it listens. */
    port: Promise<string | undefined>;
    /** Its last words, or how it ended. */
    ended: Promise<string>;
    end(): void;
}

function portForward([program = "", ...args]: readonly string[]): PortForward {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => {
        words = (words + chunk.toString()).slice(-4_096);
    });
    const ended = new Promise<string>((resolve) => {
        child.on("error", (error: NodeJS.ErrnoException) =>
            resolve(error.code === "ENOENT" ? `there is no \`${program}\` on PATH` : error.message),
        );
        child.on("close", (code) => {
            const last = words.trim().split("\n").at(-1);
            resolve(last || (code === null ? "a signal" : `exit code ${code}`));
        });
    });
    const listens = new Promise<string>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
            // It says the same of ::1 as well, and later of each connection.
            const port = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
            if (port) resolve(port);
        });
    });
    return {
        port: Promise.race([listens, ended.then(() => undefined)]),
        ended,
        end: () => void child.kill("SIGINT"),
    };
}

/** Calls it when somebody wants to end; gives what takes that back. */
export function onInterrupt(end: () => void): () => void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, end);
    return () => {
        for (const signal of signals) process.off(signal, end);
    };
}
