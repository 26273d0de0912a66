// What a reader says of itself, for a terminal. Pure.
import type { ReaderStatus } from "../contract/src";
import { milliseconds, rowsText } from "./rows";

/** Several lines of text, ending with a newline. */
export function describeReader(status: ReaderStatus): string {
    const { delayMs: delay, found } = status;
    const wrong = Object.entries(found).filter(([, times]) => times > 0);
    const age = status.lastRecordAgeMs;
    return rowsText([
        ["verdict", `${status.verdict}: ${status.reason}`],
        ["read by", `${status.pod} on ${status.node}`],
        ["journal of", status.name],
        ["records verified", `${status.recordsVerified} (the last is ${status.lastSequence})`],
        ["changes seen", String(status.changesSeen)],
        ["newest record", age === null ? "none seen to arrive" : `${(age / 1000).toFixed(1)} s ago`],
        [
            "delay",
            delay
                ? `median ${milliseconds(delay.p50)}, p99 ${milliseconds(delay.p99)}, longest ${milliseconds(delay.max)} (clocks agree within ${milliseconds(delay.clockUncertainty)})`
                : "not measured",
        ],
        ["found wrong", wrong.length === 0 ? "nothing" : wrong.map(([kind, times]) => `${kind} ${times}`).join(", ")],
    ]);
}
