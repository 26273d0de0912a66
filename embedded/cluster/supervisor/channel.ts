// Runs commands in a node, over the console that node/agent listens on.

import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import type { CommandResult } from "../control";

export type Line =
    | { kind: "ready"; bootId: string }
    | { kind: "answer"; id: string; result: CommandResult }
    | { kind: "noise" };

const text = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

/** Anything else on the console is noise: a kernel's last words, an answer that was cut off. */
export function parseLine(line: string): Line {
    const ready = /^ready ([0-9a-f-]{36})$/.exec(line);
    if (ready?.[1]) return { kind: "ready", bootId: ready[1] };
    const answer = /^(c\d+) (\d{1,3}) ([A-Za-z0-9+/=]*) ([A-Za-z0-9+/=]*)$/.exec(line);
    if (!answer) return { kind: "noise" };
    const [, id = "", code = "", stdout = "", stderr = ""] = answer;
    return { kind: "answer", id, result: { code: Number(code), stdout: text(stdout), stderr: text(stderr) } };
}

/** One word for a POSIX shell. */
export const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export const encodeCommand = (id: string, command: string): string =>
    `${id} ${Buffer.from(command).toString("base64")}\n`;

export class CommandChannel {
    private stream: Duplex | undefined;
    private count = 0;
    private readonly pending = new Map<string, (result: CommandResult | Error) => void>();

    constructor(
        private readonly node: string,
        private readonly ready: (bootId: string) => void,
    ) {}

    /** From now on this is the console: a new kernel was started. */
    attach(stream: Duplex): void {
        this.stream = stream;
        stream.on("error", () => {}); // the kernel was killed; "close" follows
        stream.once("close", () => {
            if (this.stream !== stream) return;
            this.stream = undefined;
            for (const settle of this.pending.values()) settle(new Error(`${this.node} ended`));
        });
        createInterface({ input: stream }).on("line", (received) => {
            const line = parseLine(received);
            if (line.kind === "ready") this.ready(line.bootId);
            if (line.kind === "answer") this.pending.get(line.id)?.(line.result);
        });
    }

    /** @throws Error when the node does not answer in time, or ends */
    run(command: string, patienceMs: number): Promise<CommandResult> {
        const { stream, node } = this;
        if (!stream) return Promise.reject(new Error(`${node} is not running`));
        const id = `c${++this.count}`;
        return new Promise((resolve, reject) => {
            const settle = (outcome: CommandResult | Error): void => {
                clearTimeout(timer);
                this.pending.delete(id);
                outcome instanceof Error ? reject(outcome) : resolve(outcome);
            };
            const late = new Error(`${node} did not answer within ${patienceMs / 1000} s to: ${command.slice(0, 200)}`);
            const timer = setTimeout(() => settle(late), patienceMs);
            this.pending.set(id, settle);
            stream.write(encodeCommand(id, command));
        });
    }
}
