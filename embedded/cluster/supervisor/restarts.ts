// When a component that ended is started again, and when it is given up.

export const LIMIT = 5;
export const WINDOW_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 10_000;

export type Decision = { again: true; afterMs: number } | { again: false };

/** @param ends when it ended, in milliseconds of a clock that does not jump; the last is now */
export function decide(ends: readonly number[]): Decision {
    const now = ends.at(-1) ?? 0;
    const recent = ends.filter((end) => now - end < WINDOW_MS).length;
    if (recent > LIMIT) return { again: false };
    // At once the first time, then 1, 2, 4, 8 s: whatever it stumbled over may need a moment.
    return { again: true, afterMs: recent <= 1 ? 0 : Math.min(LONGEST_PAUSE_MS, 500 * 2 ** (recent - 1)) };
}
