// Percentiles of the last so many measurements. Pure, and of bounded size.

export interface Summary {
    p50: number;
    p99: number;
    max: number;
}

/** The value that at least this share of the sorted values does not exceed (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
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

    get last(): number | undefined {
        return this.values[(this.next - 1 + this.size) % this.size];
    }

    /** Of the last `size` values; null when there are none. */
    summary(): Summary | null {
        if (this.values.length === 0) return null;
        const sorted = this.values.toSorted((a, b) => a - b);
        return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
    }
}
