// One long-running program of the cluster: started, watched, started again when
// it ends by itself or does not answer any more, stopped on demand.
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { sendSignal } from "../../signal";
import type { Command } from "../commands";
import type { ComponentState, ComponentStatus } from "../status";
import { note, openLog, tail } from "./log";
import { Restarts } from "./restarts";
import { HELD_FILE } from "./runtime";

/** A process that is just ending has ended by then. */
const ENDING_MS = 1000;

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
    /** Rejects when it has not done its work for too long: asked again and again while it runs. */
    alive?: { everyMs: number; ask: (signal: AbortSignal) => Promise<void> };
    /** Says that the status changed. */
    changed: () => void;
    /** It ended too often; `reason` says how. */
    gaveUp: (reason: string) => void;
}

export class Component {
    private state: ComponentState = "waiting";
    private child: ChildProcess | undefined;
    private since: string | undefined;
    private readonly restarts = new Restarts();
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
            ...this.restarts.status,
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
        await this.watch(ended.signal);
    }

    private async watch(ended: AbortSignal): Promise<void> {
        const { alive } = this.options;
        if (!alive) return;
        try {
            for (;;) {
                await pause(alive.everyMs, undefined, { signal: ended });
                await alive.ask(ended);
            }
        } catch (error) {
            // It may just be ending by itself, and how it ends says more than that it did not answer.
            await pause(ENDING_MS, undefined, { signal: ended }).catch(() => {});
            if (!ended.aborted && !this.stopping) this.kill((error as Error).message);
        }
    }

    private over(reason: string, ready: () => void): void {
        this.since = undefined;
        if (this.stopping) {
            this.change("stopped");
            return;
        }
        const decision = this.restarts.add(reason, performance.now(), new Date());
        const told = `${reason}; ${decision.again ? "started again" : "given up"}`;
        process.stderr.write(`${this.options.name}: ${told}\n`);
        note(this.options.logFile, told);
        if (!decision.again) {
            this.change("failed");
            this.options.gaveUp(reason);
            return;
        }
        this.change("restarting");
        this.timer = setTimeout(() => void this.launch(ready), decision.afterMs);
    }
}
