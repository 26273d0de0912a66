// The thread of a reader, or of the check, that looks at the share (watch.ts)
// when that is worth it (rhythm.ts), and tells what it sees (reports.ts).
import { journal } from "@nfs-storage-stack/contract";
import type { SightMessage, WatchSettings } from "./messages";
import { Reports } from "./reports";
import { Rhythm } from "./rhythm";
import { shareFiles } from "./share-files";
import { Beat, tell } from "./thread";
import { monotonicMs } from "./time";
import { STALL_MS } from "./verdict";
import { isUntrue, Watch } from "./watch";

/** While something is wrong it is looked for at leisure: it costs the server as much as what is new. */
const WRONG_EVERY_MS = 500;

export function runWatch(settings: WatchSettings, memory: SharedArrayBuffer): void {
    const { sharePath, name, pollIntervalMs } = settings;
    const watch = new Watch(shareFiles(sharePath, journal.folderOf(name)), settings);
    const { follower } = watch;
    const rhythm = new Rhythm(pollIntervalMs);
    const beat = new Beat(memory);
    const reports = new Reports();

    while (!beat.stopped) {
        const live = follower.caughtUp;
        const begun = beat.begin();
        const sight = watch.look(monotonicMs);
        const now = beat.end(begun, STALL_MS);
        const message = reports.add(sight, live, now, follower, beat);
        if (message) tell<SightMessage>(message);
        if (sight.more) continue;
        const last = sight.records.at(-1);
        const news = last && { ...last, records: sight.records.length, at: sight.verifiedAt };
        const wait = rhythm.wait(news, begun, now);
        const wrong = sight.lasting && isUntrue(sight.lasting);
        beat.sleep(wrong ? Math.max(wait, WRONG_EVERY_MS) : wait);
    }
}
