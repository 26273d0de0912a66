// What a reader says of itself, for a terminal. Pure.
import type { ReaderStatus } from "../contract/src";
import { mebibytes, milliseconds, rowsText } from "./rows";

/** Several lines of text, ending with a newline. */
export function describeReader(status: ReaderStatus): string {
    const { delayMs: delay, changeDelayMs: late, found } = status;
    const wrong = Object.entries(found).filter(([, times]) => times > 0);
    const age = status.lastRecordAgeMs;
    return rowsText([
        ["verdict", `${status.verdict}: ${status.reason}`],
        ["read by", `${status.pod} on ${status.node}`],
        ["journal of", status.name],
        ["records verified", `${status.recordsVerified} (the last is ${status.lastSequence})`],
        ["changes seen", `${status.changesSeen}${late ? `, ${delayText(late)}` : ""}`],
        ["newest record", age === null ? "none seen to arrive" : `${(age / 1000).toFixed(1)} s ago`],
        [
            "delay",
            delay
                ? `${delayText(delay)} (clocks agree within ${milliseconds(delay.clockUncertainty)})`
                : "not measured",
        ],
        ["room", roomText(status.space)],
        ["found wrong", wrong.length === 0 ? "nothing" : wrong.map(([kind, times]) => `${kind} ${times}`).join(", ")],
    ]);
}

function roomText(space: ReaderStatus["space"]): string {
    if (space === null) return "not told by the server";
    const part = space.freeBytes / space.sizeBytes;
    const text = `${mebibytes(space.freeBytes)} of ${mebibytes(space.sizeBytes)} free (${Math.round(part * 100)} %)`;
    return space.low ? `${text}: the share fills up; raise the setting capacity, or delete` : text;
}

const delayText = ({ p50, p99, max }: { p50: number; p99: number; max: number }): string =>
    `median ${milliseconds(p50)}, p99 ${milliseconds(p99)}, longest ${milliseconds(max)}`;
