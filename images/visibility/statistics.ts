// Measurements: percentiles of the last so many, a histogram of all, and what
// came in each of the last seconds. Pure, and of bounded size.

export interface Summary {
    p50: number;
    p99: number;
    max: number;
}

/** The value that at least this share of the sorted values does not exceed (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function summaryOf(values: readonly number[]): Summary | null {
    if (values.length === 0) return null;
    const sorted = values.toSorted((a, b) => a - b);
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

export class Window {
    private readonly values: number[] = [];
    private next = 0;
    /** Of everything that was ever added. */
    count = 0;
    sum = 0;

    constructor(private readonly size: number) {}

    add(value: number): void {
        this.values[this.next] = value;
        this.next = (this.next + 1) % this.size;
        this.count++;
        this.sum += value;
    }

    /** Of the last `size` values; null when there are none. */
    summary(): Summary | null {
        return summaryOf(this.values);
    }
}

/** Counts by upper bound, as Prometheus keeps them. */
export class Histogram {
    private readonly counts: number[];
    count = 0;
    sum = 0;

    constructor(readonly bounds: readonly number[]) {
        this.counts = bounds.map(() => 0);
    }

    add(value: number): void {
        this.count++;
        this.sum += value;
        const index = this.bounds.findIndex((bound) => value <= bound);
        if (index >= 0) this.counts[index] = (this.counts[index] ?? 0) + 1;
    }

    /** How many are at most as much as each bound. */
    cumulative(): { bound: number; count: number }[] {
        let sum = 0;
        return this.bounds.map((bound, index) => {
            sum += this.counts[index] ?? 0;
            return { bound, count: sum };
        });
    }
}

/** What came in one second: how many records, and their delays where they could be measured. */
export interface Second {
    /** Seconds of the clock that only goes forward. */
    at: number;
    records: number;
    p50: number | null;
    max: number | null;
}

/** The last seconds, those without anything included. */
export class History {
    private readonly seconds: Second[] = [];
    private at: number | undefined;
    private records = 0;
    private delays: number[] = [];

    constructor(private readonly size: number) {}

    add(nowMs: number, delay: number | null): void {
        this.turn(nowMs);
        this.records++;
        if (delay !== null) this.delays.push(delay);
    }

    /** The seconds that are over and later than `after`. */
    since(after: number, nowMs: number): Second[] {
        this.turn(nowMs);
        return this.seconds.filter(({ at }) => at > after);
    }

    /** Closes the seconds that are over. */
    private turn(nowMs: number): void {
        const now = Math.floor(nowMs / 1000);
        this.at ??= now;
        // After a long pause only those that are kept.
        this.at = Math.max(this.at, now - this.size);
        for (; this.at < now; this.at++) {
            const summary = summaryOf(this.delays);
            this.seconds.push({
                at: this.at,
                records: this.records,
                p50: summary?.p50 ?? null,
                max: summary?.max ?? null,
            });
            if (this.seconds.length > this.size) this.seconds.shift();
            this.records = 0;
            this.delays = [];
        }
    }
}
