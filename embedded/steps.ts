// Named steps with elapsed times, on stderr, so that stdout stays free for
// results. On a terminal the running step shows its progress on one line that
// is overwritten; elsewhere (CI, a pipe) a line now and then.
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

/** Says where the step is: a short text such as "412 of 1300 files". */
export type Progress = (text: string) => void;

/** For the lines of a program that runs meanwhile: says what `read` makes of a line, where it makes anything of it. */
export function lineProgress(progress: Progress, read: (line: string) => string | undefined): (line: string) => void {
    return (line) => {
        const text = read(line);
        if (text !== undefined) progress(text);
    };
}

/** Runs `work` as a step; a failure is marked and passed on. Steps may nest: an inner one is just more lines. */
export async function step<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    const start = now();
    let said = start;
    let last = "";
    const erase = isTTY ? "\r\x1b[2K" : "";
    const show = (): void => {
        if (isTTY) {
            const text = `  … ${title}  ${seconds(now() - start)}${last && `  ${last}`}`;
            process.stderr.write(`${erase}${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
        } else if (now() - said >= QUIET_MS) {
            said = now();
            process.stderr.write(`  … ${title}  ${seconds(now() - start)}${last && `  ${last}`}\n`);
        }
    };
    show();
    const timer = setInterval(show, 1000);
    try {
        const result = await work((text) => {
            last = text;
            show();
        });
        process.stderr.write(`${erase}  ${GREEN}✓${PLAIN} ${title}  ${seconds(now() - start)}\n`);
        return result;
    } catch (error) {
        process.stderr.write(`${erase}  ${RED}✗${PLAIN} ${title}  ${seconds(now() - start)}\n`);
        throw error;
    } finally {
        clearInterval(timer);
    }
}

/** A problem that a user can mend: printed as it is, without a stack trace. */
export class UserError extends Error {
    override name = "UserError";
}

/** Runs a command's main function: a UserError is printed plainly, anything else is a bug and shows its trace. */
export async function main(run: () => Promise<void>): Promise<void> {
    try {
        await run();
    } catch (error) {
        process.stderr.write(
            error instanceof UserError ? `\nerror: ${error.message}\n` : `\n${(error as Error)?.stack ?? error}\n`,
        );
        process.exitCode = 1;
    }
}
