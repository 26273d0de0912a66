// A pod's log of its own readiness: that it becomes ready, and why it is not any
// more. A failed `pulumi up` quotes the last lines of a pod that does not become
// ready, and has nothing else of it to show.
import type { Verdict } from "./verdict";

/** An age that goes on growing is the same reason still. */
const withoutNumbers = (line: string): string => line.replaceAll(/\d+(\.\d+)?/g, "#");

export class VerdictLog {
    private told: string | undefined;

    constructor(private readonly say: (line: string) => void) {}

    /** Says it, when that is not what was said last. */
    tell({ ready, reason }: Verdict): void {
        const line = `${ready ? "ready" : "not ready"}: ${reason}`;
        const news = ready ? "ready" : withoutNumbers(line);
        if (news !== this.told) this.say(line);
        this.told = news;
    }
}
