// Looks at the share again and again, as the readers and the check do: opens
// every file anew, so that NFS's close-to-open consistency shows what is new,
// and verifies what it reads (chain.ts, current.ts). Its memory is bounded,
// whatever is on the share.
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CurrentDocument, type JournalRecord, journal } from "@nfs-storage-stack/contract";
import { advance, enterSegment, type SegmentState } from "./chain";
import { misplaced, parseCurrent, RecentHashes } from "./current";
import { segmentsIn } from "./journal";
import { explain, monotonicMs, type ShareOperations } from "./share-operations";

/** Read at once; several of the longest lines, and quickly verified, so that answers are not held up. */
const PART_BYTES = 262_144;
/** Of these the hash is remembered: at a record every 10 ms, `current` may be 40 s behind. */
const RECENT = 4_096;
/** The folder is listed for a next segment at most this often while the last one brings nothing. */
const LIST_EVERY_MS = 1_000;
/** A replaced name is seen up to actimeo (1 s) late anyway: to look at each poll is half of all that a reader asks of the server. */
const CURRENT_EVERY_MS = 250;

export interface SeenRecord {
    record: JournalRecord;
    /** Our wall clock just after it was read. */
    seenAt: number;
    /** It was not there when this reader had first verified everything: its delay means something. */
    live: boolean;
}

export interface Look {
    records: SeenRecord[];
    /** The `current` document, when it moved on since the last look. */
    changed: CurrentDocument | undefined;
    /** What is wrong just now; a second look tells whether it stays (verdict.ts). */
    problem: { kind: "absent" | "unreadable" | "untrue"; reason: string } | undefined;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

export class ShareReader {
    private readonly folder: string;
    private segment: SegmentState | undefined;
    private readonly recent = new RecentHashes(RECENT);
    private currentSequence = 0;
    /** As it was last read, or what was wrong with it. */
    private current: CurrentDocument | string = "";
    private currentReadAt = Number.NEGATIVE_INFINITY;
    private listedAt = Number.NEGATIVE_INFINITY;
    /** Whether all that was there at first has been verified. */
    caughtUp = false;

    constructor(
        sharePath: string,
        private readonly operations: ShareOperations,
    ) {
        this.folder = join(sharePath, journal.folder);
    }

    get headSequence(): number {
        return this.segment?.head?.sequence ?? 0;
    }

    get chainHead(): string | null {
        return this.segment?.head?.hash ?? null;
    }

    get lastCurrentSequence(): number {
        return this.currentSequence;
    }

    /** Verifies everything anew, as one that has seen nothing yet. */
    restart(): void {
        this.beginAgain();
        this.currentSequence = 0;
        this.currentReadAt = Number.NEGATIVE_INFINITY;
    }

    /** Goes on with the oldest segment. What is read then is not live until all of it is verified. */
    private beginAgain(): void {
        this.segment = undefined;
        this.recent.clear();
        this.caughtUp = false;
    }

    /** One look at everything that is new. Never rejects: what goes wrong is in the answer. */
    async look(): Promise<Look> {
        const look: Look = { records: [], changed: undefined, problem: undefined };
        try {
            // The document first: whatever record it names is then in the journal that is read after it.
            if (monotonicMs() - this.currentReadAt >= CURRENT_EVERY_MS) {
                this.current = await this.readCurrent();
                this.currentReadAt = monotonicMs();
            }
            look.problem = await this.followJournal(look.records);
            look.problem ??= this.judgeCurrent(this.current, look);
        } catch (error) {
            look.problem = { kind: isMissing(error) ? "absent" : "unreadable", reason: explain(error) };
        }
        return look;
    }

    private async readCurrent(): Promise<CurrentDocument | string> {
        try {
            return parseCurrent(await this.operations.run(() => readFile(join(this.folder, journal.current))));
        } catch (error) {
            if (isMissing(error)) return `there is no ${journal.current}`;
            throw error;
        }
    }

    private judgeCurrent(current: CurrentDocument | string, look: Look): Look["problem"] {
        if (this.headSequence === 0) return { kind: "absent", reason: "the journal holds no record yet" };
        if (typeof current === "string") return { kind: "untrue", reason: current };
        const known = { headSequence: this.headSequence, lastSeen: this.currentSequence, recent: this.recent };
        const wrong = misplaced(current, known);
        if (wrong) return { kind: "untrue", reason: wrong };
        // Seen for the first time it may be old: only from then on it is seen to move.
        if (this.currentSequence > 0 && current.sequence > this.currentSequence) look.changed = current;
        this.currentSequence = current.sequence;
        return undefined;
    }

