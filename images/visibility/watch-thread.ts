// The thread of a reader, or of the check, that looks at the share (watch.ts)
// when that is worth it (rhythm.ts), and tells what it sees (reports.ts).
import { journal, type ShareSpace } from "@nfs-storage-stack/contract";
import type { SightMessage, WatchSettings } from "./messages";
import { Reports } from "./reports";
import { Rhythm } from "./rhythm";
import { shareFiles, shareSpace } from "./share-files";
import { Beat, tell } from "./thread";
import { monotonicMs } from "./time";
import { STALL_MS } from "./verdict";
import { isUntrue, Watch } from "./watch";

/** While something is wrong it is looked for at leisure: it costs the server as much as what is new. */
const WRONG_EVERY_MS = 500;
/** How much room there is: one more question to the server each time. */
const SPACE_EVERY_MS = 10_000;

export function runWatch(settings: WatchSettings, memory: SharedArrayBuffer): void {
    const { sharePath, name, pollIntervalMs } = settings;
    const watch = new Watch(shareFiles(sharePath, journal.folderOf(name)), settings);
    const { follower } = watch;
    const rhythm = new Rhythm(pollIntervalMs);
    const beat = new Beat(memory);
    const reports = new Reports();
    let space: ShareSpace | undefined;
    let askedAt = Number.NEGATIVE_INFINITY;

    while (!beat.stopped) {
        const live = follower.caughtUp;
        const begun = beat.begin();
        const sight = watch.look(monotonicMs);
        if (begun - askedAt >= SPACE_EVERY_MS) {
            space = shareSpace(sharePath);
            askedAt = begun;
        }
        const now = beat.end(begun, STALL_MS);
        const message = reports.add(sight, live, now, follower, { busyMs: beat.busyMs, stalls: beat.stalls, space });
        if (message) tell<SightMessage>(message);
        if (sight.more) continue;
        const last = sight.records.at(-1);
        const news = last && { ...last, records: sight.records.length, at: sight.verifiedAt };
        const wait = rhythm.wait(news, begun, now);
        const wrong = sight.lasting && isUntrue(sight.lasting);
        beat.sleep(wrong ? Math.max(wait, WRONG_EVERY_MS) : wait);
    }
}
