// The tests' clusters, and how tests use them as a user would: through make and
// kubectl. Test files run side by side, so one that deploys the stack with make
// or stops a cluster has a cluster of its own; the others share one.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import { repository } from "../../commands/environment";
import { clusterDelete, clusterUp, kubectlProgram } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { run } from "../../embedded/run";

// Its own name for each run, so that two runs on one machine do not meet; set by
// the first process of a run, inherited by those that run the files.
process.env.TEST_CLUSTER ??= `test-${process.pid}`;

/** That fixture.ts brings up for all files; none of them stops it. */
export const sharedCluster = process.env.TEST_CLUSTER;

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

export interface Running {
    /** Of startMake it leads a process group, as a command in a terminal does. */
    pid: number;
    /** Resolves with the first match in what it has said so far. @throws Error when it ends without */
    says(what: RegExp): Promise<RegExpExecArray>;
    ended: Promise<Made>;
}

export interface Instance {
    name: string;
    /** Runs a target of the Makefile on it; what it says is shown as it comes. */
    make(target: string, variables?: Record<string, string>, elsewhere?: Elsewhere): Promise<Made>;
    /** As `make`, for what must succeed. */
    makes(target: string, variables?: Record<string, string>): Promise<Made>;
    /** As `make`, for what runs until it is ended. */
    startMake(target: string, variables?: Record<string, string>): Running;
    /** Runs a line as one who types it into a terminal of his own, all settings at their defaults but CLUSTER. */
    types(line: string): Running;
    kubectl(args: readonly string[], input?: string): Promise<string>;
}

export function instance(name: string): Instance {
    const make: Instance["make"] = (target, variables = {}, elsewhere = {}) =>
        start(name, target, variables, elsewhere, false).ended;
    return {
        name,
        make,
        async makes(target, variables) {
            const made = await make(target, variables);
            if (made.code !== 0) {
                throw new Error(`make ${target} ended with exit code ${made.code}; its output is above`);
            }
            return made;
        },
        startMake: (target, variables = {}) => start(name, target, variables, {}, true),
        types: (line) => type(name, line),
        async kubectl(args, input) {
            const [program = "", ...first] = await kubectlProgram();
            return run(program, [...first, "--kubeconfig", clusterFolder(name).kubeconfig, ...args], {
                ...(input !== undefined && { input }),
            });
        },
    };
}

/** Of one test file. */
export const ownInstance = (label: string): Instance => instance(`${sharedCluster}-${label}`);

/**
 * For a `describe`: the instance is up before its tests and deleted after them, with all that is on it. Meanwhile
 * TEST_KUBECONFIG is its own.
 */
export function broughtUp({ name }: Instance): void {
    const shared = process.env.TEST_KUBECONFIG;
    before(async () => {
        await clusterUp(name);
        process.env.TEST_KUBECONFIG = clusterFolder(name).kubeconfig;
    });
    after(() => {
        process.env.TEST_KUBECONFIG = shared;
    });
    removedAfter({ name });
}

/** For a `describe` whose tests bring the instance up: it is deleted after them, with all that is on it. */
export function removedAfter({ name }: Pick<Instance, "name">): void {
    after(async () => {
        await clusterDelete(name);
    });
}

function start(
    cluster: string,
    target: string,
    variables: Record<string, string>,
    { cwd = repository, env = {} }: Elsewhere,
    ownGroup: boolean,
): Running {
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return follow(
        `make ${target}`,
        spawn("make", ["--no-print-directory", target, `CLUSTER=${cluster}`, ...settings], {
            cwd,
            detached: ownGroup,
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "pipe"],
        }),
    );
}

/** What make tells the commands that it runs, among them these tests. */
const OF_MAKE = /^(MAKE.*|MFLAGS|ENV|CLUSTER|SETTINGS|STATE|WATCH|ARGS)$/;

function type(cluster: string, line: string): Running {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_MAKE.test(name)));
    return follow(
        line,
        // Both streams through one pipe, so that what comes first is first.
        spawn("bash", ["-c", `exec 2>&1\n${line}`], {
            cwd: repository,
            detached: true,
            env: { ...env, CLUSTER: cluster, LC_ALL: "C.UTF-8" },
            stdio: ["ignore", "pipe", "pipe"],
        }),
    );
}

function follow(command: string, child: ChildProcessByStdio<null, Readable, Readable>): Running {
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
                ended.then(() => reject(new Error(`${command} ended without saying ${what}:\n${output}`)), reject);
            }),
    };
}
