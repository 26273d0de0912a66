// One long-running program of the cluster: started, watched, started again when
// it ends by itself, stopped on demand.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { sendSignal } from "../../signal";
import type { Command } from "../commands";
import type { ComponentState, ComponentStatus, Restart } from "../status";
import { decide } from "./restarts";
import { HELD_FILE } from "./runtime";

/** A log that has grown beyond this is put aside, in place of the one before, at the next start. */
const LOG_LIMIT = 16 * 1024 * 1024;
const TAIL_BYTES = 2000;
/** Restarts that a status still tells of. */
const REMEMBERED = 10;

export interface ComponentOptions {
    name: string;
    command: () => Promise<Command> | Command;
    logFile: string;
    env?: NodeJS.ProcessEnv;
    /** Descriptors beyond stdout and stderr that become pipes. @default 0 */
    extraPipes?: number;
    /** It leads a process group, and what is left of the group when it ends is ended too. @default false */
    ownGroup?: boolean;
    /** Called with each new process before it counts as running. */
    started?: (child: ChildProcess) => void;
    /** Resolves when it does its work; run again after each start. */
    ready?: (signal: AbortSignal) => Promise<void>;
    /** Says that the status changed. */
    changed: () => void;
    /** It ended too often; `reason` says how. */
    gaveUp: (reason: string) => void;
}

export class Component {
    private state: ComponentState = "waiting";
    private child: ChildProcess | undefined;
    private since: string | undefined;
    private readonly restarts: Restart[] = [];
    private readonly ends: number[] = [];
    private timer: NodeJS.Timeout | undefined;
    private stopping = false;
    private whyKilled: string | undefined;

    constructor(private readonly options: ComponentOptions) {}

    get status(): ComponentStatus {
        return {
            name: this.options.name,
            state: this.state,
            ...(this.child?.pid === undefined ? {} : { pid: this.child.pid }),
            ...(this.since === undefined ? {} : { since: this.since }),
            restarts: this.restarts,
        };
    }

    /** Resolves when it is ready for the first time, also when that takes several starts; never when it is given up. */
    start(): Promise<void> {
        return new Promise((resolve) => this.launch(resolve));
    }

    /** Ends it without anyone having asked for it to stop; it is then started again. */
    kill(reason: string): void {
        this.whyKilled = reason;
        this.child?.kill("SIGKILL");
    }

    /** Sends TERM, and KILL when it is still there after `patienceMs`. @returns whether KILL was needed */
    async stop(patienceMs: number): Promise<boolean> {
        return this.end((child) => child.kill("SIGTERM"), patienceMs);
    }

    /** Ends it in the way `ask` does, and with KILL when it is still there after `patienceMs`. */
    async end(ask: (child: ChildProcess) => unknown, patienceMs: number): Promise<boolean> {
        this.stopping = true;
        clearTimeout(this.timer);
        const { child } = this;
        if (!child) {
            this.change("stopped");
            return false;
        }
        const gone = once(child, "exit");
        let killed = false;
        const timer = setTimeout(() => {
            killed = true;
            child.kill("SIGKILL");
        }, patienceMs);
        ask(child);
        await gone;
        clearTimeout(timer);
        return killed;
    }

    private change(state: ComponentState): void {
        this.state = state;
        this.options.changed();
    }

    private async launch(ready: () => void): Promise<void> {
        const { name, logFile, env, extraPipes = 0, ownGroup = false } = this.options;
        const ended = new AbortController();
        let child: ChildProcess;
        try {
            const { program, args } = await this.options.command();
            if (this.stopping) return;
            const log = openLog(logFile);
            const pipes = Array.from({ length: extraPipes }, () => "pipe" as const);
            const stdio: StdioOptions = ["ignore", log, log, ...pipes, HELD_FILE];
            child = spawn(program, args, { stdio, env: env ?? process.env, detached: ownGroup });
            closeSync(log);
        } catch (error) {
            this.over(`it could not be started: ${(error as Error).message}`, ready);
            return;
        }
        this.child = child;
        this.since = new Date().toISOString();
        this.change("starting");
        // One of the two comes: "error" when there is no process at all.
        child.once("error", (error) => {
            ended.abort();
            this.child = undefined;
            this.over(`it could not be started: ${error.message}`, ready);
        });
        child.once("exit", (code, signal) => {
            ended.abort();
            this.child = undefined;
            if (ownGroup && child.pid) sendSignal(-child.pid, "SIGKILL");
            const how = signal ? `ended by ${signal}` : `ended with exit code ${code}`;
            this.over(this.whyKilled ?? `${how}${tail(logFile)}`, ready);
            this.whyKilled = undefined;
        });
        this.options.started?.(child);
        try {
            await this.options.ready?.(ended.signal);
        } catch (error) {
            if (ended.signal.aborted) return;
            process.stderr.write(`${name}: ${(error as Error).stack}\n`);
            this.kill(`it did not become ready: ${(error as Error).message}`);
            return;
        }
        if (ended.signal.aborted) return;
        this.change("running");
        ready();
    }

    private over(reason: string, ready: () => void): void {
        this.since = undefined;
        if (this.stopping) {
            this.change("stopped");
            return;
        }
        this.restarts.push({ at: new Date().toISOString(), reason });
        if (this.restarts.length > REMEMBERED) this.restarts.shift();
        this.ends.push(performance.now());
        const decision = decide(this.ends);
        process.stderr.write(`${this.options.name}: ${reason}; ${decision.again ? "started again" : "given up"}\n`);
        if (!decision.again) {
            this.change("failed");
            this.options.gaveUp(reason);
            return;
        }
        this.change("restarting");
        this.timer = setTimeout(() => void this.launch(ready), decision.afterMs);
    }
}

function openLog(file: string): number {
    try {
        if (statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return openSync(file, "a", 0o600);
}

/** The last line that it logged, for a reader who looks at the reason only. */
function tail(file: string): string {
    try {
        const text = readFileSync(file);
        const lines = text
            .subarray(Math.max(0, text.length - TAIL_BYTES))
            .toString("utf8")
            .trim()
            .split("\n");
        return `: ${lines.at(-1)?.slice(0, 300)}`;
    } catch {
        return "";
    }
}
