// How long it still takes to build what takes minutes: from the processor time
// that each part took on the machine where it was measured, and from how fast
// this one is getting on. Pure.

export interface Work {
    /** Processor time, measured. */
    seconds: number;
    /** How much of it is done, from 0 to 1. */
    share: number;
}

/** Before that little is known of this machine. */
const OBSERVED_SECONDS = 60;

/** Minutes, at least one; `elapsed`: seconds since the first of them was begun. */
export function minutesLeft(works: readonly Work[], elapsed: number, processors: number): number {
    const total = (of: (work: Work) => number): number => works.reduce((sum, work) => sum + of(work), 0);
    const done = total(({ seconds, share }) => seconds * share);
    const perSecond = elapsed < OBSERVED_SECONDS || done === 0 ? processors : done / elapsed;
    return Math.max(1, Math.round(total(({ seconds, share }) => seconds * (1 - share)) / perSecond / 60));
}
