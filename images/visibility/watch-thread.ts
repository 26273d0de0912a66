// The thread of a reader, or of the check, that looks at the share (watch.ts)
// when that is worth it (rhythm.ts), and tells what it sees.
import { type JournalRecord, journal } from "@nfs-storage-stack/contract";
import type { SeenRecord, SightMessage, WatchSettings } from "./messages";
import { Rhythm } from "./rhythm";
import { shareFiles } from "./share-files";
import { Beat, tell } from "./thread";
import { STALL_MS } from "./verdict";
import { isUntrue, type Sight, Watch } from "./watch";

/** While something is wrong it is looked for at leisure: it costs the server as much as what is new. */
const WRONG_EVERY_MS = 500;

const seen = ({ padding: _, previous: __, ...rest }: JournalRecord): SeenRecord => rest;

export function runWatch(settings: WatchSettings, memory: SharedArrayBuffer): void {
    const { sharePath, name, pollIntervalMs } = settings;
    const watch = new Watch(shareFiles(sharePath, journal.folderOf(name)), settings);
    const { follower } = watch;
    const rhythm = new Rhythm(pollIntervalMs);
    const beat = new Beat(memory);
    let told = "";
    let looks = 0;
    let stalls = 0;

    function report(sight: Sight, live: boolean, seenAt: number): void {
        const { problem, lasting, changed } = sight;
        const state = [problem?.reason, lasting?.reason, follower.caughtUp].join("|");
        const news = sight.records.length > 0 || changed !== undefined || state !== told || beat.stalls !== stalls;
        if (!news) return;
        told = state;
        stalls = beat.stalls;
        tell<SightMessage>({
            records: sight.records.map(seen),
            bytes: sight.bytes,
            seenAt,
            live,
            changed,
            problem,
            lasting,
            caughtUp: follower.caughtUp,
            headSequence: follower.headSequence,
            chainHead: follower.chainHead,
            currentSequence: follower.lastCurrentSequence,
            looks,
            busyMs: beat.busyMs,
            stalls,
        });
        looks = 0;
    }

    while (!beat.stopped) {
        const live = follower.caughtUp;
        const begun = beat.begin();
        const sight = watch.look(begun);
        const now = beat.end(begun, STALL_MS);
        looks++;
        report(sight, live, now);
        if (sight.more) continue;
        const last = sight.records.at(-1);
        const wait = rhythm.wait(last && { ...last, records: sight.records.length }, now);
        const wrong = sight.lasting && isUntrue(sight.lasting);
        beat.sleep(wrong ? Math.max(wait, WRONG_EVERY_MS) : wait);
    }
}
