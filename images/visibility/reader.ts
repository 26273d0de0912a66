// A reader: looks at the share again and again, verifies all of it, and says
// whether what it sees is true and fresh, and how late it comes.
import { setTimeout as pause } from "node:timers/promises";
import type { ReaderStatus } from "@nfs-storage-stack/contract";
import { type Offset, readWriterClock } from "./clock";
import { renderMetrics, single, summaryMetric } from "./metrics";
import type { Row } from "./page";
import { goOn, type Running } from "./running";
import type { ReaderSettings } from "./settings";
import { monotonicMs, ShareOperations } from "./share-operations";
import { type SeenRecord, ShareReader } from "./share-reader";
import { Window } from "./statistics";
import { readerVerdict, SecondLook, SILENCE_MS } from "./verdict";

/** Delays remembered; at 4 records a second those of the last four minutes. */
const WINDOW = 1_000;
/** Records on the page. */
const SHOWN = 20;
/** How long something may look wrong before it is called so: longer than the client's cache keeps (actimeo=1). */
const PATIENCE_MS = 2_000;
/** Clocks of virtual machines jump and drift: asked this often, so many times. */
const CLOCK_EVERY_MS = 10_000;
const CLOCK_READINGS = 5;
const CLOCK_TIMEOUT_MS = 2_000;
/** Everything is verified anew after a failure, but not all the time. */
const AFTER_FAILURE_MS = 5_000;

export async function startReader(settings: ReaderSettings, say: (line: string) => void): Promise<Running> {
    const operations = new ShareOperations();
    const share = new ShareReader(settings.sharePath, operations);
    const secondLook = new SecondLook(PATIENCE_MS);
    const delays = new Window(WINDOW);
    const rows: Row[] = [];
    const stopping = new AbortController();
    let clock: Offset | undefined;
    let recordsVerified = 0;
    let changesSeen = 0;
    let failures = 0;
    let lastRecord: number | undefined;
    let lastChange: number | undefined;
    /** What was found wrong at a second look; until everything is verified anew without it. */
    let problem: string | undefined;
    /** Whether that was data that is not what was written, rather than data that is not there (yet). */
    let untrue = false;

    function take({ record, seenAt, live }: SeenRecord): void {
        recordsVerified++;
        const delay = live && clock ? seenAt + clock.offsetMs - Date.parse(record.time) : null;
        if (delay !== null) delays.add(delay);
        if (live) lastRecord = monotonicMs();
        rows.unshift({ ...record, delayMs: delay });
        if (rows.length > SHOWN) rows.pop();
    }

    async function lookOnce(): Promise<void> {
        const look = await share.look();
        for (const seen of look.records) take(seen);
        if (look.changed) {
            changesSeen++;
            lastChange = monotonicMs();
        }
        const lasting = secondLook.look(look.problem?.reason, monotonicMs());
        if (lasting !== undefined) {
            if (problem !== lasting) say(`not ready: ${lasting}`);
            problem = lasting;
            untrue ||= look.problem?.kind === "untrue";
            if (untrue) {
                failures++;
                share.restart();
            }
        } else if (look.problem === undefined && problem !== undefined) {
            say(`all verified anew, up to record ${share.headSequence}`);
            problem = undefined;
            untrue = false;
        }
    }

    async function follow(): Promise<void> {
        while (!stopping.signal.aborted) {
            const started = monotonicMs();
            await lookOnce();
            const wait = untrue ? AFTER_FAILURE_MS : settings.pollIntervalMs;
            const rest = Math.max(0, started + wait - monotonicMs());
            await pause(rest, undefined, { signal: stopping.signal }).catch(() => {});
        }
    }

    async function followClock(): Promise<void> {
        let told = "";
        while (!stopping.signal.aborted) {
            try {
                clock = await readWriterClock(settings.writerUrl, CLOCK_READINGS, CLOCK_TIMEOUT_MS);
                told = "";
            } catch (error) {
                // An old estimate could be wrong by now: no delay is better than a wrong one.
                clock = undefined;
                const { message } = error as Error;
                if (message !== told) say(`the writer's clock cannot be read, so no delays are measured: ${message}`);
                told = message;
            }
            const wait = clock ? CLOCK_EVERY_MS : 1_000;
            await pause(wait, undefined, { signal: stopping.signal }).catch(() => {});
        }
    }

    const age = (since: number | undefined): number | undefined =>
        since === undefined ? undefined : monotonicMs() - since;
    const verdict = () =>
        readerVerdict({
            silence: operations.silence(SILENCE_MS),
            problem,
            caughtUp: share.caughtUp,
            headSequence: share.headSequence,
            currentSequence: share.lastCurrentSequence,
            lastRecordAgeMs: age(lastRecord),
            lastChangeAgeMs: age(lastChange),
            freshnessMs: settings.freshnessMs,
        });
    function status(): ReaderStatus {
        const summary = delays.summary();
        return {
            role: "reader",
            pod: settings.pod,
            node: settings.node,
            ...verdict(),
            recordsVerified,
            lastSequence: share.headSequence,
            chainHead: share.chainHead,
            currentSequence: share.lastCurrentSequence,
            changesSeen,
            lastRecordAgeMs: lastRecord === undefined ? null : Math.round(monotonicMs() - lastRecord),
            delayMs: summary && clock ? { ...summary, clockUncertainty: clock.uncertaintyMs } : null,
            waitingForShareMs: Math.round(operations.waitingMs()),
            failures,
        };
    }
    const inSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
    const metrics = (): string =>
        renderMetrics([
            single("gauge", "nfs_visibility_ready", "1 while verified data is fresh.", verdict().ready ? 1 : 0),
            single("counter", "nfs_visibility_records_verified_total", "Records verified.", recordsVerified),
            single("counter", "nfs_visibility_changes_seen_total", "Times the document moved on.", changesSeen),
            single(
                "counter",
                "nfs_visibility_failures_total",
                "Times that data was found missing or altered.",
                failures,
            ),
            single(
                "gauge",
                "nfs_visibility_last_sequence",
                "Sequence of the last verified record.",
                share.headSequence,
            ),
            single(
                "gauge",
                "nfs_visibility_last_record_age_seconds",
                "Since a new record was verified.",
                inSeconds(age(lastRecord)),
            ),
            single(
                "gauge",
                "nfs_visibility_share_waiting_seconds",
                "How long the operation on the share that is going on has been waiting.",
                operations.waitingMs() / 1000,
            ),
            single(
                "gauge",
                "nfs_visibility_clock_offset_seconds",
                "Writer's clock minus this pod's.",
                inSeconds(clock?.offsetMs),
            ),
            single(
                "gauge",
                "nfs_visibility_clock_uncertainty_seconds",
                "How far the true offset can be from that.",
                inSeconds(clock?.uncertaintyMs),
            ),
            summaryMetric(
                "nfs_visibility_delay_seconds",
                "From the writer's clock to the sight of the record here, corrected by the clock offset.",
                delays,
            ),
        ]);

    const told = { title: "Reader", verdict, status, rows: () => rows, metrics };
    const work = () => Promise.all([follow(), followClock()]);
    return goOn({ told, settings, operations, work, stopping, say });
}
