// The writer: its thread writes (writer-thread.ts), and this one tells what it
// has written: to the kubelet, to readers that ask for the clock, to people.
import type { WriterStatus } from "@nfs-storage-stack/contract";
import { json } from "../common/http";
import { inSeconds, type Metric, metricsRoute, single } from "../common/metrics";
import { Probes } from "./kubelet";
import type { WriterThreadSettings, WrittenMessage } from "./messages";
import { commonMetrics, histogramMetric } from "./metrics";
import { goOn, processUse, type Running, statusRoute } from "./running";
import type { WriterSettings } from "./settings";
import { ShareThread } from "./share-thread";
import { Histogram, Window } from "./statistics";
import { elapsedMs, monotonicMs, newRunClock } from "./time";
import { SILENCE_MS, type Verdict, writerVerdict } from "./verdict";
import { VerdictLog } from "./verdict-log";

/** Of the write times; at 4 records a second the last four minutes. */
const WINDOW = 1_000;
/** Milliseconds; a record and its document take several operations, each synced. */
const BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

export async function startWriter(settings: WriterSettings, say: (line: string) => void): Promise<Running> {
    const clock = newRunClock();
    const { pod, node, name } = settings;
    const window = new Window(WINDOW);
    const writes = new Histogram(BOUNDS_MS);
    let last: WrittenMessage | undefined;
    let lastWrite: number | undefined;
    let recordsWritten = 0;
    let bytesWritten = 0;
    let errors = 0;

    function take(message: WrittenMessage): void {
        if (message.say) say(message.say);
        last = message;
        recordsWritten += message.records;
        bytesWritten += message.bytes;
        if (message.records > 0) lastWrite = message.at;
        if (message.failed) errors++;
        if (message.writeMs !== undefined) {
            window.add(message.writeMs);
            writes.add(message.writeMs);
        }
    }

    const thread = new ShareThread<WrittenMessage>(
        "writer",
        { ...settings, clock } satisfies WriterThreadSettings & WriterSettings,
        take,
    );
    const age = (): number | undefined => (lastWrite === undefined ? undefined : monotonicMs() - lastWrite);
    const verdict = (): Verdict =>
        writerVerdict({
            silence: thread.silence(SILENCE_MS),
            error: last?.error,
            lastSequence: last?.head?.sequence ?? 0,
            lastWriteAgeMs: age(),
            writeIntervalMs: settings.writeIntervalMs,
        });
    const status = (): WriterStatus => ({
        role: "writer",
        pod,
        node,
        name,
        ...verdict(),
        revision: settings.revision,
        recordsWritten,
        lastSequence: last?.head?.sequence ?? 0,
        chainHead: last?.head?.hash ?? null,
        lastWriteAgeMs: lastWrite === undefined ? null : Math.round(monotonicMs() - lastWrite),
        writeMs: window.summary(),
        errors,
        journalBytes: last?.journalBytes ?? 0,
        journalLimitBytes: settings.journalBytes,
    });
    const metrics = (): Metric[] => [
        ...commonMetrics("writer", verdict().ready, thread.waitingMs(), last ?? { busyMs: 0, stalls: 0 }, processUse()),
        single("counter", "nfs_visibility_records_written_total", "Records safe on the share.", recordsWritten),
        single("counter", "nfs_visibility_bytes_written_total", "Bytes of these records.", bytesWritten),
        single("gauge", "nfs_visibility_last_sequence", "Sequence of the last record.", last?.head?.sequence ?? 0),
        single("gauge", "nfs_visibility_last_write_age_seconds", "Since the last record was safe.", inSeconds(age())),
        single("counter", "nfs_visibility_write_errors_total", "Attempts to write that failed.", errors),
        single(
            "gauge",
            "nfs_visibility_journal_bytes",
            "What the journal takes on the share.",
            last?.journalBytes ?? 0,
        ),
        single(
            "gauge",
            "nfs_visibility_journal_limit_bytes",
            "What it may take: the oldest records go before it takes more.",
            settings.journalBytes,
        ),
        histogramMetric(
            "nfs_visibility_write_seconds",
            "Time that records take until they are safe, and the document.",
            writes,
        ),
    ];
    return goOn({
        routes: {
            ...new Probes(verdict, new VerdictLog(say)).routes(),
            ...statusRoute(status),
            ...metricsRoute(metrics),
            "/clock": () => {
                const receive = elapsedMs(clock);
                return json({ run: clock.run, receive, transmit: elapsedMs(clock) });
            },
            "/": () => {
                const { ready, reason } = verdict();
                return {
                    body: `writer ${name}: ${pod} on ${node}\n${ready ? "ready" : "not ready"}: ${reason}\n\nmore: /status.json /metrics; pages are the readers'\n`,
                };
            },
        },
        settings,
        thread,
        end: () => {},
        say,
    });
}
