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
    /** The first that is not over. */
    private at: number | undefined;
    /** What came in those that are not over. */
    private readonly open = new Map<number, { records: number; delays: number[] }>();

    /**
     * @param size how many are kept
     * @param lateMs so long after it came a record may be added: a second is over after that
     */
    constructor(
        private readonly size: number,
        private readonly lateMs: number,
    ) {}

    /** @param cameMs when the record came */
    add(cameMs: number, delay: number | null): void {
        this.turn(cameMs);
        // One that is later still belongs to the first that is not over.
        const second = Math.max(Math.floor(cameMs / 1000), this.at ?? 0);
        const came = this.open.get(second) ?? { records: 0, delays: [] };
        came.records++;
        if (delay !== null) came.delays.push(delay);
        this.open.set(second, came);
    }

    /** The seconds that are over and later than `after`. */
    since(after: number, nowMs: number): Second[] {
        this.turn(nowMs);
        return this.seconds.filter(({ at }) => at > after);
    }

    /** Closes the seconds that are over. */
    private turn(nowMs: number): void {
        this.at ??= Math.floor(nowMs / 1000);
        const over = Math.floor((nowMs - this.lateMs) / 1000);
        // After a long pause only those that are kept.
        const first = over - this.size;
        for (const second of this.open.keys()) if (second < first) this.open.delete(second);
        for (this.at = Math.max(this.at, first); this.at < over; this.at++) {
            const came = this.open.get(this.at);
            this.open.delete(this.at);
            const summary = summaryOf(came?.delays ?? []);
            const [p50, max] = [summary?.p50 ?? null, summary?.max ?? null];
            this.seconds.push({ at: this.at, records: came?.records ?? 0, p50, max });
            if (this.seconds.length > this.size) this.seconds.shift();
        }
    }
}
