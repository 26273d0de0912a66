// The log of a component, which the component itself writes to.
import { appendFileSync, openSync, readFileSync, renameSync, statSync } from "node:fs";

/** A log that has grown beyond this is put aside, in place of the one before, at the next start. */
const LIMIT = 16 * 1024 * 1024;
const TAIL_BYTES = 2000;
const OURS = "supervisor: ";

/** A descriptor to append to it. */
export function openLog(file: string): number {
    try {
        if (statSync(file).size > LIMIT) renameSync(file, `${file}.1`);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return openSync(file, "a", 0o600);
}

/** The last line that it logged, for a reader who looks at the reason only. */
export function tail(file: string): string {
    try {
        const text = readFileSync(file);
        const lines = text
            .subarray(Math.max(0, text.length - TAIL_BYTES))
            .toString("utf8")
            .trim()
            .split("\n")
            .filter((line) => !line.startsWith(OURS));
        return lines.length === 0 ? "" : `: ${lines.at(-1)?.slice(0, 300)}`;
    } catch {
        return "";
    }
}

/** What the supervisor did, where whoever reads of the component sees it. */
export function note(file: string, text: string): void {
    try {
        appendFileSync(file, `${OURS}${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
    } catch (error) {
        process.stderr.write(`${file}: ${(error as Error).message}\n`); // a full disk must not end the cluster
    }
}
