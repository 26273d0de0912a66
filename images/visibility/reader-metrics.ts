// A reader's metrics. docs/monitoring.md says what to make of them. Pure.
import { inSeconds, labelled, type Metric, single } from "../common/metrics";
import { histogramMetric } from "./metrics";
import type { ReaderFacts } from "./reader-facts";

export function readerMetrics(facts: ReaderFacts, now: number): Metric[] {
    const { recordsVerified, bytesVerified, lastSequence, lastRecordAgeMs, lastChangeAgeMs, found } =
        facts.numbers(now);
    return [
        single("counter", "nfs_visibility_records_verified_total", "Records verified.", recordsVerified),
        single("counter", "nfs_visibility_bytes_verified_total", "Bytes of the journal verified.", bytesVerified),
        single("counter", "nfs_visibility_changes_seen_total", "Times the document moved on.", facts.changesSeen),
        labelled(
            "counter",
            "nfs_visibility_problems_total",
            "Times that data was found missing, torn, altered, disordered or contested, and was so for a while.",
            "kind",
            found,
        ),
        single("gauge", "nfs_visibility_last_sequence", "Sequence of the last verified record.", lastSequence),
        single(
            "gauge",
            "nfs_visibility_last_record_age_seconds",
            "Since a new record was verified.",
            inSeconds(lastRecordAgeMs),
        ),
        single(
            "gauge",
            "nfs_visibility_last_change_age_seconds",
            "Since the document was seen to move on.",
            inSeconds(lastChangeAgeMs),
        ),
        single("gauge", "nfs_visibility_share_size_bytes", "What the share holds in all.", facts.space?.sizeBytes),
        single("gauge", "nfs_visibility_share_free_bytes", "What of it may still be written.", facts.space?.freeBytes),
        single("counter", "nfs_visibility_looks_total", "Looks at the share.", facts.looks),
        single(
            "gauge",
            "nfs_visibility_clock_uncertainty_seconds",
            "How far a delay can be from the truth, as two clocks tell it.",
            inSeconds(facts.clock?.uncertaintyMs),
        ),
        histogramMetric(
            "nfs_visibility_delay_seconds",
            "From the moment a record was written, by the writer's clock, to its verification here.",
            facts.delays,
        ),
        histogramMetric(
            "nfs_visibility_change_delay_seconds",
            "The same until the document that is replaced shows that record, or a later one.",
            facts.changeDelays,
        ),
    ];
}
