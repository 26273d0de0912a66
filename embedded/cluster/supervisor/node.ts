// One node: a kernel that runs as a program, with two consoles to talk to it.
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { CAGE, COMMAND_CONSOLE, nodeKernel, type Programs, SHELL_CONSOLE } from "../commands";
import type { CommandResult } from "../control";
import type { ClusterFolder } from "../folder";
import type { NodePlan } from "../network";
import type { NodeStatus } from "../status";
import { leaveCage, makeCage } from "./cage";
import { CommandChannel } from "./channel";
import { Component } from "./component";
import { illness, type Sample, wrongBy } from "./health";
import { note, tail } from "./log";
import { Restarts } from "./restarts";

const BOOT_PATIENCE_MS = 60_000;
/** Together less than the 30 s within which a node that stalls is to be seen. */
const HEALTH_EVERY_MS = 8_000;
/** With both nodes and the machine under load the slowest answer in 20 minutes took 2.3 s. */
const HEALTH_PATIENCE_MS = 20_000;
/** Pods have 3 s of it (node/agent); the rest is for a machine that is busy. */
const STOP_PATIENCE_MS = 20_000;
const END_OF_SESSION = 4; // end-of-transmission, see node/agent

export interface NodeOptions {
    plan: NodePlan;
    programs: Programs;
    folder: ClusterFolder;
    changed: () => void;
    gaveUp: (reason: string) => void;
}

export class ClusterNode {
    readonly component: Component;
    /** Of the kernel that runs now. */
    bootId: string | undefined;
    private readonly channel: CommandChannel;
    private cage: string | undefined;
    private shellConsole: Duplex | undefined;
    private session: Socket | undefined;
    private booted: (() => void) | undefined;
    private readonly services = new Map<string, Restarts>();
    /** The last answer about its health since its boot. */
    private last: Sample | undefined;
    private slowestMs = 0;

    constructor(private readonly options: NodeOptions) {
        const { plan, programs, folder } = options;
        this.channel = new CommandChannel(plan.name, {
            ready: (bootId) => {
                this.bootId = bootId;
                options.changed();
                this.booted?.();
            },
            ended: (service, code) => this.serviceEnded(service, code),
            garbled: (line) => note(this.logFile, `not an answer: ${line.slice(0, 200)}`),
        });
        this.component = new Component({
            name: plan.name,
            logFile: this.logFile,
            command: async () => {
                if (this.cage) await leaveCage(this.cage);
                this.cage = await makeCage(programs, plan.name, folder.node(plan.name));
                return nodeKernel(plan, this.cage);
            },
            env: { PATH: process.env.PATH, HOME: `/${CAGE.scratch}`, TMPDIR: `/${CAGE.scratch}` },
            ownGroup: true,
            extraPipes: SHELL_CONSOLE.descriptor - 2,
            started: (child) => this.attach(child),
            ready: (signal) => this.waitForBoot(signal),
            // A node whose disk hangs still renews its lease, so Kubernetes would not notice.
            alive: { everyMs: HEALTH_EVERY_MS, ask: async () => void (await this.check()) },
            changed: options.changed,
            gaveUp: options.gaveUp,
        });
    }

    get name(): string {
        return this.options.plan.name;
    }

    private get logFile(): string {
        return join(this.options.folder.logs, `${this.name}.log`);
    }

    run(command: string, patienceMs: number): Promise<CommandResult> {
        return this.channel.run(command, patienceMs);
    }

    /** Takes over a connection for an interactive session. @throws Error when there is one already, or no node */
    shell({ rows, columns }: { rows: number; columns: number }, socket: Socket): void {
        const { shellConsole } = this;
        if (!shellConsole) throw new Error(`${this.name} is not running`);
        if (this.session) throw new Error(`someone has a shell on ${this.name} already: one at a time`);
        this.session = socket;
        const fromNode = (data: Buffer): void => {
            const end = data.indexOf(END_OF_SESSION);
            socket.write(end === -1 ? data : data.subarray(0, end));
            if (end !== -1) socket.end();
        };
        shellConsole.on("data", fromNode);
        socket.once("close", () => {
            shellConsole.removeListener("data", fromNode);
            this.session = undefined;
            // Whoever left without ending the shell has it ended.
            this.run("[ ! -e /run/shell.pid ] || kill -HUP $(cat /run/shell.pid)", 5000).catch(() => {});
        });
        shellConsole.write(`${Math.trunc(rows)} ${Math.trunc(columns)}\n`);
        socket.on("data", (data) => shellConsole.write(data));
    }

