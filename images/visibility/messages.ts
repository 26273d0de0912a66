// What the threads that work on the share tell the main thread, and what they
// are started with. Types only: copies cross between threads.
import type { JournalRecord, ShareSpace } from "@nfs-storage-stack/contract";
import type { Problem } from "./chain";
import type { RunClock } from "./time";

export interface WatchSettings {
    sharePath: string;
    /** Of the writer, whose folder it is. */
    name: string;
    pollIntervalMs: number;
    auditIntervalMs: number;
    patienceMs: number;
}

/** A record as it is told: without what only the verification needs. */
export interface SeenRecord extends Omit<JournalRecord, "padding" | "previous"> {
    /** By our clock that only goes forward, just after it was verified. */
    seenAt: number;
    /** It was not there when everything had first been verified: its delay means something. */
    live: boolean;
}
export type SeenDocument = Omit<JournalRecord, "padding" | "previous" | "hash">;

export interface ShareLoad {
    /** Milliseconds that operations on the share have taken in all, and how many of them a second or longer. */
    busyMs: number;
    stalls: number;
}

export interface SightMessage extends ShareLoad {
    /** As it was told last; undefined before, and where the server does not tell. */
    space: ShareSpace | undefined;
    /** Since the last message. */
    records: SeenRecord[];
    bytes: number;
    looks: number;
    /** When the last look ended, which the rest is of; by our clock that only goes forward. */
    seenAt: number;
    changed: SeenDocument | undefined;
    /** What is wrong just now, and what is wrong and has been for a while. */
    problem: Problem | undefined;
    lasting: Problem | undefined;
    caughtUp: boolean;
    headSequence: number;
    chainHead: string | null;
    currentSequence: number;
}

export interface WriterThreadSettings {
    sharePath: string;
    name: string;
    pod: string;
    podUid: string;
    node: string;
    revision: string;
    message: string;
    writeIntervalMs: number;
    recordBytes: number;
    recordsPerSync: number;
    journalBytes: number;
    clock: RunClock;
}

export interface WrittenMessage extends ShareLoad {
    /** The last record that is safe on the share; undefined when there is none. */
    head: { sequence: number; hash: string } | undefined;
    /** Records that became safe, and what they take. */
    records: number;
    bytes: number;
    /** How long they took. */
    writeMs: number | undefined;
    /** By our clock that only goes forward. */
    at: number;
    /** Of the last attempt, when it failed. */
    error: string | undefined;
    /** An attempt failed just now. */
    failed: boolean;
    journalBytes: number;
    /** For the log. */
    say: string | undefined;
}
