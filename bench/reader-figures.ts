// The delays that a reader tells of, in its status and its metrics. Pure.
import type { ReaderStatus } from "@nfs-storage-stack/contract";

export interface Summary {
    p50: number;
    p99: number;
    max: number;
}

export interface Delays {
    /** Null where nothing was measured. */
    journal: Summary | null;
    document: Summary | null;
    /** Records that were seen, and the shares of them within the goals: 0.1 s, and 1 s in the document. */
    records: number;
    journalInTime: number;
    documentInTime: number;
}

/** What a counter of the metrics says; `bound` of a histogram's bucket. */
export function counterIn(text: string, name: string, bound?: string): number {
    const line = bound === undefined ? `${name} ` : `${name}_bucket{le="${bound}"} `;
    const found = text.split("\n").find((one) => one.startsWith(line));
    if (found === undefined) throw new Error(`the metrics have no ${line.trim()}`);
    return Number(found.slice(line.length));
}

/** Of the records between two readings of the metrics. */
export function delayIn(before: string, after: string): Pick<Delays, "records" | "journalInTime" | "documentInTime"> {
    const come = (name: string, bound?: string): number =>
        counterIn(after, name, bound) - counterIn(before, name, bound);
    const within = (name: string, bound: string): number => come(name, bound) / come(name, "+Inf");
    return {
        records: come("nfs_visibility_records_verified_total"),
        journalInTime: within("nfs_visibility_delay_seconds", "0.1"),
        documentInTime: within("nfs_visibility_change_delay_seconds", "1"),
    };
}

/** Of several statuses, each with the percentiles of the records before it: the worst, but for the median. */
export function worstOf(seen: readonly ReaderStatus[]): Pick<Delays, "journal" | "document"> {
    return {
        journal: worst(seen.map(({ delayMs }) => delayMs)),
        document: worst(seen.map(({ changeDelayMs }) => changeDelayMs)),
    };
}

function worst(found: readonly (Summary | null)[]): Summary | null {
    const known = found.filter((one) => one !== null);
    if (known.length === 0) return null;
    const medians = known.map(({ p50 }) => p50).toSorted((a, b) => a - b);
    return {
        p50: medians[Math.floor(medians.length / 2)] ?? Number.NaN,
        p99: Math.max(...known.map(({ p99 }) => p99)),
        max: Math.max(...known.map(({ max }) => max)),
    };
}

/** "median 21 ms, p99 63 ms, longest 80 ms" */
export function delayText(delays: Summary | null): string {
    if (delays === null) return "nothing was seen";
    const { p50, p99, max } = delays;
    return `median ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, longest ${max.toFixed(0)} ms`;
}
