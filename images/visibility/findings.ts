// What the check has seen so far, whether that is enough, and the evidence made
// of it. Pure; check.ts does the looking.
import { EVIDENCE_MAX_BYTES, type Evidence, encodeEvidence } from "@nfs-storage-stack/contract";
import type { WriterClock } from "./clock";
import type { SeenRecord } from "./messages";
import { summaryOf } from "./statistics";

/** Of the revision's records so many (or all that are asked for, if less) must be seen to appear: for the delays. */
const LIVE_WANTED = 10;
/** Of so many the delays are kept. */
const MOST_DELAYS = 10_000;
/** The document must be seen to move on this often. */
const CHANGES_WANTED = 2;

export interface Wanted {
    revision: string;
    records: number;
}

export class Findings {
    records = 0;
    firstSequence = 0;
    lastSequence = 0;
    chainHead: string | null = null;
    live = 0;
    changes = 0;
    /** From the writer's clock to ours, not corrected by their offset. */
    private readonly rawDelays: { run: string; ms: number }[] = [];

    constructor(private readonly wanted: Wanted) {}

    /** Records of other revisions are verified as links of the chain, but are no proof for this one. */
    record(record: SeenRecord): void {
        if (record.revision !== this.wanted.revision) return;
        this.records++;
        this.firstSequence ||= record.sequence;
        this.lastSequence = record.sequence;
        this.chainHead = record.hash;
        if (record.live) {
            this.live++;
            this.rawDelays.push({ run: record.run, ms: record.seenAt - record.elapsedMs });
            if (this.rawDelays.length > MOST_DELAYS) this.rawDelays.shift();
        }
    }

    change(revision: string): void {
        if (revision === this.wanted.revision) this.changes++;
    }

    /** What is not there yet; undefined when all is. */
    missing(): string | undefined {
        const { records, revision } = this.wanted;
        const live = Math.min(LIVE_WANTED, records);
        if (this.records < records) {
            return `${this.records} of ${records} records of revision ${revision.slice(0, 12)} were seen`;
        }
        if (this.live < live) return `${this.live} of ${live} records were seen to appear`;
        if (this.changes < CHANGES_WANTED) {
            return `the replaced document was seen to change ${this.changes} of ${CHANGES_WANTED} times`;
        }
        return undefined;
    }

    get changedDataSeen(): boolean {
        return this.changes >= CHANGES_WANTED;
    }

    /** The delays by one clock, estimated before and after: what lies between the two estimates is not known either. */
    delays(before: WriterClock | undefined, after: WriterClock | undefined): Evidence["delayMs"] {
        if (!before || !after) return null;
        const summary = summaryOf(this.rawDelays.filter(({ run }) => run === after.run).map(({ ms }) => ms));
        if (!summary) return null;
        // A writer that restarted in between has another clock.
        const first = before.run === after.run ? before : after;
        const offset = (first.offsetMs + after.offsetMs) / 2;
        const uncertainty =
            Math.max(first.uncertaintyMs, after.uncertaintyMs) + Math.abs(first.offsetMs - after.offsetMs) / 2;
        const rounded = (ms: number): number => Math.round(ms * 10) / 10;
        return {
            p50: rounded(summary.p50 + offset),
            p99: rounded(summary.p99 + offset),
            max: rounded(summary.max + offset),
            clockUncertainty: rounded(uncertainty),
        };
    }
}

/** The evidence as a termination message; what could make it too long is cut, the longest parts first. */
export function fittingEvidence(evidence: Evidence): string {
    const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
    const options = (list: string[], length: number): string[] => {
        let size = 0;
        return list.filter((option) => {
            size += Buffer.byteLength(option) + 3;
            return size <= length;
        });
    };
    const attempts: Evidence[] = [
        evidence,
        { ...evidence, reason: cut(evidence.reason, 300) },
        {
            ...evidence,
            revision: cut(evidence.revision, 128),
            reason: cut(evidence.reason, 200),
            writer: { pod: cut(evidence.writer.pod, 64), node: cut(evidence.writer.node, 64) },
            checker: { pod: cut(evidence.checker.pod, 64), node: cut(evidence.checker.node, 64) },
            mountOptions: {
                requested: options(evidence.mountOptions.requested, 600),
                observed: options(evidence.mountOptions.observed, 600),
            },
        },
    ];
    for (const attempt of attempts) {
        try {
            return encodeEvidence(attempt);
        } catch (error) {
            if (!(error instanceof RangeError)) throw error;
        }
    }
    throw new RangeError(`the evidence does not fit ${EVIDENCE_MAX_BYTES} bytes: ${evidence.reason.slice(0, 200)}`);
}
