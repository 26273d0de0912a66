// What a reader's page is told, by /state.json once and by /events as it goes
// on. Types only; the page (page/) and the reader (reader-facts.ts) share them.
import type { ReaderStatus, ShareSpace, VerdictKind } from "@nfs-storage-stack/contract";
import type { Second, Summary } from "./statistics";

export interface Place {
    pod: string;
    node: string;
}

export interface ShownRecord {
    sequence: number;
    time: string;
    writer: string;
    message: string;
    /** Null when it is not known: there before the reader came, or no clock to compare with. */
    delayMs: number | null;
}

/** The document that is replaced again and again. */
export interface ShownDocument {
    sequence: number;
    time: string;
    message: string;
    revision: string;
}

export interface ShownProbe {
    name: "startup" | "readiness" | "liveness";
    path: string;
    ok: boolean;
    answer: string;
    /** Since the kubelet asked last, and what it was answered; null when it has not asked. */
    askedAgoMs: number | null;
    answeredStatus: number | null;
}

export interface PageState {
    /** Goes up by one with each state of one reader's process. */
    version: number;
    /** Seconds of the reader's clock, which the seconds of `history` are counted by. */
    now: number;
    verdict: { kind: VerdictKind; ready: boolean; reason: string };
    /** Of the writer, and its folder on the share. */
    name: string;
    folder: string;
    reader: Place;
    /** Null while the writer does not answer. */
    writer: Place | null;
    storage: {
        claim: string;
        volume: string;
        /** As the mount has it: server:/path; null where the share is not a mount. */
        source: string | null;
        type: string | null;
        options: string[];
        path: string;
    };
    limits: { freshnessMs: number; pollIntervalMs: number };
    numbers: {
        recordsVerified: number;
        bytesVerified: number;
        lastSequence: number;
        lastRecordAgeMs: number | null;
        lastChangeAgeMs: number | null;
        delayMs: (Summary & { clockUncertainty: number }) | null;
        found: ReaderStatus["found"];
    };
    /** Null where the server does not tell. */
    space: ShareSpace | null;
    records: ShownRecord[];
    document: { before: ShownDocument | null; after: ShownDocument | null; delayMs: number | null };
    probes: ShownProbe[];
    /** The seconds since those that were sent before. */
    history: Second[];
}
