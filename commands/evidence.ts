// Evidence, for people: what was proven, by whom, when.
import { type Evidence, Evidence as schema } from "../contract/src";
import { milliseconds, rowsText } from "./rows";

/** The evidence of a stack's outputs, or undefined when there is none yet. */
export function evidenceOf(outputs: Record<string, unknown>): Evidence | undefined {
    const parsed = schema.safeParse(outputs.visibility);
    return parsed.success ? parsed.data : undefined;
}

/** Several lines of text, ending with a newline. */
export function describeEvidence(evidence: Evidence): string {
    const { delayMs: delay } = evidence;
    return rowsText([
        ["verdict", `${evidence.verdict}: ${evidence.reason}`],
        ["written by", `${evidence.writer.pod} on ${evidence.writer.node}`],
        ["read by", `${evidence.checker.pod} on ${evidence.checker.node}`],
        ["records verified", `${evidence.records} (${evidence.firstSequence} to ${evidence.lastSequence})`],
        ["changed data seen", evidence.changedDataSeen ? "yes" : "no"],
        [
            "delay",
            delay
                ? `median ${milliseconds(delay.p50)}, p99 ${milliseconds(delay.p99)}, longest ${milliseconds(delay.max)} (clocks agree within ${milliseconds(delay.clockUncertainty)})`
                : "not measured",
        ],
        ["mount options seen", evidence.mountOptions.observed.join(",")],
        ["revision", evidence.revision],
        ["checked at", evidence.checkedAt],
    ]);
}
