// What a reader knows: from what its thread sees (messages.ts) and the writer's
// clock it makes the verdict, the status, the page and the metrics. Pure: time
// comes as an argument.
import { journal, type ReaderStatus, type ShareSpace } from "@nfs-storage-stack/contract";
import type { Problem, ProblemKind } from "./chain";
import type { WriterClock } from "./clock";
import type { SeenRecord, SightMessage } from "./messages";
import type { PageState, Place, ShownDocument, ShownRecord } from "./page-state";
import { TELL_EVERY_MS } from "./reports";
import type { ReaderSettings } from "./settings";
import { Histogram, History, Window } from "./statistics";
import { type ReaderVerdict, readerVerdict } from "./verdict";

/** Delays of which percentiles are made; at 4 records a second those of the last four minutes. */
const WINDOW = 1_000;
/** A minute of the most records there are: longer than a client's cache keeps a name by default (acdirmax). */
const MOST_UNSHOWN = 6_000;
/** On the page: records, and seconds of the charts. */
const SHOWN = 20;
export const HISTORY_SECONDS = 300;
/** Milliseconds; from a look just in time to what a client's cache, a server's grace and a failover take. */
const BOUNDS_MS = [5, 10, 25, 50, 75, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

type Found = ReaderStatus["found"];
const isFound = (kind: ProblemKind): kind is keyof Found => kind !== "absent" && kind !== "unreadable";

export class ReaderFacts {
    recordsVerified = 0;
    bytesVerified = 0;
    changesSeen = 0;
    looks = 0;
    readonly found: Found = { missing: 0, torn: 0, altered: 0, disordered: 0, contested: 0 };
    readonly delays = new Histogram(BOUNDS_MS);
    readonly changeDelays = new Histogram(BOUNDS_MS);
    private readonly window = new Window(WINDOW);
    private readonly changeWindow = new Window(WINDOW);
    /** Records that the document has not shown yet, neither them nor a later one; the oldest first. */
    private unshown: Pick<SeenRecord, "sequence" | "run" | "elapsedMs">[] = [];
    private readonly history = new History(HISTORY_SECONDS, 2 * TELL_EVERY_MS);
    private readonly records: ShownRecord[] = [];
    private document: PageState["document"] = { before: null, after: null, delayMs: null };
    private lastRecord: number | undefined;
    private lastChange: number | undefined;
    private caughtUpAt: number | undefined;
    private problem: Problem | undefined;
    private lasting: Problem | undefined;
    clock: WriterClock | undefined;
    writer: Place | undefined;
    headSequence = 0;
    chainHead: string | null = null;
    currentSequence = 0;
    busyMs = 0;
    stalls = 0;
    space: ShareSpace | undefined;

    constructor(private readonly settings: ReaderSettings) {}

    /** @returns whether a new record is of another run of the writer than the clock that is known */
    take(sight: SightMessage): boolean {
        for (const record of sight.records) this.record(record);
        this.bytesVerified += sight.bytes;
        this.looks += sight.looks;
        this.headSequence = sight.headSequence;
        this.chainHead = sight.chainHead;
        this.currentSequence = sight.currentSequence;
        this.busyMs = sight.busyMs;
        this.stalls = sight.stalls;
        this.space = sight.space;
        this.problem = sight.problem;
        if (!sight.caughtUp) {
            this.caughtUpAt = undefined;
            this.unshown = [];
        } else this.caughtUpAt ??= sight.seenAt;
        if (sight.changed) {
            const { sequence, time, message, revision } = sight.changed;
            const after: ShownDocument = { sequence, time, message, revision };
            const delayMs = this.delay(sight.changed, sight.seenAt);
            this.document = { before: this.document.after, after, delayMs };
            this.lastChange = sight.seenAt;
            this.changesSeen++;
            this.shown(sequence, sight.seenAt);
        }
        const { lasting } = sight;
        if (lasting && lasting.kind !== this.lasting?.kind && isFound(lasting.kind)) this.found[lasting.kind]++;
        this.lasting = lasting;
        const last = sight.records.at(-1);
        return last?.live === true && last.run !== this.clock?.run;
    }

    private record(record: SeenRecord): void {
        const { sequence, time, run, elapsedMs, writer, message, seenAt, live } = record;
        const delayMs = live ? this.delay(record, seenAt) : null;
        this.recordsVerified++;
        if (delayMs !== null) {
            this.delays.add(delayMs);
            this.window.add(delayMs);
        }
        if (live) {
            this.lastRecord = seenAt;
            if (this.unshown.length < MOST_UNSHOWN) this.unshown.push({ sequence, run, elapsedMs });
            this.history.add(seenAt, delayMs);
        }
        this.records.unshift({ sequence, time, writer, message, delayMs });
        if (this.records.length > SHOWN) this.records.pop();
    }

    /**
     * The document names this record now. Each that it skipped was late, too: of a document that is a minute old until a
     * new one is seen, only the new one's age would look as if nothing were wrong.
     */
    private shown(sequence: number, seenAt: number): void {
        const later = this.unshown.findIndex((record) => record.sequence > sequence);
        for (const record of this.unshown.splice(0, later < 0 ? this.unshown.length : later)) {
            const delayMs = this.delay(record, seenAt);
            if (delayMs === null) continue;
            this.changeDelays.add(delayMs);
            this.changeWindow.add(delayMs);
        }
    }

    /** From the writer's clock to ours; null when it is not known how they are to each other. */
    private delay({ run, elapsedMs }: { run: string; elapsedMs: number }, seenAt: number): number | null {
        if (this.clock?.run !== run) return null;
        // Nothing is seen before it is written: less than 0 is what the clocks are not known by.
        return Math.max(0, seenAt + this.clock.offsetMs - elapsedMs);
    }

    verdict(now: number, silence: string | undefined): ReaderVerdict {
        const age = (since: number | undefined): number | undefined => (since === undefined ? undefined : now - since);
        return readerVerdict({
            silence,
            problem: this.problem,
            lasting: this.lasting,
            caughtUpAgeMs: age(this.caughtUpAt),
            headSequence: this.headSequence,
            currentSequence: this.currentSequence,
            lastRecordAgeMs: age(this.lastRecord),
            lastChangeAgeMs: age(this.lastChange),
            freshnessMs: this.settings.freshnessMs,
        });
    }

    numbers(now: number): PageState["numbers"] {
        const summary = this.window.summary();
        const age = (since: number | undefined): number | null =>
            since === undefined ? null : Math.round(now - since);
        return {
            recordsVerified: this.recordsVerified,
            bytesVerified: this.bytesVerified,
            lastSequence: this.headSequence,
            lastRecordAgeMs: age(this.lastRecord),
            lastChangeAgeMs: age(this.lastChange),
            delayMs: summary && this.clock ? { ...summary, clockUncertainty: this.clock.uncertaintyMs } : null,
            found: { ...this.found },
        };
    }

    status(now: number, waitingForShareMs: number, silence: string | undefined): ReaderStatus {
        const { pod, node, name } = this.settings;
        const { kind, ready, reason } = this.verdict(now, silence);
        const { lastChangeAgeMs: _, ...numbers } = this.numbers(now);
        return {
            role: "reader",
            pod,
            node,
            name,
            ready,
            reason,
            verdict: kind,
            ...numbers,
            chainHead: this.chainHead,
            currentSequence: this.currentSequence,
            changesSeen: this.changesSeen,
            changeDelayMs: this.changeWindow.summary(),
            waitingForShareMs: Math.round(waitingForShareMs),
            space: this.space ?? null,
        };
    }

    /** For the page, but for what only the edges know. */
    page(now: number, silence: string | undefined, after: number): Omit<PageState, "version" | "storage" | "probes"> {
        const { pod, node, name, freshnessMs, pollIntervalMs } = this.settings;
        return {
            now: Math.floor(now / 1000),
            verdict: this.verdict(now, silence),
            name,
            folder: journal.folderOf(name),
            reader: { pod, node },
            writer: this.writer ?? null,
            limits: { freshnessMs, pollIntervalMs },
            numbers: this.numbers(now),
            space: this.space ?? null,
            records: this.records,
            document: this.document,
            history: this.history.since(after, now),
        };
    }
}
