// Ready or not, and why: what a pod knows of itself turned into an answer for
// the kubelet and for people. Pure.

export interface Verdict {
    ready: boolean;
    /** One line. */
    reason: string;
}

/** How long an operation on the share may take before it is worth a word, in milliseconds. */
export const SILENCE_MS = 3_000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export interface WriterState {
    /** "the share has not answered for N s", once that is so. */
    silence: string | undefined;
    /** Of the last attempt, when it failed. */
    error: string | undefined;
    lastSequence: number;
    /** Since a record of this process was safe; undefined when none was yet. */
    lastWriteAgeMs: number | undefined;
    writeIntervalMs: number;
}

export function writerVerdict(state: WriterState): Verdict {
    const unready = (reason: string): Verdict => ({ ready: false, reason });
    // A slow record now and then is no news: at least 5 s, at least five intervals.
    const limit = Math.max(5_000, 5 * state.writeIntervalMs);
    if (state.silence) return unready(state.silence);
    if (state.error) return unready(state.error);
    if (state.lastWriteAgeMs === undefined) return unready("nothing has been written yet");
    const written = `record ${state.lastSequence} was written ${seconds(state.lastWriteAgeMs)} ago`;
    return state.lastWriteAgeMs > limit
        ? unready(`${written}; a record is due every ${seconds(state.writeIntervalMs)}`)
        : { ready: true, reason: written };
}

export interface ReaderState {
    silence: string | undefined;
    /** What the verification found wrong, and still does at a second look. */
    problem: string | undefined;
    /** Whether everything that was there when it started has been verified. */
    caughtUp: boolean;
    headSequence: number;
    currentSequence: number;
    /** Since a record was verified that had not been there before; undefined when none was yet. */
    lastRecordAgeMs: number | undefined;
    /** Since `current` was seen to move on; undefined when it was not yet. */
    lastChangeAgeMs: number | undefined;
    freshnessMs: number;
}

export function readerVerdict(state: ReaderState): Verdict {
    const unready = (reason: string): Verdict => ({ ready: false, reason });
    if (state.silence) return unready(state.silence);
    if (state.problem) return unready(state.problem);
    if (!state.caughtUp) return unready(`verifying what is there; at record ${state.headSequence}`);
    const stale = (what: string, age: number | undefined): string | undefined => {
        if (age === undefined) return `${what} since this reader started`;
        return age > state.freshnessMs
            ? `${what} for ${seconds(age)}; ${seconds(state.freshnessMs)} is allowed`
            : undefined;
    };
    const old =
        stale(`no new record after ${state.headSequence}`, state.lastRecordAgeMs) ??
        stale(`no new ${"current"} document after that of record ${state.currentSequence}`, state.lastChangeAgeMs);
    return old
        ? unready(old)
        : {
              ready: true,
              reason: `verified up to record ${state.headSequence}, ${seconds(state.lastRecordAgeMs ?? 0)} ago`,
          };
}

/**
 * A problem counts when it is still there at a second look some time later: a
 * line that is being written looks torn, and a client's cache may be a moment
 * behind on one file and not on another.
 */
export class SecondLook {
    private since: number | undefined;
    constructor(private readonly patienceMs: number) {}

    /** The problem once it has lasted; undefined resets. */
    look(problem: string | undefined, now: number): string | undefined {
        if (problem === undefined) {
            this.since = undefined;
            return undefined;
        }
        this.since ??= now;
        return now - this.since >= this.patienceMs ? problem : undefined;
    }
}
