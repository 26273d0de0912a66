// The tests' cluster, and how tests use it as a user would: through make and kubectl.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { repository } from "../../commands/environment";
import { kubectlProgram } from "../../embedded/cluster";
import { run } from "../../embedded/run";

/** Its own name for each run, so that two runs on one machine do not meet. */
export const testCluster = `test-${process.pid}`;

export interface Made {
    code: number | null;
    stdout: string;
    /** stdout and stderr as they came. */
    output: string;
}

export interface Elsewhere {
    /** A copy of the repository. @default this one */
    cwd?: string;
    /** Laid over this process's environment. */
    env?: NodeJS.ProcessEnv;
}

/** Runs a target of the Makefile on the tests' cluster; what it says is shown as it comes. */
export async function make(
    target: string,
    variables: Record<string, string> = {},
    elsewhere: Elsewhere = {},
): Promise<Made> {
    return start(target, variables, elsewhere, false).ended;
}

export interface Running {
    /** Of startMake it leads a process group, as a command in a terminal does. */
    pid: number;
    /** Resolves with the first match in what it has said so far. @throws Error when it ends without */
    says(what: RegExp): Promise<RegExpExecArray>;
    ended: Promise<Made>;
}

/** As `make`, for what runs until it is ended. */
export const startMake = (target: string): Running => start(target, {}, {}, true);

function start(
    target: string,
    variables: Record<string, string>,
    { cwd = repository, env = {} }: Elsewhere,
    ownGroup: boolean,
): Running {
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const child = spawn("make", ["--no-print-directory", target, `CLUSTER=${testCluster}`, ...settings], {
        cwd,
        detached: ownGroup,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    const heard = new EventEmitter();
    for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk: Buffer) => {
            if (stream === child.stdout) stdout += chunk;
            output += chunk;
            process.stderr.write(chunk);
            heard.emit("more");
        });
    }
    const ended = new Promise<Made>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve({ code, stdout, output }));
    });
    return {
        pid: child.pid ?? 0,
        ended,
        says: (what) =>
            new Promise((resolve, reject) => {
                const look = (): void => {
                    const found = what.exec(output);
                    if (found) resolve(found);
                };
                heard.on("more", look);
                look();
                ended.then(() => reject(new Error(`make ${target} ended without saying ${what}:\n${output}`)), reject);
            }),
    };
}

/** As `make`, for what must succeed. */
export async function makes(target: string, variables: Record<string, string> = {}): Promise<Made> {
    const made = await make(target, variables);
    if (made.code !== 0) {
        throw new Error(`make ${target} ended with exit code ${made.code}; its output is above`);
    }
    return made;
}

/** kubectl on the tests' cluster. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const [program = "", ...first] = await kubectlProgram();
    return run(program, [...first, "--kubeconfig", process.env.TEST_KUBECONFIG ?? "", ...args], {
        ...(input !== undefined && { input }),
    });
}