    /** What pods have written over NFS must reach the server while it still runs. */
    async flush(): Promise<void> {
        const flushMounts = `awk '$3 ~ /^nfs/ { print $2 }' /proc/mounts | xargs -r -n 1 timeout 3 sync -f`;
        await this.run(flushMounts, 4000).catch(() => {});
    }

    async stop(): Promise<void> {
        const ask = (): void => {
            this.run("kill -TERM 1", STOP_PATIENCE_MS).catch(() => {});
        };
        const killed = await this.component.end(ask, STOP_PATIENCE_MS);
        if (killed)
            process.stderr.write(`${this.name} did not stop within ${STOP_PATIENCE_MS / 1000} s and was killed\n`);
    }

    private attach(child: ChildProcess): void {
        this.bootId = undefined;
        this.channel.attach(child.stdio[COMMAND_CONSOLE.descriptor] as Duplex);
        this.shellConsole = child.stdio[SHELL_CONSOLE.descriptor] as Duplex;
        this.shellConsole.on("error", () => {});
        this.shellConsole.resume();
        this.last = undefined;
        this.slowestMs = 0;
        for (const restarts of this.services.values()) restarts.forgive();
        child.once("exit", () => {
            this.bootId = undefined;
            this.session?.destroy();
            this.shellConsole = undefined;
        });
    }

    private waitForBoot(signal: AbortSignal): Promise<void> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(
                () => reject(new Error(`its programs did not start within ${BOOT_PATIENCE_MS / 1000} s`)),
                BOOT_PATIENCE_MS,
            );
            const settle = (): void => {
                clearTimeout(timer);
                this.booted = undefined;
                signal.removeEventListener("abort", settle);
                resolve();
            };
            signal.addEventListener("abort", settle);
            this.booted = settle;
        });
    }

    /**
     * Tries its disk and its clock, and sets the clock when ours was set. @returns how long it took, in milliseconds
     * @throws Error when it does not answer, or is ill
     */
    async check(): Promise<number> {
        const wallAsked = Date.now();
        const asked = performance.now();
        const health = await this.channel.health(HEALTH_PATIENCE_MS);
        const answered = performance.now();
        const off = wrongBy(health, wallAsked, Date.now());
        const sample = { health, asked, answered };
        const ill = illness(sample, this.last);
        this.last = sample;
        this.slowestMs = Math.max(this.slowestMs, answered - asked);
        if (ill !== undefined) throw new Error(ill);
        if (off !== undefined) await this.setClock(off);
        this.options.changed();
        return answered - asked;
    }

    get status(): Pick<NodeStatus, "services" | "keptEvents" | "slowestMs"> {
        return {
            services: [...this.services].map(([name, restarts]) => ({
                name: `${this.name}/${name}`,
                ...restarts.status,
            })),
            ...(this.last && { keptEvents: this.last.health.keptEvents, slowestMs: Math.round(this.slowestMs) }),
        };
    }

    private async setClock(off: number): Promise<void> {
        note(this.logFile, `its clock was wrong by ${(off / 1000).toFixed(1)} s and is set`);
        await this.run(`date --set=@${Date.now() / 1000}`, HEALTH_PATIENCE_MS);
    }

    /** The node starts it again by itself; when that happens too often it is booted anew. */
    private serviceEnded(service: string, code: number): void {
        const restarts = this.services.get(service) ?? new Restarts();
        this.services.set(service, restarts);
        const log = join(this.options.folder.node(this.name).logs, `${service}.log`);
        const reason = `ended with exit code ${code}${tail(log)}`;
        const { again } = restarts.add(reason, performance.now(), new Date());
        process.stderr.write(`${this.name}/${service}: ${reason}\n`);
        if (again) this.options.changed();
        else this.component.kill(`its ${service} ended too often; the last time it ${reason}`);
    }
}
