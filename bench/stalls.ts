// How long a node took to answer, again and again: what a soak tells of it. Pure.

/** A stall that is told. */
export const TOLD_MS = 1000;
/** A stall that fails a soak. */
export const FAILING_MS = 10_000;

export class Stalls {
    private readonly answers: number[] = [];

    add(tookMs: number): void {
        this.answers.push(tookMs);
    }

    get worst(): number {
        return this.answers.reduce((worst, took) => Math.max(worst, took), 0);
    }

    /** "1200 answers, median 0.02 s, p99 0.31 s, slowest 1.40 s, 2 of over 1 s" */
    line(): string {
        const sorted = [...this.answers].sort((a, b) => a - b);
        const at = (part: number): string => seconds(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
        const long = sorted.filter((took) => took > TOLD_MS).length;
        return `${sorted.length} answers, median ${at(0.5)}, p99 ${at(0.99)}, slowest ${seconds(this.worst)}, ${long} of over ${TOLD_MS / 1000} s`;
    }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
