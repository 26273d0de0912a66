// The writer's thread: a record after the other, each safe on the share before
// it counts, and the document replaced as they are. Errors are told, mended and
// waited out, and never cost a record that counted (journal.ts).
import { journal as constants } from "@nfs-storage-stack/contract";
import { Journal } from "./journal";
import type { WriterThreadSettings, WrittenMessage } from "./messages";
import { Contested, Possession } from "./possession";
import { explain } from "./share-errors";
import { shareFiles } from "./share-files";
import { DamagedJournal } from "./tail";
import { Beat, tell } from "./thread";
import { elapsedMs, monotonicMs } from "./time";
import { STALL_MS } from "./verdict";

const RETRY_MS = 1_000;
/** Records wait this long for others to be synced with. */
const LONGEST_UNSYNCED_MS = 1_000;
/** A writer that has lost its journal to another notices within so long. */
const CONFIRM_EVERY_MS = 1_000;
/** One that writes nothing shows that it is there; a fraction of what others wait before they take over. */
const BEAT_EVERY_MS = 2_500;
/** A replaced name takes six operations, and is seen up to a second late (actimeo): more often is work for nothing. */
const PUBLISH_EVERY_MS = 200;

export function runWriter(settings: WriterThreadSettings, memory: SharedArrayBuffer): void {
    const folder = constants.folderOf(settings.name);
    const files = shareFiles(settings.sharePath, folder);
    const { run } = settings.clock;
    const possession = new Possession(files, { ...settings, run }, folder);
    const beat = new Beat(memory);
    let journal: Journal | undefined;
    /** The last record that is known to be safe, once the journal was opened. */
    let safe: number | undefined;
    let error: string | undefined;
    let due = 0;
    let unsyncedSince: number | undefined;
    let unpublished = false;
    let publishedAt = Number.NEGATIVE_INFINITY;
    let retryAt = Number.NEGATIVE_INFINITY;
    let toldBytes = 0;
    let confirmedAt = Number.NEGATIVE_INFINITY;
    let shownAt = Number.NEGATIVE_INFINITY;

    function report(at: number, more: Partial<WrittenMessage> = {}): void {
        const head = journal?.head;
        const records = head && safe !== undefined ? head.sequence - safe : 0;
        if (head) safe = head.sequence;
        const appended = journal?.appendedBytes ?? toldBytes;
        const bytes = appended - toldBytes;
        toldBytes = appended;
        tell<WrittenMessage>({
            head,
            records,
            bytes,
            writeMs: undefined,
            at,
            error,
            journalBytes: journal?.bytes ?? 0,
            say: undefined,
            failed: false,
            busyMs: beat.busyMs,
            stalls: beat.stalls,
            ...more,
        });
    }

    function open(at: number): Journal {
        possession.take(at);
        const opened = Journal.open(files, settings, possession.leaveSegment);
        const { head, cutBytes } = opened;
        if (safe !== undefined && head && head.sequence > safe && head.run !== run) {
            opened.close();
            throw possession.lose(head.writer);
        }
        journal = opened;
        toldBytes = 0;
        confirmedAt = at;
        shownAt = at;
        const first = safe === undefined;
        safe ??= head?.sequence ?? 0;
        const how = head ? `continues after record ${head.sequence}` : "begins";
        const cut = cutBytes > 0 ? `; ${cutBytes} bytes of an unfinished record were cut off` : "";
        // While something is wrong that is said, and not each attempt.
        report(at, { say: first || error === undefined ? `the journal ${how}${cut}` : undefined });
        return opened;
    }

    /** The journal is still ours, and others can see that. */
    function hold(now: number): void {
        if (now - confirmedAt >= CONFIRM_EVERY_MS) {
            possession.confirm();
            confirmedAt = now;
        }
        if (now - shownAt >= BEAT_EVERY_MS) {
            possession.beat();
            shownAt = now;
        }
    }

    function write(into: Journal, now: number): void {
        if (now >= due) {
            const { pod: writer, revision, message, clock, writeIntervalMs } = settings;
            const time = new Date().toISOString();
            into.append({ time, run: clock.run, elapsedMs: elapsedMs(clock), writer, revision, message });
            unsyncedSince ??= now;
            // After a pause it goes on from here: what was missed is not made up for in a burst.
            due = Math.max(due + writeIntervalMs, now);
        }
        const full = into.pending >= settings.recordsPerSync;
        if (unsyncedSince !== undefined && (full || now - unsyncedSince >= LONGEST_UNSYNCED_MS)) {
            into.sync();
            shownAt = now;
            unsyncedSince = undefined;
            unpublished = true;
        }
        if (unpublished && now - publishedAt >= PUBLISH_EVERY_MS) {
            into.publish();
            unpublished = false;
            publishedAt = now;
        }
    }

    function fail(thrown: unknown, at: number): void {
        const mend = `to start a new one, move the folder ${folder} of the share away`;
        const reason = thrown instanceof DamagedJournal ? `${thrown.message}; ${mend}` : explain(thrown);
        const say = reason === error ? undefined : `cannot write: ${reason}`;
        error = reason;
        report(at, { say, failed: true });
    }

    /** What went wrong may have left half a record: opened anew, it is cut off, and what is whole counts. */
    function mend(thrown: unknown, at: number): void {
        try {
            journal?.close();
        } catch {
            // What could not be written is said already.
        }
        journal = undefined;
        unsyncedSince = undefined;
        fail(thrown, at);
        // Another writer is waited for, and not asked twice at once.
        if (thrown instanceof Contested) return;
        try {
            open(at);
        } catch (again) {
            fail(again, at);
        }
    }

    /** Says when it ended. */
    function step(): number {
        const begun = beat.begin();
        try {
            const into = journal ?? open(begun);
            hold(begun);
            const held = monotonicMs();
            write(into, held);
            const now = beat.end(begun, STALL_MS);
            // Written and not safe yet: it does not count.
            if (into.pending > 0 || safe === into.head?.sequence) return now;
            const say = error === undefined ? undefined : `writing again, at record ${into.head?.sequence}`;
            error = undefined;
            report(now, { say, writeMs: now - held });
            return now;
        } catch (thrown) {
            mend(thrown, begun);
            const now = beat.end(begun, STALL_MS);
            retryAt = now + RETRY_MS;
            return now;
        }
    }

    while (!beat.stopped) {
        const now = step();
        const next = Math.min(
            due,
            unsyncedSince === undefined ? due : unsyncedSince + LONGEST_UNSYNCED_MS,
            unpublished ? publishedAt + PUBLISH_EVERY_MS : due,
            shownAt + BEAT_EVERY_MS,
        );
        beat.sleep(Math.max(next, retryAt) - now);
    }
    const begun = beat.begin();
    try {
        journal?.sync();
        journal?.publish();
        report(begun);
        journal?.close();
        possession.release();
    } catch (thrown) {
        report(begun, { failed: true, say: `the last records may not be safe: ${explain(thrown)}` });
    }
    beat.end(begun, STALL_MS);
}
