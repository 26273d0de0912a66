// What the writer and the readers say of themselves at /status.json and /clock:
// read by the check, by tests and by people.
import * as z from "zod";

/**
 * Answer of /clock: which run of the process answers, and by its own clock, in milliseconds, when the request came and
 * when the answer left. Records name the same run and clock.
 */
export const ClockReading = z.object({ run: z.string(), receive: z.number(), transmit: z.number() });
export type ClockReading = z.infer<typeof ClockReading>;

/** What a reader finds; all but "fresh" are reasons not to be ready. */
export const verdictKinds = [
    /** Verified, new and changing. */
    "fresh",
    /** Verifying what was there before it came. */
    "starting",
    /** Nothing has been written yet. */
    "absent",
    /** What is there is true, but nothing new came for too long. */
    "stale",
    /** An operation on the share does not come back. */
    "silent",
    /** The share answers with an error. */
    "unreadable",
    /** Records, or files of them, that were written are not there. */
    "missing",
    /** A record has no end, and does not get one. */
    "torn",
    /** A record, or the replaced document, is not what was written. */
    "altered",
    /** A record is intact, but not where it belongs. */
    "disordered",
    /** Two writers continue one journal, each as if it were alone. */
    "contested",
] as const;
export type VerdictKind = (typeof verdictKinds)[number];

const common = {
    pod: z.string(),
    node: z.string(),
    /** Whose journal it is: the name of the folder. */
    name: z.string(),
    ready: z.boolean(),
    /** One line: why it is ready, or why not. */
    reason: z.string(),
};

export const WriterStatus = z.object({
    role: z.literal("writer"),
    ...common,
    revision: z.string(),
    /** Records written by this process; those before its start are not in it. */
    recordsWritten: z.int().nonnegative(),
    /** Of the last record that is safe on the share, by whatever process; 0 when there is none. */
    lastSequence: z.int().nonnegative(),
    chainHead: z.string().nullable(),
    lastWriteAgeMs: z.number().nullable(),
    /** How long a record takes, journal and document, synced. */
    writeMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }).nullable(),
    errors: z.int().nonnegative(),
    /** Bytes that the journal takes, and may take. */
    journalBytes: z.int().nonnegative(),
    journalLimitBytes: z.int().positive(),
});
export type WriterStatus = z.infer<typeof WriterStatus>;

/** Of the share, as the server tells every client: what it holds, and what of that a client may still take. */
export const ShareSpace = z.object({
    sizeBytes: z.number().positive(),
    freeBytes: z.number().nonnegative(),
    /** Less than a tenth is free. */
    low: z.boolean(),
});
export type ShareSpace = z.infer<typeof ShareSpace>;

export const ReaderStatus = z.object({
    role: z.literal("reader"),
    ...common,
    verdict: z.enum(verdictKinds),
    recordsVerified: z.int().nonnegative(),
    bytesVerified: z.int().nonnegative(),
    lastSequence: z.int().nonnegative(),
    chainHead: z.string().nullable(),
    /** Sequence of the last intact `current` document, and how often it was seen to move on. */
    currentSequence: z.int().nonnegative(),
    changesSeen: z.int().nonnegative(),
    lastRecordAgeMs: z.number().nullable(),
    delayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number(), clockUncertainty: z.number() }).nullable(),
    /** The same for the document: from the moment a record was written to the look that showed it, or a later one, in it. */
    changeDelayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }).nullable(),
    /** How long the operation on the share that is going on has been waiting. */
    waitingForShareMs: z.number(),
    /** Null where the server does not tell. */
    space: ShareSpace.nullable(),
    /** How often something was found wrong, by what it was. */
    found: z.object({
        missing: z.int().nonnegative(),
        torn: z.int().nonnegative(),
        altered: z.int().nonnegative(),
        disordered: z.int().nonnegative(),
        contested: z.int().nonnegative(),
    }),
});
export type ReaderStatus = z.infer<typeof ReaderStatus>;
