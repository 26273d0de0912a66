// Looks at the share again and again and says what lasts: a line that is being
// written looks torn for a moment, and a client's cache may be a moment behind
// on one file and not on another. Pure but for the files and the clock that it
// is given; the readers and the check run it in a thread of their own
// (share-thread.ts).
import type { Problem } from "./chain";
import type { ShareFiles } from "./files";
import { Follower, type FollowerOptions, type Look } from "./follower";

export interface WatchOptions extends FollowerOptions {
    /** How long something may look wrong before it is called so. */
    patienceMs: number;
}

/** Something that was wrong for so long is looked at as by one who comes anew: a new journal may have been begun. */
const ANEW_AFTER_MS = 30_000;

export interface Sight extends Look {
    /** What is wrong and has been for a while, until all is verified again without it. */
    lasting: Problem | undefined;
}

/** Whether that means that data is not what was written; otherwise it is not there (yet). */
export const isUntrue = ({ kind }: Problem): boolean =>
    kind === "missing" || kind === "altered" || kind === "disordered" || kind === "contested";

export class Watch {
    readonly follower: Follower;
    /** Since when every look found something wrong. */
    private since: number | undefined;
    private anewAt = Number.POSITIVE_INFINITY;
    private lasting: Problem | undefined;

    constructor(
        files: ShareFiles,
        private readonly options: WatchOptions,
    ) {
        this.follower = new Follower(files, options);
    }

    look(clock: () => number): Sight {
        const look = this.follower.look(clock);
        const now = look.verifiedAt;
        if (look.problem) this.wrong(look.problem, now);
        else if (!look.more) this.right();
        return { ...look, lasting: this.lasting };
    }

    private wrong(problem: Problem, now: number): void {
        this.since ??= now;
        if (now - this.since < this.options.patienceMs) return;
        if (this.lasting === undefined || now < this.anewAt) {
            this.anewAt = Math.min(this.anewAt, now + ANEW_AFTER_MS);
        } else {
            this.anewAt = now + ANEW_AFTER_MS;
            if (isUntrue(problem)) this.follower.restart();
        }
        this.lasting = problem;
    }

    private right(): void {
        this.since = undefined;
        // After a begin anew nothing is known to be right before all of it was verified.
        if (!this.follower.caughtUp) return;
        this.lasting = undefined;
        this.anewAt = Number.POSITIVE_INFINITY;
    }
}
