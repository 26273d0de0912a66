// The data that the writer puts on the share and the readers verify: a journal
// of chained records (new data) and one document that is replaced again and
// again (changed data).
import * as z from "zod";
import { digest } from "./canonical";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime({ precision: 3 });

/** What the first record of a share names as its predecessor. */
export const GENESIS = "0".repeat(64);

const body = z.strictObject({
    /** 1 for the first record of the share, then one more for each. */
    sequence: z.int().positive(),
    /** When it was written by the writer's own clock, to the millisecond, UTC. */
    time: instant,
    /** Name of the pod that wrote it. */
    writer: z.string().min(1),
    /** What the deployment was when it was written; see `revision` of Evidence. */
    revision: z.string().min(1),
    /** The configured message. */
    message: z.string(),
});

/** One line of the journal. */
export const JournalRecord = body.extend({
    /** Hash of the record before; GENESIS for the first. */
    previous: sha256,
    /** digest() of all the other properties. */
    hash: sha256,
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/**
 * The whole content of the file that is replaced atomically with every record:
 * `sequence` and `chain` name the record of the journal it was written with.
 */
export const CurrentDocument = body.extend({
    /** `hash` of the journal record of the same sequence. */
    chain: sha256,
    /** digest() of all the other properties. */
    hash: sha256,
});
export type CurrentDocument = z.infer<typeof CurrentDocument>;

export type RecordBody = z.infer<typeof body>;

/** The record that follows the one whose hash is `previous`. */
export function chained(record: RecordBody, previous: string): JournalRecord {
    const unhashed = { ...record, previous };
    return { ...unhashed, hash: digest(unhashed) };
}

/** The document to publish for a journal record. */
export function currentOf(record: JournalRecord): CurrentDocument {
    const { previous: _, hash: chain, ...rest } = record;
    const unhashed = { ...rest, chain };
    return { ...unhashed, hash: digest(unhashed) };
}

/** Whether the content is what its hash says. */
export function isIntact(record: JournalRecord | CurrentDocument): boolean {
    const { hash, ...unhashed } = record;
    return digest(unhashed) === hash;
}

/** Where on the share, relative to its root, the writer keeps what it writes. */
export const journal = {
    /** A folder of its own, so that a share with other data is not disturbed. */
    folder: "visibility",
    /** Replaced with every record. */
    current: "current.json",
    /** Segments are named by the sequence of their first record, so that names sort as numbers. */
    segment: (first: number): string => `journal-${String(first).padStart(12, "0")}.jsonl`,
    segmentPattern: /^journal-(\d{12})\.jsonl$/,
    /** A longer line, newline included, is not a record. Six bytes for each of the message, as JSON may spell them. */
    maxLineBytes: 32_768,
    /** The longest message, in bytes of UTF-8. */
    maxMessageBytes: 4_096,
    /** Records a segment; at 4 a second a segment lasts 40 minutes and takes about 4 MB. */
    recordsPerSegment: 10_000,
    /** Older segments are deleted, so that a forgotten lab does not fill its disk. */
    segmentsKept: 3,
} as const;
