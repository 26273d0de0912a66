// From what was seen of a cluster's supervisor to what a command can do with the cluster. Pure: running.ts looks.
import type { ClusterStatus } from "./status";

/** "no answer": its process is there, and said nothing in time. */
export type Seen = "no supervisor" | "no answer" | ClusterStatus;

export type Verdict = "usable" | "not running" | { wait: string };

/** `wait` says why it can't be used yet, as the end of "for 10 s ...". */
export function verdictOn(seen: Seen): Verdict {
    if (seen === "no supervisor") return "not running";
    if (seen === "no answer") return { wait: "its supervisor has not answered" };
    switch (seen.state) {
        case "ready":
            return "usable";
        case "starting":
            return { wait: `it has been starting${withList(stillRunning(seen))}` };
        case "stopping":
            return { wait: `it has been stopping${withList(stillRunning(seen))}` };
        // Whoever needs it starts it anew, which ends what is left of it.
        case "failed":
        case "stopped":
            return "not running";
    }
}

/** What a start, or a stop, still waits for. */
export function stillRunning(status: ClusterStatus): string {
    return status.components
        .filter(({ state }) => state !== "stopped" && state !== (status.state === "stopping" ? "waiting" : "running"))
        .map(({ name, state }) => (status.state === "stopping" ? name : `${name} ${state}`))
        .join(", ");
}

const withList = (list: string): string => (list === "" ? "" : ` (${list})`);
