// Runs commands in a node, over the console that node/agent listens on.

import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import type { CommandResult } from "../control";
import { type Health, parseHealth } from "./health";

export type Line =
    | { kind: "ready"; bootId: string }
    /** A service of the node ended, and the node starts it again. */
    | { kind: "ended"; service: string; code: number }
    /** It has been read: the terminal has room for the next. */
    | { kind: "got"; id: string }
    | { kind: "answer"; id: string; result: CommandResult }
    | { kind: "health"; id: string; health: Health }
    | { kind: "noise" };

const text = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

/** Anything else on the console is noise: a kernel's last words, an answer that was cut off. */
export function parseLine(line: string): Line {
    const ready = /^ready ([0-9a-f-]{36})$/.exec(line);
    if (ready?.[1]) return { kind: "ready", bootId: ready[1] };
    const ended = /^ended ([a-z][a-z-]*) (\d{1,3})$/.exec(line);
    if (ended?.[1]) return { kind: "ended", service: ended[1], code: Number(ended[2]) };
    const got = /^got (c\d+)$/.exec(line);
    if (got?.[1]) return { kind: "got", id: got[1] };
    const health = /^(h\d+) (\d{1,3} .*)$/.exec(line);
    if (health?.[1]) {
        const said = parseHealth(health[2] ?? "");
        return said ? { kind: "health", id: health[1], health: said } : { kind: "noise" };
    }
    const answer = /^(c\d+) (\d{1,3}) ([A-Za-z0-9+/=]*) ([A-Za-z0-9+/=]*)$/.exec(line);
    if (!answer) return { kind: "noise" };
    const [, id = "", code = "", stdout = "", stderr = ""] = answer;
    return { kind: "answer", id, result: { code: Number(code), stdout: text(stdout), stderr: text(stderr) } };
}

/** One word for a POSIX shell. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A longer line, its end included, does not fit the buffer of the node's terminal: nothing is read from it any more. */
export const LONGEST_LINE = 4_000;

/** Of a command's text, in bytes: base64 makes four of three, and its id and a space come before it. */
export const LONGEST_COMMAND = Math.floor((LONGEST_LINE - 20) / 4) * 3;

/** @throws Error when the node could not read it */
export function encodeCommand(id: string, command: string): string {
    const bytes = Buffer.byteLength(command);
    if (bytes > LONGEST_COMMAND) {
        throw new Error(
            `the command takes ${bytes} bytes, quoted for a shell; a node takes at most ${LONGEST_COMMAND}: ` +
                "let it read the rest from a file there, which commands before it have written in parts",
        );
    }
    return `${id} ${Buffer.from(command).toString("base64")}\n`;
}

/** What a node says without being asked. */
export interface Told {
    ready(bootId: string): void;
    ended(service: string, code: number): void;
    /** In place of an answer that somebody waits for: it will not come. */
    garbled(line: string): void;
}

export class CommandChannel {
    private stream: Duplex | undefined;
    private count = 0;
    /** When the last command's line has been read, or can't be any more. */
    private lastRead: Promise<void> = Promise.resolve();
    private readonly unread = new Map<string, () => void>();
    private readonly pending = new Map<string, (answer: CommandResult | Health | Error) => void>();

    constructor(
        private readonly node: string,
        private readonly told: Told,
    ) {}

    /** From now on this is the console: a new kernel was started. */
    attach(stream: Duplex): void {
        this.stream = stream;
        const killed = (): void => {}; // "close" follows
        stream.on("error", killed);
        stream.once("close", () => {
            if (this.stream !== stream) return;
            this.stream = undefined;
            for (const settle of this.pending.values()) settle(new Error(`${this.node} ended`));
        });
        // It emits the stream's error as its own: what a stopped kernel had not read is reset when that is killed.
        createInterface({ input: stream })
            .on("error", killed)
            .on("line", (received) => this.hear(received));
    }

    /** @throws Error when the node can't take the command, does not answer in time, or ends */
    async run(command: string, patienceMs: number): Promise<CommandResult> {
        const id = `c${++this.count}`;
        const line = encodeCommand(id, command);
        // Of two long lines the second would not fit the terminal before the first has been read.
        const before = this.lastRead;
        let read = (): void => {};
        this.lastRead = new Promise((resolve) => {
            read = resolve;
        });
        await before;
        this.unread.set(id, read);
        try {
            return await this.request<CommandResult>(id, line, patienceMs, `to: ${command.slice(0, 200)}`);
        } finally {
            this.unread.delete(id);
            read();
        }
    }

    /** @throws Error when the node does not answer in time, or ends */
    health(patienceMs: number): Promise<Health> {
        const id = `h${++this.count}`;
        return this.request(id, `${id} -\n`, patienceMs, "when its disk and its clock were tried");
    }

    private hear(received: string): void {
        const line = parseLine(received);
        if (line.kind === "noise" && this.pending.has(received.split(" ", 1)[0] ?? "")) this.told.garbled(received);
        if (line.kind === "ready") this.told.ready(line.bootId);
        if (line.kind === "ended") this.told.ended(line.service, line.code);
        if (line.kind === "got") this.unread.get(line.id)?.();
        if (line.kind === "answer") this.pending.get(line.id)?.(line.result);
        if (line.kind === "health") this.pending.get(line.id)?.(line.health);
    }

    private request<T extends CommandResult | Health>(
        id: string,
        line: string,
        patienceMs: number,
        what: string,
    ): Promise<T> {
        const { stream, node } = this;
        if (!stream) return Promise.reject(new Error(`${node} is not running`));
        return new Promise((resolve, reject) => {
            const settle = (outcome: CommandResult | Health | Error): void => {
                clearTimeout(timer);
                this.pending.delete(id);
                outcome instanceof Error ? reject(outcome) : resolve(outcome as T);
            };
            const late = new Error(`${node} did not answer within ${patienceMs / 1000} s ${what}`);
            const timer = setTimeout(() => settle(late), patienceMs);
            this.pending.set(id, settle);
            stream.write(line);
        });
    }
}
