// Named steps with elapsed times, on stderr, so that stdout stays free for
// results. On a terminal the running step shows its progress on one line that
// is overwritten; elsewhere (CI, a pipe) a line now and then.
import { constants } from "node:os";

const QUIET_MS = 15_000;

const { isTTY } = process.stderr;
const GREEN = isTTY ? "\x1b[32m" : "";
const RED = isTTY ? "\x1b[31m" : "";
const PLAIN = isTTY ? "\x1b[0m" : "";

/** Monotonic; the wall clock of small virtual machines jumps. */
const now = (): number => performance.now();
const seconds = (ms: number): string => (ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : clock(ms));

function clock(ms: number): string {
    const whole = Math.round(ms / 1000);
    return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Says where the step is: a short text such as "412 of 1300 files", and which share of it is done where that is known. */
export type Progress = (text: string, share?: number) => void;

export interface Said {
    text: string;
    share: number;
}

/** For the lines of a program that runs meanwhile: says what `read` makes of a line, where it makes anything of it. */
export function lineProgress(
    progress: Progress,
    read: (line: string) => Said | string | undefined,
): (line: string) => void {
    return (line) => {
        const said = read(line);
        if (typeof said === "string") progress(said);
        else if (said !== undefined) progress(said.text, said.share);
    };
}

interface Running {
    title: string;
    start: number;
    last: string;
}

/** Steps nest, and some go on at the same time: a terminal's one line shows all of them, the latest first. */
const running: Running[] = [];
const erase = isTTY ? "\r\x1b[2K" : "";

const describe = ({ title, start, last }: Running): string =>
    `… ${title}  ${seconds(now() - start)}${last && `  ${last}`}`;

function showAll(): void {
    const text = `  ${running.map(describe).reverse().join("  ")}`;
    process.stderr.write(`${erase}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

/** Runs `work` as a step; a failure is marked and passed on. */
export async function step<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    const mine: Running = { title, start: now(), last: "" };
    let said = mine.start;
    const show = (): void => {
        if (isTTY) showAll();
        else if (now() - said >= QUIET_MS) {
            said = now();
            process.stderr.write(`  ${describe(mine)}\n`);
        }
    };
    const end = (mark: string): void => {
        running.splice(running.indexOf(mine), 1);
        process.stderr.write(`${erase}  ${mark}${PLAIN} ${title}  ${seconds(now() - mine.start)}\n`);
    };
    running.push(mine);
    show();
    const timer = setInterval(show, 1000);
    try {
        const result = await work((text) => {
            mine.last = text;
            show();
        });
        end(`${GREEN}✓`);
        return result;
    } catch (error) {
        end(`${RED}✗`);
        throw error;
    } finally {
        clearInterval(timer);
    }
}

/** Waits for all of them and then throws the first failure: what the others were building is finished, and kept. */
export async function allDone<T extends readonly unknown[]>(
    work: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
    await Promise.allSettled(work);
    return (await Promise.all(work)) as unknown as T;
}

/** A problem that a user can mend: printed as it is, without a stack trace. */
export class UserError extends Error {
    override name = "UserError";
}

/** Runs a command's main function: a UserError is printed plainly, anything else is a bug and shows its trace. */
export async function main(run: () => Promise<void>): Promise<void> {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.on(name, () => {
            // Whoever has more to do first listens as well, and ends by itself.
            if (process.listenerCount(name) > 1) return;
            process.stderr.write("\ninterrupted; the same command goes on from here\n");
            process.exit(128 + constants.signals[name]);
        });
    }
    try {
        await run();
    } catch (error) {
        process.stderr.write(
            error instanceof UserError ? `\nerror: ${error.message}\n` : `\n${(error as Error)?.stack ?? error}\n`,
        );
        process.exitCode = 1;
    }
}
