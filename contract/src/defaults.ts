// What the writer, the readers and the check do unless they are told otherwise,
// and why: for the app itself and for the program that configures its pods.

export const clientDefaults = {
    /** Four a second: a second of delay is visible to the eye, and the journal lasts for more than two hours. */
    writeIntervalMs: 250,
    /** As long as what it says. */
    recordBytes: 0,
    /** Each record is safe by itself: what is lost with a writer is at most the one it is writing. */
    recordsPerSync: 1,
    /** A quarter of the smallest volume, and some 40,000 records, verified in seconds by a reader that comes. */
    journalBytes: 16_777_216,
    /** What the delay is measured with: a p99 of 0.1 s needs looks much closer than that. */
    pollIntervalMs: 50,
    /** One part of 64 KiB a second costs a reader a fraction of a percent of a core: the whole journal in some 4 minutes. */
    auditIntervalMs: 1_000,
    /** Longer than a client's cache keeps (actimeo=1). */
    patienceMs: 2_000,
    /** Many write intervals and the second of attribute cache: what is older means that something stands still. */
    freshnessMs: 10_000,
    /** 5 s of records at the usual interval: enough for a median and for the document to move on. */
    checkRecords: 20,
    checkTimeoutMs: 60_000,
} as const;
