// How long it still takes to build what takes minutes: from the processor time
// that each part took on the machine where it was measured, and from how fast
// this one is getting on. Pure.

export interface Work {
    /** Processor time, measured. */
    seconds: number;
    /** How much of it is done, from 0 to 1. */
    share: number;
}

/**
 * What is seen of this machine counts as much as what was measured elsewhere once it has been seen for so long: a build
 * begins with downloads, which say nothing of how fast it compiles.
 */
const PRIOR_SECONDS = 300;

/** Minutes, at least one; `elapsed`: seconds since the first of them was begun. */
export function minutesLeft(works: readonly Work[], elapsed: number, processors: number): number {
    const total = (of: (work: Work) => number): number => works.reduce((sum, work) => sum + of(work), 0);
    const done = total(({ seconds, share }) => seconds * share);
    const perSecond = (done + PRIOR_SECONDS * processors) / (elapsed + PRIOR_SECONDS);
    return Math.max(1, Math.round(total(({ seconds, share }) => seconds * (1 - share)) / perSecond / 60));
}
