// When a reader looks next: a look costs the same whether it finds something or
// not, so it looks just when a record should have come and, only when that is
// late, again and again. When that is, it learns from the records. Pure.
import { percentile } from "./statistics";

/** What a look brought: how many records, the last of them by the writer's clock, and when they were verified by ours. */
export interface News {
    records: number;
    run: string;
    elapsedMs: number;
    at: number;
}

/** The interval of records is that of so many looks that brought some. */
const LEARNED = 8;
/** A record that is late is looked for after so long, then twice that, up to the poll interval. */
const FIRST_RETRY_MS = 10;
/** At most so many poll intervals without a look: writers restart, documents change, problems begin at any time. */
const LONGEST_WAIT = 5;
/** At least this part of one: a share that answers slowly is left some time in between. */
const SHORTEST_WAIT = 0.2;
/** Each record that was there at the first look is looked for a little earlier the next time; */
const EARLIER_MS = 0.5;
/** one that was late lets the next be looked for later, by this much of how late it was. */
const LATER = 0.25;

export class Rhythm {
    private run = "";
    private lastElapsed = 0;
    /** Milliseconds from one record to the next. */
    private intervals: number[] = [];
    /** What to add to the writer's clock to have ours when its record is to be looked for. */
    private shift = 0;
    /** Looks that came too early for the record that is due. */
    private misses = 0;

    constructor(private readonly pollIntervalMs: number) {}

    /** How long to wait after a look that began and ended then. */
    wait(news: News | undefined, begun: number, now: number): number {
        if (news) this.learn(news);
        else this.misses++;
        const interval = this.interval();
        // Not known yet, or too quick to be met one by one: a look begins every poll interval, however long it takes.
        if (interval === undefined || interval <= this.pollIntervalMs) {
            return Math.max(begun + this.pollIntervalMs - now, this.pollIntervalMs * SHORTEST_WAIT);
        }
        const due = this.lastElapsed + interval + this.shift - now;
        if (due > 0) {
            // That look was not for this record.
            this.misses = 0;
            return Math.min(due, LONGEST_WAIT * this.pollIntervalMs);
        }
        return Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.misses, 10), this.pollIntervalMs);
    }

    private learn({ records, run, elapsedMs, at }: News): void {
        const shift = at - elapsedMs;
        if (run !== this.run) {
            this.run = run;
            this.intervals = [];
            this.shift = shift;
        } else {
            this.intervals.push((elapsedMs - this.lastElapsed) / Math.max(1, records));
            if (this.intervals.length > LEARNED) this.intervals.shift();
            this.shift =
                this.misses === 0
                    ? Math.min(this.shift, shift) - EARLIER_MS
                    : this.shift + LATER * Math.max(0, shift - this.shift);
        }
        this.lastElapsed = elapsedMs;
        this.misses = 0;
    }

    private interval(): number | undefined {
        if (this.intervals.length < LEARNED / 2) return undefined;
        const sorted = this.intervals.toSorted((a, b) => a - b);
        return percentile(sorted, 0.5);
    }
}
