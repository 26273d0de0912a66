// Runs a program to its end, keeping its output for the error message.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";

export interface RunOptions {
    cwd?: string;
    /** Replaces the whole environment. @default this process's */
    env?: NodeJS.ProcessEnv;
    /** Written to its standard input, which is closed otherwise. */
    input?: string;
    /** Everything it prints is appended to this file as well. */
    logFile?: string;
    /** Called for each line it prints on stdout or stderr. */
    onLine?: (line: string) => void;
    /** Ends it with SIGTERM. */
    signal?: AbortSignal;
}

export class CommandFailed extends Error {
    override name = "CommandFailed";
    constructor(
        readonly command: string,
        /** Exit code, or null when a signal ended it. */
        readonly code: number | null,
        /** The last lines it printed on either stream. */
        readonly tail: string[],
        logFile?: string,
        /** All that it printed on its standard output. */
        readonly stdout = "",
    ) {
        super(
            `${command} ${code === null ? "was ended by a signal" : `failed with exit code ${code}`}` +
                (tail.length > 0 ? `; it last said:\n${tail.map((line) => `    ${line}`).join("\n")}` : "") +
                (logFile ? `\n  whole output: ${logFile}` : ""),
        );
    }
}

const TAIL_LINES = 15;

/** A build takes minutes, and would go on for nobody when this process is told to end. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
    for (const child of running) child.kill();
});

/** For run(), on Linux: the program is killed also when this process is, which has no time then to end it. */
export const dyingWithUs = (program: string, args: readonly string[]): [program: string, args: string[]] => [
    "setpriv",
    ["--pdeathsig", "KILL", "--", program, ...args],
];

/** Resolves with its standard output. @throws CommandFailed with the last lines it said. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    const spawnOptions: SpawnOptions = { stdio: ["pipe", "pipe", "pipe"] };
    if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
    if (options.env !== undefined) spawnOptions.env = options.env;
    if (options.signal !== undefined) spawnOptions.signal = options.signal;
    const child = spawn(program, args, spawnOptions);
    const log = options.logFile ? createWriteStream(options.logFile, { flags: "a" }) : undefined;
    const out: Buffer[] = [];
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        if (log) stream.pipe(log, { end: false });
        createInterface({ input: stream }).on("line", (line) => {
            tail.push(line);
            if (tail.length > TAIL_LINES) tail.shift();
            options.onLine?.(line);
        });
    }
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stdin?.on("error", () => {}); // it may end without reading
    child.stdin?.end(options.input);
    running.add(child);
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        if (code !== 0) {
            const command = [program, ...args].join(" ").slice(0, 300);
            throw new CommandFailed(command, code, tail, options.logFile, Buffer.concat(out).toString("utf8"));
        }
        return Buffer.concat(out).toString("utf8");
    } finally {
        running.delete(child);
        log?.end();
    }
}
