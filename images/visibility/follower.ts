// Follows the journal and the document of one writer, look by look: opens every
// file anew, so that NFS's close-to-open consistency shows what is new, and keeps
// none open: a process that ends with one open, however it ends, waits for the
// server in the kernel, where not even SIGKILL ends it. What it reads is verified
// (chain.ts, current.ts), and from time to time looked at again (audit.ts). Its
// memory is bounded, whatever is on the share. Pure but for the files and the
// clock that it is given.
import { type CurrentDocument, type JournalRecord, journal } from "@nfs-storage-stack/contract";
import { Audit } from "./audit";
import { advance, contestBetween, enterSegment, type Problem, type SegmentState } from "./chain";
import { misplaced, parseCurrent, RecentHashes, type RecordName } from "./current";
import { isMissing, PART_BYTES, type ShareFiles } from "./files";
import { segmentsAmong } from "./journal";
import { explain } from "./share-errors";

/** Of these the hash is remembered: at a record every 10 ms, `current` may be 10 s behind; it is replaced every 200 ms. */
const RECENT = 1_024;
/** A segment that follows is looked for after the last one has brought nothing for so long, and then as often. */
const NEXT_EVERY_MS = 200;
/** The folder is listed this often while nothing comes: for a segment that has another name than the next record. */
const LIST_EVERY_MS = 5_000;
/** Half of what a replaced name may take (actimeo, 1 s): to look at each poll is half of all that a reader asks of the server. */
const CURRENT_EVERY_MS = 500;

export interface Look {
    /** New ones, and when the last of them was verified, by the clock that was given. */
    records: JournalRecord[];
    verifiedAt: number;
    bytes: number;
    /** The `current` document, when it moved on since the last look. */
    changed: CurrentDocument | undefined;
    /** What is wrong just now; a second look tells whether it stays (watch.ts). */
    problem: Problem | undefined;
    /** There is more to verify: this was only a part. */
    more: boolean;
}

export interface FollowerOptions {
    /** From one look at what was verified before to the next. */
    auditIntervalMs: number;
}

type Next = SegmentState | Problem | undefined;

export class Follower {
    private segment: SegmentState | undefined;
    private readonly recent = new RecentHashes(RECENT);
    private readonly audit = new Audit();
    /** The record that the last document named that was in its place. */
    private shown: RecordName | undefined;
    /** As it was last read, or what was wrong with it. */
    private current: CurrentDocument | Problem | undefined;
    private currentAt = Number.NEGATIVE_INFINITY;
    private nextAt = Number.NEGATIVE_INFINITY;
    private listedAt = Number.NEGATIVE_INFINITY;
    /** What is wrong with the segment that follows, until it is looked for again. */
    private nextProblem: Problem | undefined;
    private auditedAt = Number.NEGATIVE_INFINITY;
    private auditProblem: Problem | undefined;
    /** Whether all that was there at first has been verified. */
    caughtUp = false;

    constructor(
        private readonly files: ShareFiles,
        private readonly options: FollowerOptions,
    ) {}

    get headSequence(): number {
        return this.segment?.head?.sequence ?? 0;
    }

    get chainHead(): string | null {
        return this.segment?.head?.hash ?? null;
    }

    get lastCurrentSequence(): number {
        return this.shown?.sequence ?? 0;
    }

    /** Verifies everything anew, as one that has seen nothing yet. */
    restart(): void {
        this.beginAgain();
        this.shown = undefined;
        this.current = undefined;
        this.currentAt = Number.NEGATIVE_INFINITY;
    }

    /** Goes on with the oldest segment. What is read then is not new until all of it is verified. */
    private beginAgain(): void {
        this.segment = undefined;
        this.recent.clear();
        this.audit.clear();
        this.auditProblem = undefined;
        this.nextProblem = undefined;
        this.caughtUp = false;
    }

    /** One look at what is new. Never throws: what goes wrong is in the answer. */
    look(clock: () => number): Look {
        const now = clock();
        const look: Look = {
            records: [],
            verifiedAt: now,
            bytes: 0,
            changed: undefined,
            problem: undefined,
            more: false,
        };
        try {
            look.problem = this.followJournal(now, look);
            look.verifiedAt = clock();
            if (look.more) return look;
            // After the records, which are not to wait for it.
            look.problem ??= this.followCurrent(now, look);
            look.problem ??= this.auditOne(now);
        } catch (error) {
            look.problem = { kind: isMissing(error) ? "absent" : "unreadable", reason: explain(error) };
        }
        return look;
    }

    private followCurrent(now: number, look: Look): Problem | undefined {
        const before = this.judgeCurrent(look);
        if (now - this.currentAt < CURRENT_EVERY_MS) return before;
        this.currentAt = now;
        this.current = this.readCurrent();
        const ahead = "chain" in this.current && this.current.sequence > this.headSequence;
        if (!ahead) return this.judgeCurrent(look);
        // Written since the journal was read: judged when that has been read again, and no excuse for the one before.
        // At once, while none is known to be in its place yet.
        if (before === undefined && this.shown === undefined) look.more = true;
        return before;
    }

