// `make open`: the reader's page, through a port-forward that lasts until
// ctrl-C. kubectl chooses the port, on loopback.

import { spawn } from "node:child_process";
import { kubectlProgram } from "../embedded/cluster";
import { UserError } from "../embedded/steps";
import { chosenEnvironment } from "./environment";
import { existingStack } from "./stack";
import { stackOutputs } from "./state";

export async function open(): Promise<void> {
    const stack = await existingStack("running");
    const page = stack && (await stackOutputs(stack)).page;
    if (typeof page !== "string") {
        throw new UserError(`the stack ${chosenEnvironment().name} has no page yet: run \`make up\` first`);
    }
    if (stack?.environment.context === undefined && !stack?.cluster) {
        throw new UserError("the embedded cluster is not running: `make up` starts it with the stack as it was");
    }
    const [kubectl = "", ...args] = page.split(" ");
    const [program = kubectl, ...first] = stack?.cluster ? await kubectlProgram() : [kubectl];
    await forward(program, [...first, ...args], page);
}

/** @throws UserError when kubectl ends by itself */
async function forward(program: string, args: readonly string[], page: string): Promise<void> {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = false;
    child.stdout.on("data", (chunk: Buffer) => {
        // It says the same of ::1 as well, and later of each connection.
        const port = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
        if (port && !said) process.stdout.write(`The reader's page: http://127.0.0.1:${port}/   (ctrl-C ends it)\n`);
        said ||= port !== undefined;
    });
    let told = false;
    const end = (): void => {
        told = true;
        child.kill("SIGINT");
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, end);
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        if (told) return;
        throw new UserError(
            `the connection to the page ended (kubectl: ${code === null ? "a signal" : `exit code ${code}`}): run \`make open\` again, or \`make status\` to see what runs. The command was: ${page}`,
        );
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        throw new UserError(`there is no \`${program}\` on PATH; it is needed for: ${page}`);
    } finally {
        for (const signal of signals) process.off(signal, end);
    }
}
