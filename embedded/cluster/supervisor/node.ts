// One node: a kernel that runs as a program, with two consoles to talk to it.
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { CAGE, COMMAND_CONSOLE, nodeKernel, type Programs, SHELL_CONSOLE } from "../commands";
import type { CommandResult } from "../control";
import type { ClusterFolder } from "../folder";
import type { NodePlan } from "../network";
import { leaveCage, makeCage } from "./cage";
import { CommandChannel } from "./channel";
import { Component } from "./component";

const BOOT_PATIENCE_MS = 60_000;
const HEALTH_EVERY_MS = 15_000;
/** Far more than a busy machine needs to write one file; a disk that answers nothing for so long never will. */
const HEALTH_PATIENCE_MS = 90_000;
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
    private health: NodeJS.Timeout | undefined;

    constructor(private readonly options: NodeOptions) {
        const { plan, programs, folder } = options;
        this.channel = new CommandChannel(plan.name, (bootId) => {
            this.bootId = bootId;
            options.changed();
            this.booted?.();
        });
        this.component = new Component({
            name: plan.name,
            logFile: join(folder.logs, `${plan.name}.log`),
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
            changed: options.changed,
            gaveUp: options.gaveUp,
        });
    }

    get name(): string {
        return this.options.plan.name;
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
        clearInterval(this.health);
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
        child.once("exit", () => {
            clearInterval(this.health);
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
            this.booted = () => {
                settle();
                this.watchHealth();
            };
        });
    }

    /** A node whose disk hangs still renews its lease, so Kubernetes would not notice. */
    private watchHealth(): void {
        clearInterval(this.health);
        let asking = false;
        this.health = setInterval(async () => {
            if (asking) return;
            asking = true;
            try {
                await this.run("date > /data/health && sync /data/health", HEALTH_PATIENCE_MS);
            } catch (error) {
                if (this.component.status.state === "running") this.component.kill((error as Error).message);
            } finally {
                asking = false;
            }
        }, HEALTH_EVERY_MS);
    }
}
