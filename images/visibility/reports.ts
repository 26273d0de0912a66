// What a thread that watches the share tells, and when: at once what changes
// anybody's mind, records a few times a second. A message wakes the other
// thread, which costs a dozen system calls; a record costs none. Pure: time
// comes as an argument.
import type { JournalRecord, ShareSpace } from "@nfs-storage-stack/contract";
import type { Follower } from "./follower";
import type { SeenRecord, ShareLoad, SightMessage } from "./messages";
import type { Sight } from "./watch";

/** As often as an open page is sent its state, and as the document is looked at, which is told at once. */
export const TELL_EVERY_MS = 500;
/** While a whole journal is being verified. */
const MOST_RECORDS = 500;

const seen = ({ padding: _, previous: __, ...rest }: JournalRecord, seenAt: number, live: boolean): SeenRecord => ({
    ...rest,
    seenAt,
    live,
});

type Known = Pick<Follower, "caughtUp" | "headSequence" | "chainHead" | "lastCurrentSequence">;

export class Reports {
    private records: SeenRecord[] = [];
    private bytes = 0;
    private looks = 0;
    private state = "";
    private stalls = 0;
    private toldAt = Number.NEGATIVE_INFINITY;

    /**
     * @param live whether all had been verified before this look
     * @returns what is to be told now, of this look and those before
     */
    add(
        sight: Sight,
        live: boolean,
        seenAt: number,
        follower: Known,
        load: ShareLoad & { space?: ShareSpace | undefined },
    ): SightMessage | undefined {
        const { problem, lasting, changed } = sight;
        for (const record of sight.records) this.records.push(seen(record, sight.verifiedAt, live));
        this.bytes += sight.bytes;
        this.looks++;
        const state = [problem?.reason, lasting?.reason, follower.caughtUp].join("|");
        const urgent = changed !== undefined || state !== this.state || load.stalls !== this.stalls;
        const { length } = this.records;
        const due = length >= MOST_RECORDS || (length > 0 && seenAt - this.toldAt >= TELL_EVERY_MS);
        if (!urgent && !due) return undefined;
        const message: SightMessage = {
            records: this.records,
            bytes: this.bytes,
            looks: this.looks,
            seenAt,
            changed,
            problem,
            lasting,
            caughtUp: follower.caughtUp,
            headSequence: follower.headSequence,
            chainHead: follower.chainHead,
            currentSequence: follower.lastCurrentSequence,
            busyMs: load.busyMs,
            stalls: load.stalls,
            space: load.space,
        };
        this.state = state;
        this.stalls = load.stalls;
        this.toldAt = seenAt;
        this.records = [];
        this.bytes = 0;
        this.looks = 0;
        return message;
    }
}
