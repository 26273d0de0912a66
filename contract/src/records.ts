// The data that a writer puts on the share and the readers verify: a journal of
// chained records (new data) and one document that is replaced again and again
// (changed data).
import { hash } from "node:crypto";
import * as z from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime({ precision: 3 });

/** What the first record of a journal names as its predecessor. */
export const GENESIS = "0".repeat(64);

const body = {
    /** 1 for the first record of the journal, then one more for each. */
    sequence: z.int().positive(),
    /** When it was written by the wall clock of the writer, to the millisecond, UTC: for people. */
    time: instant,
    /**
     * The run of the writer's process, and the milliseconds of its own clock, which nobody sets: for delays. The wall
     * clock of a virtual machine jumps.
     */
    run: z.string().min(1),
    elapsedMs: z.number().nonnegative(),
    /** Name of the pod that wrote it. */
    writer: z.string().min(1),
    /** What the deployment was when it was written; see `revision` of Evidence. */
    revision: z.string().min(1),
    /** The configured message. */
    message: z.string(),
};

/** One line of the journal. */
export const JournalRecord = z.strictObject({
    ...body,
    /** Makes the line as long as records are configured to be. */
    padding: z.string(),
    /** Hash of the record before; GENESIS for the first. */
    previous: sha256,
    /** SHA-256 of the line up to here. */
    hash: sha256,
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/**
 * The whole content of the file that is replaced atomically: `sequence` and
 * `chain` name the record of the journal that was the last when it was made.
 */
export const CurrentDocument = z.strictObject({
    ...body,
    /** `hash` of the journal record of the same sequence. */
    chain: sha256,
    /** SHA-256 of the content up to here. */
    hash: sha256,
});
export type CurrentDocument = z.infer<typeof CurrentDocument>;

export type RecordBody = Omit<JournalRecord, "padding" | "previous" | "hash">;
type Unhashed = Omit<JournalRecord, "hash"> | Omit<CurrentDocument, "hash">;

/** The one spelling, in which the properties have one order. Hashed as far as it goes; the hash is put behind it. */
function spelled(value: Unhashed): string {
    const { sequence, time, run, elapsedMs, writer, revision, message } = value;
    const head = { sequence, time, run, elapsedMs, writer, revision, message };
    return JSON.stringify(
        "chain" in value
            ? { ...head, chain: value.chain }
            : { ...head, padding: value.padding, previous: value.previous },
    );
}

/** In one call: an object for each record would cost more than the hashing. */
const hashOf = (text: string): string => hash("sha256", text);

/** The line of the journal, or the content of the document; ends with a newline. */
export function encodeRecord(record: JournalRecord | CurrentDocument): string {
    return `${spelled(record).slice(0, -1)},"hash":"${record.hash}"}\n`;
}

/** The record that follows the one whose hash is `previous`; its line takes `bytes`, where the rest leaves room for it. */
export function chained(record: RecordBody & { padding?: string }, previous: string, bytes = 0): JournalRecord {
    const bare = { padding: "", ...record, previous };
    const length = bytes === 0 ? 0 : Buffer.byteLength(encodeRecord({ ...bare, hash: GENESIS }));
    const unhashed = { ...bare, padding: bare.padding + ".".repeat(Math.max(0, bytes - length)) };
    return { ...unhashed, hash: hashOf(spelled(unhashed)) };
}

/** The document to publish for a journal record. */
export function currentOf(record: JournalRecord): CurrentDocument {
    const { previous: _, padding: __, hash: chain, ...rest } = record;
    const unhashed = { ...rest, chain };
    return { ...unhashed, hash: hashOf(spelled(unhashed)) };
}

/** Whether the content is what its hash says. */
export function isIntact(record: JournalRecord | CurrentDocument): boolean {
    return hashOf(spelled(record)) === record.hash;
}

/** What a writer leaves beside its journal, to be told from others. */
export const JournalOwner = z.strictObject({
    /** The run of its process, as in its records. */
    run: z.string().min(1),
    pod: z.string().min(1),
    /** Of that pod; a container that is started again in it follows one that has ended. Empty outside Kubernetes. */
    podUid: z.string(),
    node: z.string(),
    /** Counted up while nothing else tells that it is there. */
    beat: z.int().nonnegative(),
    /** It has written its last record. */
    ended: z.boolean(),
});
export type JournalOwner = z.infer<typeof JournalOwner>;

/** Where on the share, relative to its root, the writers keep what they write. */
export const journal = {
    /** A folder of its own, so that a share with other data is not disturbed; in it one for each writer, by its name. */
    folder: "visibility",
    folderOf: (writer: string): string => `visibility/${writer}`,
    /** A DNS label: what Kubernetes takes as a name, and every file system as a folder. */
    writerPattern: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    /** Replaced as records are written. */
    current: "current.json",
    /** Segments are named by the sequence of their first record, so that names sort as numbers. */
    segment: (first: number): string => `journal-${String(first).padStart(12, "0")}.jsonl`,
    segmentPattern: /^journal-(\d{12})\.jsonl$/,
    /** Who writes it: the one with the highest number. Whoever takes over makes the next, which only one can. */
    owner: (generation: number): string => `writer-${String(generation).padStart(6, "0")}.json`,
    ownerPattern: /^writer-(\d{6})\.json$/,
    /** A longer line, newline included, is not a record. Six bytes for each of the message, as JSON may spell them. */
    maxLineBytes: 32_768,
    /** The longest message, in bytes of UTF-8. */
    maxMessageBytes: 4_096,
    /** At most so many segments exist: the oldest is deleted before a new one is begun. */
    segments: 4,
    /** The least that all segments together may take: a segment holds several of the longest lines. */
    minBytes: 1_048_576,
} as const;
