// What the writer and the readers say of themselves at /status.json and /clock:
// read by the check, by tests and by people.
import * as z from "zod";

/** Answer of /clock: the wall clock of the pod, milliseconds since 1970, when the request came and when it left. */
export const ClockReading = z.object({ receive: z.number(), transmit: z.number() });
export type ClockReading = z.infer<typeof ClockReading>;

const common = {
    pod: z.string(),
    node: z.string(),
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
});
export type WriterStatus = z.infer<typeof WriterStatus>;

export const ReaderStatus = z.object({
    role: z.literal("reader"),
    ...common,
    recordsVerified: z.int().nonnegative(),
    lastSequence: z.int().nonnegative(),
    chainHead: z.string().nullable(),
    /** Sequence of the last intact `current` document, and how often it was seen to move on. */
    currentSequence: z.int().nonnegative(),
    changesSeen: z.int().nonnegative(),
    lastRecordAgeMs: z.number().nullable(),
    delayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number(), clockUncertainty: z.number() }).nullable(),
    /** How long the operation on the share that is going on has been waiting. */
    waitingForShareMs: z.number(),
    /** How often verification failed and was begun again. */
    failures: z.int().nonnegative(),
});
export type ReaderStatus = z.infer<typeof ReaderStatus>;
