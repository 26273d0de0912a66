// The tests' cluster, and how tests use it as a user would: through make and kubectl.
import { spawn } from "node:child_process";
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

/** Runs a target of the Makefile on the tests' cluster; what it says is shown as it comes. */
export async function make(target: string, variables: Record<string, string> = {}): Promise<Made> {
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const child = spawn("make", ["--no-print-directory", target, `CLUSTER=${testCluster}`, ...settings], {
        cwd: repository,
        stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk;
        output += chunk;
        process.stderr.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
        output += chunk;
        process.stderr.write(chunk);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    return { code, stdout, output };
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
