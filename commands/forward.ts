// A way to a reader's page: kubectl's port-forward, as the stack's output names
// it. kubectl chooses the port, on loopback.

import { spawn } from "node:child_process";
import { kubectlProgram } from "../embedded/cluster";
import { UserError } from "../embedded/steps";
import { existingStack } from "./stack";
import { stackOutputs } from "./state";

export interface Forward {
    /** Of the page, with a slash at its end. */
    url: string;
    /** Resolves when kubectl has ended, by itself or by end(). @throws UserError when it did so by itself */
    ended: Promise<void>;
    end(): void;
}

/** The command that the stack's output names; undefined when there is none that can work now. */
export async function pageCommand(): Promise<{ page: string; run: string[] } | undefined> {
    const stack = await existingStack("running");
    const page = stack && (await stackOutputs(stack)).page;
    if (typeof page !== "string" || (stack?.environment.context === undefined && !stack?.cluster)) return undefined;
    const [kubectl = "", ...args] = page.split(" ");
    return { page, run: [...(stack.cluster ? await kubectlProgram() : [kubectl]), ...args] };
}

/** Resolves when the page can be reached. @throws UserError when kubectl is missing, or ends before */
export async function forward({ page, run }: { page: string; run: string[] }): Promise<Forward> {
    const [program = "", ...args] = run;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let told = false;
    const ended = new Promise<void>((resolve, reject) => {
        child.on("error", (error: NodeJS.ErrnoException) =>
            reject(
                error.code === "ENOENT"
                    ? new UserError(`there is no \`${program}\` on PATH; it is needed for: ${page}`)
                    : error,
            ),
        );
        child.on("close", (code) => {
            const how = code === null ? "a signal" : `exit code ${code}`;
            if (told) resolve();
            else {
                reject(
                    new UserError(
                        `the connection to the page ended (kubectl: ${how}): run \`make open\` again, or \`make status\` to see what runs. The command was: ${page}`,
                    ),
                );
            }
        });
    });
    // Whoever waits for it is told.
    ended.catch(() => {});
    const end = (): void => {
        told = true;
        child.kill("SIGINT");
    };
    const url = new Promise<string>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
            // It says the same of ::1 as well, and later of each connection.
            const port = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
            if (port) resolve(`http://127.0.0.1:${port}/`);
        });
    });
    const over = ended.then((): string => {
        throw new UserError(`interrupted: ${page}`);
    });
    return { url: await Promise.race([url, over]), ended, end };
}

/** Calls it when somebody wants to end; gives what takes that back. */
export function onInterrupt(end: () => void): () => void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, end);
    return () => {
        for (const signal of signals) process.off(signal, end);
    };
}
