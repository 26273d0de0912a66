// When something that ended is started again, and when it is given up; and what
// a status tells of it. Pure.
import type { Restart } from "../status";

export const LIMIT = 5;
export const WINDOW_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 10_000;
/** What a status still tells of. */
const REMEMBERED = 10;

export type Decision = { again: true; afterMs: number } | { again: false };

/** @param ends when it ended, in milliseconds of a clock that does not jump; the last is now */
export function decide(ends: readonly number[]): Decision {
    const now = ends.at(-1) ?? 0;
    const recent = ends.filter((end) => now - end < WINDOW_MS).length;
    if (recent > LIMIT) return { again: false };
    // At once the first time, then 1, 2, 4, 8 s: whatever it stumbled over may need a moment.
    return { again: true, afterMs: recent <= 1 ? 0 : Math.min(LONGEST_PAUSE_MS, 500 * 2 ** (recent - 1)) };
}

/** Of one component. */
export class Restarts {
    private ends: number[] = [];
    private count = 0;
    private readonly latest: Restart[] = [];

    /** It ended. @param now of a clock that does not jump @param at for people */
    add(reason: string, now: number, at: Date): Decision {
        this.count++;
        this.latest.push({ at: at.toISOString(), reason });
        if (this.latest.length > REMEMBERED) this.latest.shift();
        this.ends.push(now);
        this.ends = this.ends.filter((end) => now - end < WINDOW_MS);
        return decide(this.ends);
    }

    /** Something larger around it was started anew, and it with that. */
    forgive(): void {
        this.ends = [];
    }

    get status(): { restarted: number; restarts: Restart[] } {
        return { restarted: this.count, restarts: this.latest };
    }
}
