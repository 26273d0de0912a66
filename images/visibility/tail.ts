// What the writer does with the journal that it finds at its start: continue it,
// cut off what a crash left unfinished, or refuse because data that was safely
// written is missing or damaged. Pure; journal.ts does it.
import { type CurrentDocument, journal } from "@nfs-storage-stack/contract";
import { advance, enterSegment, type Head, parseRecord, type SegmentState } from "./chain";

export interface Continuation {
    /** The segment to continue, and how many of its bytes to keep: the rest is cut off. */
    segment: SegmentState;
    cutBytes: number;
}

/** The journal must not be continued: somebody has to look at it. */
export class DamagedJournal extends Error {
    override name = "DamagedJournal";
    constructor(what: string) {
        super(`${what}; the journal is not continued, because that would hide the damage`);
    }
}

/** Whether any whole record is in there: then what is before it is damage, not the end of a crash. */
function holdsRecord(bytes: Buffer): boolean {
    let start = 0;
    for (;;) {
        const end = bytes.indexOf("\n", start);
        if (end < 0) return false;
        if (typeof parseRecord(bytes.subarray(start, end)) !== "string") return true;
        start = end + 1;
    }
}

/**
 * @param first sequence that names the last segment
 * @param content all of that segment
 * @param before last record of the segment before it, when there is one
 * @param current the `current` document, when there is an intact one: its record had been synced to the journal
 * @throws DamagedJournal
 */
export function continuation(
    first: number,
    content: Buffer,
    before: Head | undefined,
    current: CurrentDocument | undefined,
): Continuation {
    if (before && first !== before.sequence + 1) {
        throw new DamagedJournal(`${journal.segment(first)} does not follow record ${before.sequence}`);
    }
    if (!before && first !== 1 && content.length === 0) {
        throw new DamagedJournal(`${journal.segment(first)} is empty and the segment before it is gone`);
    }
    const { state, problem } = advance(enterSegment(first, before), content);
    const rest = content.subarray(state.offset);
    // A crash leaves a line cut off, or pages of zeros that were never filled; both at the end.
    if (problem && holdsRecord(rest)) {
        throw new DamagedJournal(problem.reason);
    }
    const last = state.head?.sequence ?? 0;
    if (current && current.sequence > last) {
        throw new DamagedJournal(
            `${journal.current} names record ${current.sequence}, which was safely written, but the journal ends at ${last}` +
                (problem ? ` (${problem.reason})` : ""),
        );
    }
    if (current && current.sequence === last && current.chain !== state.head?.hash) {
        throw new DamagedJournal(`${journal.current} and the journal hold different records ${last}`);
    }
    return { segment: state, cutBytes: rest.length };
}
