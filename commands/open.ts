// `make open`: the reader's page in a browser, through a port-forward that lasts until ctrl-C.

import { spawn } from "node:child_process";
import { kubectlProgram } from "../embedded/cluster";
import { UserError } from "../embedded/steps";
import { openStack, stackOutputs } from "./stack";

export async function open(): Promise<void> {
    const stack = await openStack("running");
    const { page } = (await stackOutputs(stack)) as { page?: unknown };
    if (typeof page !== "string") {
        throw new UserError(`the stack ${stack.environment.name} has no page yet: run \`make up\` first`);
    }
    if (stack.environment.context === undefined && !stack.cluster) {
        throw new UserError("the embedded cluster is not running: `make up` starts it with the stack as it was");
    }
    const [program = "", ...args] = page.split(" ");
    const command = stack.cluster ? await kubectlProgram() : [program];
    const child = spawn(command[0] ?? program, [...command.slice(1), ...args], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.on("data", (chunk: Buffer) => {
        const port = /127\.0\.0\.1:(\d+)/.exec(chunk.toString())?.[1];
        if (port) process.stdout.write(`The reader's page: http://127.0.0.1:${port}/   (ctrl-C ends it)\n`);
    });
    process.on("SIGINT", () => child.kill("SIGINT"));
    const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    if (code) throw new UserError(`kubectl ended with exit code ${code}; the command was: ${page}`);
}
