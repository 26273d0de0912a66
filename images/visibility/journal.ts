// The writer's hand on the share: appends to the journal, replaces the document.
// A record counts when it is synced; what is found at the start is judged in
// tail.ts. After any error the journal is to be closed and opened anew.
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
    type CurrentDocument,
    chained,
    currentOf,
    GENESIS,
    type JournalRecord,
    journal,
} from "@nfs-storage-stack/contract";
import { advance, encodeLine, enterSegment, type Head, type SegmentState } from "./chain";
import { encodeCurrent, parseCurrent } from "./current";
import { continuation, DamagedJournal } from "./tail";

export interface Limits {
    recordsPerSegment: number;
    segmentsKept: number;
}

/** First sequences of the segments in the folder, ascending. */
export async function segmentsIn(folder: string): Promise<number[]> {
    return (await readdir(folder))
        .flatMap((name) => {
            const digits = journal.segmentPattern.exec(name)?.[1];
            return digits === undefined ? [] : [Number(digits)];
        })
        .toSorted((a, b) => a - b);
}

/** Names in a folder are safe when the folder is synced. */
async function syncFolder(folder: string): Promise<void> {
    const handle = await open(folder, "r");
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
        const result = await handle.write(bytes, written, bytes.length - written, position + written);
        written += result.bytesWritten;
    }
}

async function readCurrent(folder: string): Promise<CurrentDocument | undefined> {
    try {
        const document = parseCurrent(await readFile(join(folder, journal.current)));
        return typeof document === "string" ? undefined : document;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}

/** The last record of a whole segment. */
async function headOf(folder: string, first: number): Promise<Head | undefined> {
    const { state, problem } = advance(
        enterSegment(first, undefined),
        await readFile(join(folder, journal.segment(first))),
    );
    if (problem) throw new DamagedJournal(problem.reason);
    return state.head;
}

export class Journal {
    private constructor(
        private readonly folder: string,
        private readonly limits: Limits,
        private handle: FileHandle,
        private segment: SegmentState,
        /** Bytes of an unfinished record that were cut off when it was opened. */
        readonly cutBytes: number,
    ) {}

    /** The last record that is safe; undefined when there is none yet. */
    get head(): Head | undefined {
        return this.segment.head;
    }

    /** @throws DamagedJournal when what is there must not be continued */
    static async open(sharePath: string, limits: Limits): Promise<Journal> {
        const folder = join(sharePath, journal.folder);
        await mkdir(folder, { recursive: true });
        await syncFolder(sharePath);
        const current = await readCurrent(folder);
        const segments = await segmentsIn(folder);
        const first = segments.at(-1) ?? 1;
        const path = join(folder, journal.segment(first));
        const handle = await open(path, segments.length > 0 ? "r+" : "wx+");
        try {
            const content = await handle.readFile();
            const previous = segments.at(-2);
            // Only a segment without a whole record needs the one before it: to know what to continue.
            const before =
                previous === undefined || content.includes("\n") ? undefined : await headOf(folder, previous);
            const { segment, cutBytes } = continuation(first, content, before, current);
            if (cutBytes > 0) await handle.truncate(segment.offset);
            // What was found may not have been synced by whoever wrote it.
            await handle.sync();
            await syncFolder(folder);
            return new Journal(folder, limits, handle, segment, cutBytes);
        } catch (error) {
            await handle.close();
            throw error;
        }
    }

    /** Resolves when the record is safe on the share. */
    async append(body: Pick<JournalRecord, "time" | "writer" | "revision" | "message">): Promise<JournalRecord> {
        if (this.segment.count >= this.limits.recordsPerSegment) await this.nextSegment();
        const { head, offset } = this.segment;
        const record = chained({ ...body, sequence: (head?.sequence ?? 0) + 1 }, head?.hash ?? GENESIS);
        const line = Buffer.from(encodeLine(record));
        if (line.length > journal.maxLineBytes) {
            throw new Error(`a record would take ${line.length} bytes; readers take at most ${journal.maxLineBytes}`);
        }
        await this.expectSize(offset);
        await writeAll(this.handle, line, offset);
        await this.handle.sync();
        await this.expectSize(offset + line.length);
        this.segment = {
            ...this.segment,
            offset: offset + line.length,
            count: this.segment.count + 1,
            head: { sequence: record.sequence, hash: record.hash },
        };
        return record;
    }

    /** There must be one writer: of two, each would overwrite what the other wrote. */
    private async expectSize(expected: number): Promise<void> {
        const { size } = await this.handle.stat();
        if (size === expected) return;
        throw new Error(
            `${journal.segment(this.segment.first)} has ${size} bytes where ${expected} are expected: somebody else writes to it`,
        );
    }

    /** Replaces the document: a reader sees the old or the new one, whole. */
    async publish(record: JournalRecord): Promise<void> {
        const path = join(this.folder, journal.current);
        const temporary = `${path}.new`;
        const handle = await open(temporary, "w");
        try {
            await handle.writeFile(encodeCurrent(currentOf(record)));
            await handle.sync();
        } finally {
            await handle.close();
        }
        await rename(temporary, path);
        await syncFolder(this.folder);
    }

    private async nextSegment(): Promise<void> {
        const { head } = this.segment;
        const first = (head?.sequence ?? 0) + 1;
        const handle = await open(join(this.folder, journal.segment(first)), "wx+");
        const old = this.handle;
        this.handle = handle;
        this.segment = enterSegment(first, head);
        await old.close();
        await syncFolder(this.folder);
        const segments = await segmentsIn(this.folder);
        for (const outdated of segments.slice(0, -this.limits.segmentsKept)) {
            await rm(join(this.folder, journal.segment(outdated)), { force: true });
        }
    }

    async close(): Promise<void> {
        await this.handle.close();
    }
}