    private readCurrent(): CurrentDocument | Problem {
        const bytes = this.files.read(journal.current, 0, journal.maxLineBytes + 1);
        if (bytes === undefined) {
            // The first is there a moment after the first record.
            return { kind: this.shown ? "missing" : "absent", reason: `there is no ${journal.current}` };
        }
        const document = parseCurrent(bytes);
        return typeof document === "string" ? { kind: "altered", reason: document } : document;
    }

    private judgeCurrent(look: Look): Problem | undefined {
        const { current } = this;
        if (this.headSequence === 0) return { kind: "absent", reason: "the journal holds no record yet" };
        if (current === undefined || "kind" in current) return current;
        const known = { headSequence: this.headSequence, seen: this.shown, recent: this.recent };
        const wrong = misplaced(current, known);
        if (wrong) return wrong;
        // Seen for the first time it may be old: only from then on it is seen to move.
        if (this.shown && current.sequence > this.shown.sequence) look.changed = current;
        this.shown = { sequence: current.sequence, hash: current.chain };
        return undefined;
    }

    private auditOne(now: number): Problem | undefined {
        const { auditIntervalMs } = this.options;
        if (now - this.auditedAt >= auditIntervalMs) {
            this.auditedAt = now;
            this.auditProblem = this.audit.look(this.files);
        }
        return this.auditProblem;
    }

    /** Reads and verifies one part, and enters the next segment where this one is at its end. */
    private followJournal(now: number, look: Look): Problem | undefined {
        if (this.segment === undefined) {
            const [oldest] = this.list(now);
            if (oldest === undefined) return { kind: "absent", reason: "there is no journal yet" };
            this.segment = enterSegment(oldest, undefined);
        }
        const from = this.segment;
        const name = journal.segment(from.first);
        const part = this.files.read(name, from.offset, PART_BYTES);
        if (part === undefined) {
            const problem = this.afterDeletion(now, from.first);
            look.more = problem === undefined;
            return problem;
        }
        const { state, records, problem } = advance(from, part);
        this.audit.add(from, part.subarray(0, state.offset - from.offset));
        for (const record of records) this.recent.add(record.sequence, record.hash);
        look.records = records;
        look.bytes = state.offset - from.offset;
        this.segment = state;
        if (part.length === PART_BYTES && (problem === undefined || (problem.kind === "torn" && records.length > 0))) {
            look.more = true;
            return undefined;
        }
        if (problem) return problem;
        const next = this.nextSegment(state, now, records.length > 0);
        if (next === undefined) {
            this.caughtUp = true;
            return undefined;
        }
        if ("kind" in next) return next;
        this.segment = next;
        look.more = true;
        return undefined;
    }

    /** The segment to go on with, undefined when this is the last, or what is wrong with the next. */
    private nextSegment(at: SegmentState, now: number, grew: boolean): Next {
        if (grew) {
            this.nextProblem = undefined;
            this.nextAt = now;
        }
        const expected = (at.head?.sequence ?? at.first - 1) + 1;
        // The document may have told that there is more.
        const known = this.current !== undefined && "chain" in this.current && this.current.sequence >= expected;
        if (this.caughtUp && !known && now - this.nextAt < NEXT_EVERY_MS) return this.nextProblem;
        this.nextAt = now;
        // By its name: a listing may be a second old, and costs more.
        const found = expected > at.first && this.files.read(journal.segment(expected), 0, 1) !== undefined;
        if (found) return enterSegment(expected, at.head);
        const listed = this.caughtUp && now - this.listedAt < LIST_EVERY_MS && this.nextProblem === undefined;
        if (listed) return undefined;
        const segments = this.list(now);
        this.nextProblem = this.forked(segments, at) ?? misnamed(segments, at, expected);
        return this.nextProblem;
    }

    /** A segment that begins before the end of this one, with an intact record of somebody else: each went on by itself. */
    private forked(segments: readonly number[], { first, head }: SegmentState): Problem | undefined {
        const later = segments.find((segment) => segment > first);
        if (head === undefined || later === undefined || later > head.sequence) return undefined;
        const part = this.files.read(journal.segment(later), 0, PART_BYTES) ?? Buffer.alloc(0);
        const [other] = advance(enterSegment(later, undefined), part).records;
        return other === undefined || other.run === head.run ? undefined : contestBetween(head.writer, other.writer);
    }

    /** A segment is deleted when enough newer ones exist: a reader that was away begins again with the oldest. */
    private afterDeletion(now: number, gone: number): Problem | undefined {
        const [oldest] = this.list(now);
        if (oldest === undefined) return { kind: "missing", reason: "there is no journal any more" };
        if (oldest <= gone) return { kind: "missing", reason: `${journal.segment(gone)} is missing` };
        this.beginAgain();
        return undefined;
    }

    private list(now: number): number[] {
        this.listedAt = now;
        return segmentsAmong(this.files.names());
    }
}

/** What is wrong with the names of later segments, when the one that is expected is not there. */
function misnamed(segments: readonly number[], at: SegmentState, expected: number): Problem | undefined {
    const later = segments.find((first) => first > at.first);
    // The one that is expected has come in the meantime.
    if (later === undefined || later === expected) return undefined;
    return later > expected
        ? {
              kind: "missing",
              reason: `records ${expected} to ${later - 1} are missing before ${journal.segment(later)}`,
          }
        : {
              kind: "disordered",
              reason: `${journal.segment(later)} begins before record ${expected - 1}, the last of ${journal.segment(at.first)}`,
          };
}
