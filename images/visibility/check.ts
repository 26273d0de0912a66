// The run-once check: on another node than the writer, reads what the writer
// wrote for exactly this revision, and makes the evidence (findings.ts) that the
// pod leaves behind as its termination message, passed or failed.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Evidence, unhonouredMountOptions, WriterStatus } from "@nfs-storage-stack/contract";
import { getJson, readWriterClock, type WriterClock } from "./clock";
import { Findings } from "./findings";
import type { SightMessage, WatchSettings } from "./messages";
import { isNfs, mountedAt, parseMounts } from "./mounts";
import type { CheckSettings } from "./settings";
import { ShareThread } from "./share-thread";
import { monotonicMs } from "./time";
import { SILENCE_MS } from "./verdict";
import { isUntrue } from "./watch";

const CLOCK_READINGS = 9;
const REQUEST_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** An operation that is going on when the check is over has this long to end. */
const END_MS = 1_000;
const PROGRESS_EVERY_MS = 1_000;
/** How often what the thread has seen is judged. */
const LOOK_EVERY_MS = 100;

/** What the check waits for does not come about any more. */
class Failed extends Error {}

export interface Checked {
    evidence: Evidence;
    /** Whether an operation on the share is going on that may never end. */
    stuck: boolean;
}

export async function runCheck(
    settings: CheckSettings,
    say: (line: string) => void,
    told?: AbortSignal,
): Promise<Checked> {
    const findings = new Findings({ revision: settings.revision, records: settings.records });
    const deadline = monotonicMs() + settings.timeoutMs;
    const observed: string[] = [];
    let writer: { pod: string; node: string } = { pod: "", node: "" };
    let before: WriterClock | undefined;
    let after: WriterClock | undefined;
    let share: ShareThread<SightMessage> | undefined;
    let failure: string | undefined;
    let waitingFor = "nothing was done yet";

    const timeLeft = (): number => deadline - monotonicMs();
    function alive(): void {
        if (told?.aborted) throw new Failed(`told to end: ${waitingFor}`);
        if (timeLeft() <= 0) throw new Failed(`gave up after ${settings.timeoutMs / 1000} s: ${waitingFor}`);
    }
    /** Tries until it succeeds; the last error is what is said when time is up. */
    async function until<T>(work: () => Promise<T>): Promise<T> {
        for (;;) {
            try {
                return await work();
            } catch (error) {
                if (error instanceof Failed) throw error;
                const { message } = error as Error;
                if (message !== waitingFor) say(`waiting: ${message}`);
                waitingFor = message;
            }
            alive();
            await pause(Math.min(RETRY_MS, Math.max(0, timeLeft())));
            alive();
        }
    }

    /** The writer, once it writes this revision. */
    const askWriter = (): Promise<WriterStatus> =>
        until(async () => {
            const status = WriterStatus.parse(await getJson(`${settings.writerUrl}/status.json`, REQUEST_TIMEOUT_MS));
            if (status.revision !== settings.revision) {
                throw new Error(
                    `the writer writes revision ${status.revision.slice(0, 12)}; ${settings.revision.slice(0, 12)} is expected`,
                );
            }
            return status;
        });

    function judgePlace(): void {
        if (writer.node !== settings.node) return;
        if (!settings.allowSameNode) {
            throw new Failed(
                `writer and check are on one node, ${settings.node}, and share its NFS client's cache; they must be on two`,
            );
        }
    }

    async function judgeMount(): Promise<void> {
        // Of the kernel, not of the share: it answers also when the share does not.
        const mounts = parseMounts(await readFile(settings.mountsFile, "utf8"));
        const mount = mountedAt(settings.sharePath, mounts);
        if (!mount || !isNfs(mount)) {
            throw new Failed(
                `${settings.sharePath} is ${mount ? `of type ${mount.type}` : "not a mount"}; NFS is expected`,
            );
        }
        observed.push(...mount.options);
        const unhonoured = unhonouredMountOptions(settings.mountOptions, mount.options);
        if (unhonoured.length > 0) {
            throw new Failed(
                `the mount does not have the requested ${unhonoured.join(", ")}; it has ${observed.join(",")}`,
            );
        }
    }

    /** Until enough was seen. */
    async function watchShare(): Promise<void> {
        let saidAt = monotonicMs();
        let sight: SightMessage | undefined;
        const thread = new ShareThread<SightMessage>("watch", settings satisfies WatchSettings, (told) => {
            sight = told;
            for (const record of told.records) findings.record(record);
            if (told.changed) findings.change(told.changed.revision);
        });
        share = thread;
        let broken: Error | undefined;
        thread.ended.catch((error: Error) => {
            broken = error;
        });
        for (;;) {
            if (broken) throw broken;
            // Seen twice or more: what is wrong only for a moment is not in it.
            if (sight?.lasting && isUntrue(sight.lasting)) throw new Failed(sight.lasting.reason);
            const missing = findings.missing();
            if (missing === undefined && sight?.problem === undefined) return;
            waitingFor = thread.silence(SILENCE_MS) ?? [missing, sight?.problem?.reason].filter(Boolean).join("; ");
            if (monotonicMs() - saidAt >= PROGRESS_EVERY_MS) {
                saidAt = monotonicMs();
                say(waitingFor);
            }
            alive();
            await pause(Math.max(0, Math.min(LOOK_EVERY_MS, timeLeft())));
        }
    }

    try {
        const status = await askWriter();
        writer = { pod: status.pod, node: status.node };
        say(`the writer is ${writer.pod} on ${writer.node}`);
        judgePlace();
        await judgeMount();
        before = await until(() => readWriterClock(settings.writerUrl, CLOCK_READINGS, REQUEST_TIMEOUT_MS));
        say(`its clock is known, give or take ${before.uncertaintyMs.toFixed(1)} ms`);
        await watchShare();
        after = await until(() => readWriterClock(settings.writerUrl, CLOCK_READINGS, REQUEST_TIMEOUT_MS));
        // It may have been restarted elsewhere in the meantime.
        const again = await askWriter();
        writer = { pod: again.pod, node: again.node };
        judgePlace();
    } catch (error) {
        failure = (error as Error).message;
    }
    const stuck = share !== undefined && !(await endsInTime(share));
    const sameNode = writer.node === settings.node ? "; writer and check shared one node's cache" : "";
    return {
        evidence: {
            revision: settings.revision,
            checkedAt: new Date().toISOString(),
            writer,
            checker: { pod: settings.pod, node: settings.node },
            records: findings.records,
            firstSequence: findings.firstSequence,
            lastSequence: findings.lastSequence,
            changedDataSeen: findings.changedDataSeen,
            delayMs: findings.delays(before, after ?? before),
            chainHead: findings.chainHead,
            mountOptions: { requested: settings.mountOptions, observed },
            verdict: failure === undefined ? "passed" : "failed",
            reason:
                failure ??
                `${findings.records} records of this revision were verified, ${findings.live} of them as they appeared, ` +
                    `and the replaced document was seen to change ${findings.changes} times${sameNode}`,
        },
        stuck,
    };
}

/** Whether the thread ends; one that waits for a hard mount may never. */
async function endsInTime(share: ShareThread<SightMessage>): Promise<boolean> {
    const late = new AbortController();
    const ended = share.stop().then(
        () => true,
        () => true,
    );
    const inTime = await Promise.race([ended, pause(END_MS, false, { signal: late.signal }).catch(() => true)]);
    late.abort();
    return inTime;
}
