// Messages of Kubernetes as people read them: once, short, and the cause first. Pure.
import type { Obj } from "../plugin/values";

/** An image by digest is named three times in what containerd says; once is enough, and then why. */
export const brief = (message: string): string =>
    mountText(message).replace(/failed to (?:pull and unpack image|resolve reference|resolve image) "[^"]+": /g, "");

/** The kubelet says how it called mount, and on the last line what that said: here first what it said. */
export function mountText(message: string): string {
    const form =
        /mount failed: exit status \d+\nMounting command: \S+\nMounting arguments: (.*) \S+\nOutput: ([\s\S]*?)\s*$/;
    return message.replace(form, "$2 (mount $1)");
}

/** A termination message, or a line of a log, may take 4 KiB; what matters in it comes first. */
const LENGTH = 400;
export const shortened = (text: string): string => (text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text);

const timeOf = (event: Obj): string =>
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? "";

export const eventText = (event: Obj): string =>
    brief(String(event.message ?? ""))
        .replace(/^\(combined from similar events\): /, "")
        .trim();

/** Oldest first. */
export const inTime = (events: readonly Obj[]): Obj[] => [...events].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