    /** Reads and verifies to the end of the journal, segment after segment. */
    private async followJournal(records: SeenRecord[]): Promise<Look["problem"]> {
        if (this.segment === undefined) {
            const [oldest] = await this.list();
            if (oldest === undefined) return { kind: "absent", reason: "there is no journal yet" };
            this.segment = enterSegment(oldest, undefined);
        }
        for (;;) {
            const before = records.length;
            const ended = await this.readPart(this.segment, records);
            if (ended === "more") continue;
            if (ended === "deleted") return this.afterDeletion();
            if (ended !== "end") return { kind: "untrue", reason: ended };
            const next = await this.nextSegment(this.segment, records.length > before);
            if (next === undefined) {
                this.caughtUp = true;
                return undefined;
            }
            if (typeof next === "string") return { kind: "untrue", reason: next };
            this.segment = next;
        }
    }

    /** Verifies what follows; says whether there is more, that it is the end, or what is wrong. */
    private async readPart(segment: SegmentState, records: SeenRecord[]): Promise<"more" | "end" | "deleted" | string> {
        const name = journal.segment(segment.first);
        const part = await this.operations.run(() => readAt(join(this.folder, name), segment.offset));
        if (part === undefined) return "deleted";
        if (part.size < segment.offset) {
            return `${name} has shrunk to ${part.size} bytes; ${segment.offset} had been verified`;
        }
        const seenAt = Date.now();
        const step = advance(segment, part.bytes);
        for (const record of step.records) {
            this.recent.add(record.sequence, record.hash);
            records.push({ record, seenAt, live: this.caughtUp });
        }
        this.segment = step.state;
        const full = part.bytes.length === PART_BYTES;
        if (step.problem && !(full && step.problem.kind === "torn")) return step.problem.reason;
        return full ? "more" : "end";
    }

    /** The segment to go on with, undefined when this is the last, or what is wrong with the next. */
    private async nextSegment(at: SegmentState, grew: boolean): Promise<SegmentState | string | undefined> {
        const full = at.count >= journal.recordsPerSegment;
        // The one before the last is never written again, so what follows it is known to be there.
        const due = !grew && monotonicMs() - this.listedAt >= LIST_EVERY_MS;
        if (this.caughtUp && !full && !due) return undefined;
        const later = (await this.list()).find((first) => first > at.first);
        if (later === undefined) return undefined;
        const current = this.segment ?? at;
        const expected = (current.head?.sequence ?? at.first - 1) + 1;
        if (later === expected) return enterSegment(later, current.head);
        return later > expected
            ? `records ${expected} to ${later - 1} are missing before ${journal.segment(later)}`
            : `${journal.segment(later)} begins before record ${expected - 1}, the last of ${journal.segment(at.first)}`;
    }

    /** A segment is deleted when enough newer ones exist: a reader that was away begins again with the oldest. */
    private async afterDeletion(): Promise<Look["problem"]> {
        const gone = this.segment?.first;
        const [oldest] = await this.list();
        if (gone === undefined || oldest === undefined)
            return { kind: "absent", reason: "there is no journal any more" };
        if (oldest <= gone) return { kind: "untrue", reason: `${journal.segment(gone)} is missing` };
        this.beginAgain();
        return undefined;
    }

    private async list(): Promise<number[]> {
        this.listedAt = monotonicMs();
        return this.operations.run(() => segmentsIn(this.folder));
    }
}

/** The bytes from a position on, and the file's size; undefined when there is no such file. */
async function readAt(path: string, position: number): Promise<{ bytes: Buffer; size: number } | undefined> {
    try {
        const handle = await open(path, "r");
        try {
            const { size } = await handle.stat();
            const buffer = Buffer.allocUnsafe(Math.min(PART_BYTES, Math.max(0, size - position)));
            let length = 0;
            while (length < buffer.length) {
                const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
                if (bytesRead === 0) break;
                length += bytesRead;
            }
            return { bytes: buffer.subarray(0, length), size };
        } finally {
            await handle.close();
        }
    } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
    }
}
