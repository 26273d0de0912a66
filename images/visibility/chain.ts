// Follows the journal: which bytes are whole records, and whether each is the
// successor of the one before. Pure; follower.ts feeds it with what it reads,
// tail.ts uses it to look at a journal that a crash may have left torn.
import { encodeRecord, GENESIS, isIntact, JournalRecord, journal, type VerdictKind } from "@nfs-storage-stack/contract";

/** The last record of what was verified, and who wrote it. */
export type Head = Pick<JournalRecord, "sequence" | "hash" | "run" | "writer">;
export const headOf = ({ sequence, hash, run, writer }: JournalRecord): Head => ({ sequence, hash, run, writer });

/** How far a segment has been verified. */
export interface SegmentState {
    /** Sequence of its first record, from its name. */
    first: number;
    /** Bytes that were verified; the next record begins here. */
    offset: number;
    /** Records in these. */
    count: number;
    /** The last record verified, of this or of an earlier segment; undefined when none is known. */
    head: Head | undefined;
}

/** What can be wrong with what is on the share. */
export type ProblemKind = Extract<
    VerdictKind,
    "absent" | "unreadable" | "missing" | "torn" | "altered" | "disordered" | "contested"
>;
export interface Problem {
    kind: ProblemKind;
    reason: string;
}

export interface Step {
    state: SegmentState;
    records: JournalRecord[];
    /** Why the bytes behind `state.offset` are not verified, when there are some. */
    problem: Problem | undefined;
}

const NEWLINE = 0x0a;
/** Bytes that are not UTF-8 must not pass as the replacement character. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const enterSegment = (first: number, head: Head | undefined): SegmentState => ({
    first,
    offset: 0,
    count: 0,
    head,
});

/** One line of the journal as a record; otherwise what is wrong with it. */
export function parseRecord(line: Buffer): JournalRecord | string {
    let text: string;
    let value: unknown;
    try {
        text = utf8.decode(line);
        value = JSON.parse(text);
    } catch {
        return `is not a record: ${JSON.stringify(line.subarray(0, 60).toString("latin1"))}`;
    }
    const parsed = JournalRecord.safeParse(value);
    if (!parsed.success) return "does not have the properties of a record";
    if (!isIntact(parsed.data))
        return `(sequence ${parsed.data.sequence}) does not have the content that its hash names`;
    // The same content spelled in other bytes is altered data all the same.
    if (`${text}\n` !== encodeRecord(parsed.data)) return "is not spelled as it was written";
    return parsed.data;
}

/** Why the record cannot follow; undefined when it does. */
function misfit(record: JournalRecord, state: SegmentState): Problem | undefined {
    const { head } = state;
    const expected = head ? head.sequence + 1 : state.first;
    if (record.sequence !== expected) {
        return {
            kind: record.sequence > expected ? "missing" : "disordered",
            reason: `has sequence ${record.sequence}; ${expected} was expected`,
        };
    }
    const previous = head?.hash ?? (record.sequence === 1 ? GENESIS : undefined);
    if (previous !== undefined && record.previous !== previous) {
        return {
            kind: "altered",
            reason: `(sequence ${record.sequence}) does not name the record before it as its predecessor`,
        };
    }
    return undefined;
}

/** What is wrong where two writers continue one journal. */
export const contestBetween = (one: string, other: string): Problem => ({
    kind: "contested",
    reason: `two writers continue one journal: ${one} and ${other}`,
});

/**
 * Whether bytes that can't be verified are what two writers leave: a run of the writer's process that comes back after
 * another one began. One that follows on another never does.
 */
function contest(head: Head | undefined, rest: Buffer): Problem | undefined {
    const turns: Pick<Head, "run" | "writer">[] = head ? [head] : [];
    for (let start = 0, end = rest.indexOf(NEWLINE); end >= 0; start = end + 1, end = rest.indexOf(NEWLINE, start)) {
        const record = parseRecord(rest.subarray(start, end));
        if (typeof record === "string" || record.run === turns.at(-1)?.run) continue;
        const before = turns.at(-1);
        if (before && turns.some(({ run }) => run === record.run)) return contestBetween(before.writer, record.writer);
        turns.push(record);
    }
    return undefined;
}

/** Verifies the bytes that begin at `state.offset`, up to the first that cannot be. */
export function advance(state: SegmentState, bytes: Buffer): Step {
    const records: JournalRecord[] = [];
    let { offset, count, head } = state;
    let start = 0;
    const stop = (kind: ProblemKind, what: string): Step => ({
        state: { first: state.first, offset, count, head },
        records,
        problem:
            (kind === "torn" ? undefined : contest(head, bytes.subarray(start))) ??
            ({ kind, reason: `${journal.segment(state.first)}, line ${count + 1} ${what}` } satisfies Problem),
    });
    for (;;) {
        const end = bytes.indexOf(NEWLINE, start);
        const length = (end < 0 ? bytes.length : end + 1) - start;
        if (length > journal.maxLineBytes) return stop("altered", `is longer than ${journal.maxLineBytes} bytes`);
        if (end < 0) {
            if (start < bytes.length)
                return stop("torn", `has no end: ${bytes.length - start} bytes without a newline`);
            return { state: { first: state.first, offset, count, head }, records, problem: undefined };
        }
        const record = parseRecord(bytes.subarray(start, end));
        if (typeof record === "string") return stop("altered", record);
        const wrong = misfit(record, { first: state.first, offset, count, head });
        if (wrong) return stop(wrong.kind, wrong.reason);
        records.push(record);
        head = headOf(record);
        count++;
        offset += end + 1 - start;
        start = end + 1;
    }
}
