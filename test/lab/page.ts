// A page of the lab as data: the commands in its ```console blocks, each with
// the output that it shows, and the same page with other outputs. Pure: texts
// in, texts out.

export interface Shown {
    /** As a reader types it. */
    command: string;
    /** Lines; what LEFT_OUT stands for is not among them. */
    output: string[];
    /** Where the command stands in the page, counted from 1. */
    line: number;
}

/** A line of its own in an output: lines that are not shown, also none. */
export const LEFT_OUT = "…";
/** The last line of the output of a command that does not end by itself, as a terminal echoes ctrl-C. */
export const INTERRUPTED = "^C";

const OPENS = "```console";
const CLOSES = "```";
const PROMPT = "$ ";

/** @throws Error when a block is not closed, or does not begin with a command */
export function shownIn(page: string): Shown[] {
    const found: Shown[] = [];
    eachLine(page, {
        outside: () => {},
        command: (command, line) => found.push({ command, output: [], line }),
        output: (line) => found.at(-1)?.output.push(line),
    });
    return found;
}

/** The page with these outputs, one for each command in their order. */
export function withOutputs(page: string, outputs: readonly (readonly string[])[]): string {
    const lines: string[] = [];
    let next = 0;
    eachLine(page, {
        outside: (line) => lines.push(line),
        command: (command) => lines.push(`${PROMPT}${command}`, ...(outputs[next++] ?? [])),
        output: () => {},
    });
    if (next !== outputs.length) throw new Error(`${outputs.length} outputs for a page with ${next} commands`);
    return lines.join("\n");
}

interface Reading {
    /** Prose, and the fences of a block. */
    outside(line: string): void;
    command(command: string, line: number): void;
    output(line: string): void;
}

function eachLine(page: string, read: Reading): void {
    /** Where the block that is open began. */
    let opened: number | undefined;
    let commands = 0;
    const lines = page.split("\n");
    for (const [index, line] of lines.entries()) {
        const at = index + 1;
        if (opened === undefined) {
            if (line === OPENS) [opened, commands] = [at, 0];
            read.outside(line);
        } else if (line === CLOSES) {
            if (commands === 0) throw new Error(`line ${opened}: a block without a command, as in "${PROMPT}make up"`);
            opened = undefined;
            read.outside(line);
        } else if (line.startsWith(PROMPT)) {
            commands++;
            read.command(line.slice(PROMPT.length), at);
        } else {
            if (commands === 0)
                throw new Error(`line ${at}: output before a command; a command begins with "${PROMPT}"`);
            read.output(line);
        }
    }
    if (opened !== undefined) throw new Error(`line ${opened}: the block is not closed`);
}
