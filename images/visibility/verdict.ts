// Ready or not, and why: what a pod knows of itself turned into an answer for
// the kubelet and for people. Pure.
import type { VerdictKind } from "@nfs-storage-stack/contract";
import type { Problem } from "./chain";

export interface Verdict {
    ready: boolean;
    /** One line. */
    reason: string;
}

/** How long an operation on the share may take before it is worth a word, in milliseconds. */
export const SILENCE_MS = 3_000;
/** From when on one is counted as a stall. */
export const STALL_MS = 1_000;

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

export interface ReaderVerdict extends Verdict {
    kind: VerdictKind;
}

export interface ReaderState {
    silence: string | undefined;
    /** What is wrong just now. */
    problem: Problem | undefined;
    /** What is wrong, and has been for a while (watch.ts). */
    lasting: Problem | undefined;
    /** Since everything that was there when it started has been verified; undefined while it has not. */
    caughtUpAgeMs: number | undefined;
    headSequence: number;
    currentSequence: number;
    /** Since a record was verified that had not been there before; undefined when none was yet. */
    lastRecordAgeMs: number | undefined;
    /** Since `current` was seen to move on; undefined when it was not yet. */
    lastChangeAgeMs: number | undefined;
    freshnessMs: number;
}

export function readerVerdict(state: ReaderState): ReaderVerdict {
    const { silence, problem, lasting, headSequence } = state;
    const unready = (kind: VerdictKind, reason: string): ReaderVerdict => ({ ready: false, kind, reason });
    // What is known to be wrong stays so while nothing can be read.
    if (lasting && lasting.kind !== "absent" && lasting.kind !== "unreadable") {
        return unready(lasting.kind, lasting.reason);
    }
    if (silence) return unready("silent", silence);
    if (lasting) return unready(lasting.kind, lasting.reason);
    const { caughtUpAgeMs } = state;
    if (caughtUpAgeMs === undefined) {
        return problem
            ? unready("starting", problem.reason)
            : unready("starting", `verifying what is there; at record ${headSequence}`);
    }
    const old = [
        { what: `no new record after ${headSequence}`, age: state.lastRecordAgeMs },
        { what: `no new current document after that of record ${state.currentSequence}`, age: state.lastChangeAgeMs },
    ].find(({ age }) => age === undefined || age > state.freshnessMs);
    if (old?.age !== undefined) {
        return unready("stale", `${old.what} for ${seconds(old.age)}; ${seconds(state.freshnessMs)} is allowed`);
    }
    if (old)
        return unready(
            caughtUpAgeMs > state.freshnessMs ? "stale" : "starting",
            `${old.what} since this reader started`,
        );
    const age = seconds(state.lastRecordAgeMs ?? 0);
    return { ready: true, kind: "fresh", reason: `verified up to record ${headSequence}, ${age} ago` };
}
