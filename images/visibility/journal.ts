// The writer's hand on the share: appends to the journal, replaces the document.
// A record counts when it is synced; what is found at the start is judged in
// tail.ts. After any error the journal is to be closed and opened anew, which
// mends what the error left behind. Pure but for the files that it is given.
import {
    type CurrentDocument,
    chained,
    currentOf,
    encodeRecord,
    GENESIS,
    type JournalRecord,
    journal,
    type RecordBody,
} from "@nfs-storage-stack/contract";
import { advance, enterSegment, type Head, headOf, type SegmentState } from "./chain";
import { parseCurrent } from "./current";
import { MOST_BYTES, type SegmentFile, type ShareFiles, type WritableFiles } from "./files";
import { continuation, DamagedJournal } from "./tail";

export interface Limits {
    /** Of all segments together. */
    journalBytes: number;
    /** Of a record, at least. */
    recordBytes: number;
}

/** First sequences of the segments among the names, ascending. */
export function segmentsAmong(names: readonly string[]): number[] {
    return names
        .flatMap((name) => {
            const digits = journal.segmentPattern.exec(name)?.[1];
            return digits === undefined ? [] : [Number(digits)];
        })
        .toSorted((a, b) => a - b);
}

/** All of a file as the server has it; of none, nothing. */
function whole(files: ShareFiles, name: string): Buffer {
    const parts: Buffer[] = [];
    for (let size = 0; ; ) {
        const part = files.readThrough(name, size, MOST_BYTES) ?? Buffer.alloc(0);
        if (part.length === 0) return Buffer.concat(parts);
        parts.push(Buffer.from(part));
        size += part.length;
    }
}

function readCurrent(files: ShareFiles): CurrentDocument | undefined {
    const document = parseCurrent(whole(files, journal.current));
    return typeof document === "string" ? undefined : document;
}

/** The last record of a whole segment. */
function lastOf(files: ShareFiles, first: number): Head | undefined {
    const { state, problem } = advance(enterSegment(first, undefined), whole(files, journal.segment(first)));
    if (problem) throw new DamagedJournal(problem.reason);
    return state.head;
}

export class Journal {
    /** Bytes of each segment, by its first sequence, the oldest first. */
    private readonly sizes = new Map<number, number>();
    private unsynced = 0;
    private lastSynced: JournalRecord | undefined;
    private lastWritten: JournalRecord | undefined;
    /** Since it was opened. */
    appendedBytes = 0;

    private constructor(
        private readonly files: WritableFiles,
        private readonly limits: Limits,
        private file: SegmentFile,
        private segment: SegmentState,
        /** Bytes of an unfinished record that were cut off when it was opened. */
        readonly cutBytes: number,
    ) {}

    /** The last record that was written; undefined when there is none yet. */
    get head(): Head | undefined {
        return this.segment.head;
    }

    /** Records that were written and are not safe yet. */
    get pending(): number {
        return this.unsynced;
    }

    /** Of all segments. */
    get bytes(): number {
        return [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    }

    /**
     * All that is found is safe then.
     * @param leaveSegment go on in a segment of its own: whoever wrote the last one may still have a write under way
     * @throws DamagedJournal when what is there must not be continued
     */
    static open(files: WritableFiles, limits: Limits, leaveSegment = false): Journal {
        files.prepare();
        const current = readCurrent(files);
        const segments = segmentsAmong(files.names());
        const first = segments.at(-1) ?? 1;
        const file = files.open(journal.segment(first), segments.length > 0 ? "continue" : "create");
        try {
            const content = whole(files, journal.segment(first));
            const previous = segments.at(-2);
            // Only a segment without a whole record needs the one before it: to know what to continue.
            const before = previous === undefined || content.includes("\n") ? undefined : lastOf(files, previous);
            const { segment, cutBytes } = continuation(first, content, before, current);
            if (cutBytes > 0) file.truncate(segment.offset);
            // What was found may not have been synced by whoever wrote it.
            file.sync();
            files.syncFolder();
            const opened = new Journal(files, limits, file, segment, cutBytes);
            for (const older of segments.slice(0, -1)) opened.sizes.set(older, files.size(journal.segment(older)));
            opened.sizes.set(first, segment.offset);
            if (leaveSegment && segment.count > 0) opened.nextSegment();
            return opened;
        } catch (error) {
            file.close();
            throw error;
        }
    }

    /** Writes the record; it is safe after sync(). */
    append(body: Omit<RecordBody, "sequence">): JournalRecord {
        const next = { ...body, sequence: (this.head?.sequence ?? 0) + 1 };
        const record = chained(next, this.head?.hash ?? GENESIS, this.limits.recordBytes);
        const line = Buffer.from(encodeRecord(record));
        if (line.length > journal.maxLineBytes) {
            throw new Error(`a record would take ${line.length} bytes; readers take at most ${journal.maxLineBytes}`);
        }
        if (this.segment.count > 0 && this.segment.offset + line.length > this.segmentBytes) this.nextSegment();
        const { first, offset, count } = this.segment;
        this.expectSize(offset);
        this.file.write(line, offset);
        this.segment = { first, offset: offset + line.length, count: count + 1, head: headOf(record) };
        this.sizes.set(first, this.segment.offset);
        this.unsynced++;
        this.appendedBytes += line.length;
        this.lastWritten = record;
        return record;
    }

    /** All that was written is safe on the share after it. */
    sync(): void {
        if (this.unsynced === 0) return;
        this.file.sync();
        this.expectSize(this.segment.offset);
        this.unsynced = 0;
        this.lastSynced = this.lastWritten;
    }

    /** Replaces the document by one of the last safe record: a reader sees the old or the new one, whole. */
    publish(): void {
        if (this.lastSynced) this.files.replace(journal.current, Buffer.from(encodeRecord(currentOf(this.lastSynced))));
    }

    close(): void {
        this.file.close();
    }

    private get segmentBytes(): number {
        return Math.floor(this.limits.journalBytes / journal.segments);
    }

    /** There must be one writer: of two, each would overwrite what the other wrote. */
    private expectSize(expected: number): void {
        const size = this.file.size();
        if (size === expected) return;
        throw new Error(
            `${journal.segment(this.segment.first)} has ${size} bytes where ${expected} are expected: somebody else writes to it`,
        );
    }

    private nextSegment(): void {
        const { head } = this.segment;
        this.sync();
        this.makeRoom();
        const first = (head?.sequence ?? 0) + 1;
        const file = this.files.open(journal.segment(first), "create");
        this.file.close();
        this.file = file;
        this.segment = enterSegment(first, head);
        this.sizes.set(first, 0);
        this.files.syncFolder();
    }

    /** Deletes old segments, so that with one more all stay within the limit. The last says what the next continues. */
    private makeRoom(): void {
        for (const oldest of [...this.sizes.keys()].slice(0, -1)) {
            const fits = this.bytes + this.segmentBytes <= this.limits.journalBytes;
            if (fits && this.sizes.size < journal.segments) return;
            this.files.remove(journal.segment(oldest));
            this.sizes.delete(oldest);
        }
    }
}
