// The writer: a record after the other, each safe on the share before it counts,
// and the document replaced with each. Errors are told, waited out and never
// cost a record that counted (journal.ts).
import { setTimeout as pause } from "node:timers/promises";
import { journal as constants, type WriterStatus } from "@nfs-storage-stack/contract";
import { Journal } from "./journal";
import { renderMetrics, single, summaryMetric } from "./metrics";
import { goOn, type Running } from "./running";
import type { WriterSettings } from "./settings";
import { explain, monotonicMs, ShareOperations } from "./share-operations";
import { Window } from "./statistics";
import { SILENCE_MS, writerVerdict } from "./verdict";

const RETRY_MS = 1_000;
/** Of the write times; at 4 records a second the last four minutes. */
const WINDOW = 1_000;

export async function startWriter(settings: WriterSettings, say: (line: string) => void): Promise<Running> {
    const operations = new ShareOperations();
    const writes = new Window(WINDOW);
    const stopping = new AbortController();
    const limits = {
        recordsPerSegment: settings.recordsPerSegment ?? constants.recordsPerSegment,
        segmentsKept: settings.segmentsKept ?? constants.segmentsKept,
    };
    let journal: Journal | undefined;
    let head: { sequence: number; hash: string } | undefined;
    let lastWrite: number | undefined;
    let error: string | undefined;
    let errors = 0;

    async function writeOne(): Promise<void> {
        if (journal === undefined) {
            journal = await Journal.open(settings.sharePath, limits);
            head = journal.head;
            say(
                `the journal ${head ? `continues after record ${head.sequence}` : "begins"}` +
                    (journal.cutBytes > 0 ? `; ${journal.cutBytes} bytes of an unfinished record were cut off` : ""),
            );
        }
        const started = monotonicMs();
        const record = await journal.append({
            time: new Date().toISOString(),
            writer: settings.pod,
            revision: settings.revision,
            message: settings.message,
        });
        head = { sequence: record.sequence, hash: record.hash };
        lastWrite = monotonicMs();
        recordsWritten++;
        await journal.publish(record);
        writes.add(monotonicMs() - started);
    }
    let recordsWritten = 0;

    async function loop(): Promise<void> {
        let due = monotonicMs();
        while (!stopping.signal.aborted) {
            try {
                await operations.run(writeOne);
                if (error) say(`writing again, at record ${head?.sequence}`);
                error = undefined;
                due = Math.max(due + settings.writeIntervalMs, monotonicMs());
            } catch (thrown) {
                const reason = explain(thrown);
                if (reason !== error) say(`cannot write: ${reason}`);
                error = reason;
                errors++;
                const broken = journal;
                journal = undefined;
                await operations.run(async () => broken?.close()).catch(() => {});
                due = monotonicMs() + RETRY_MS;
            }
            await pause(Math.max(0, due - monotonicMs()), undefined, { signal: stopping.signal }).catch(() => {});
        }
        await operations.run(async () => journal?.close()).catch(() => {});
    }

    function verdict() {
        return writerVerdict({
            silence: operations.silence(SILENCE_MS),
            error,
            lastSequence: head?.sequence ?? 0,
            lastWriteAgeMs: lastWrite === undefined ? undefined : monotonicMs() - lastWrite,
            writeIntervalMs: settings.writeIntervalMs,
        });
    }
    const status = (): WriterStatus => ({
        role: "writer",
        pod: settings.pod,
        node: settings.node,
        ...verdict(),
        revision: settings.revision,
        recordsWritten,
        lastSequence: head?.sequence ?? 0,
        chainHead: head?.hash ?? null,
        lastWriteAgeMs: lastWrite === undefined ? null : Math.round(monotonicMs() - lastWrite),
        writeMs: writes.summary(),
        errors,
    });
    const metrics = (): string =>
        renderMetrics([
            single("gauge", "nfs_visibility_ready", "1 while records are being written.", verdict().ready ? 1 : 0),
            single("counter", "nfs_visibility_records_written_total", "Records safe on the share.", recordsWritten),
            single("gauge", "nfs_visibility_last_sequence", "Sequence of the last record.", head?.sequence ?? 0),
            single(
                "gauge",
                "nfs_visibility_last_write_age_seconds",
                "Since the last record was safe.",
                lastWrite === undefined ? null : (monotonicMs() - lastWrite) / 1000,
            ),
            single("counter", "nfs_visibility_write_errors_total", "Attempts to write that failed.", errors),
            single(
                "gauge",
                "nfs_visibility_share_waiting_seconds",
                "How long the operation on the share that is going on has been waiting.",
                operations.waitingMs() / 1000,
            ),
            summaryMetric("nfs_visibility_write_seconds", "Time that a record and its document take, synced.", writes),
        ]);

    const told = { title: "Writer", verdict, status, rows: () => [], metrics };
    return goOn({ told, settings, operations, work: loop, stopping, say });
}
