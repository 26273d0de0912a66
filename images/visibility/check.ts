// The run-once check: on another node than the writer, reads what the writer
// wrote for exactly this revision, and makes the evidence (findings.ts) that the
// pod leaves behind as its termination message, passed or failed.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Evidence, unhonouredMountOptions, WriterStatus } from "@nfs-storage-stack/contract";
import { getJson, type Offset, readWriterClock } from "./clock";
import { Findings } from "./findings";
import { isNfs, mountedAt, parseMounts } from "./mounts";
import type { CheckSettings } from "./settings";
import { monotonicMs, ShareOperations } from "./share-operations";
import { ShareReader } from "./share-reader";
import { SecondLook, SILENCE_MS } from "./verdict";

const CLOCK_READINGS = 9;
const REQUEST_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;
/** How long something may look wrong before it is called so: longer than the client's cache keeps (actimeo=1). */
const PATIENCE_MS = 2_000;
const PROGRESS_EVERY_MS = 1_000;

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
    const operations = new ShareOperations();
    const findings = new Findings({ revision: settings.revision, records: settings.records });
    const deadline = monotonicMs() + settings.timeoutMs;
    const observed: string[] = [];
    let writer: { pod: string; node: string } = { pod: "", node: "" };
    let before: Offset | undefined;
    let after: Offset | undefined;
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
        const mounts = parseMounts(await readFile(settings.mountsFile ?? "/proc/self/mounts", "utf8"));
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

    async function watchShare(): Promise<void> {
        const share = new ShareReader(settings.sharePath, operations);
        const secondLook = new SecondLook(PATIENCE_MS);
        let saidAt = monotonicMs();
        for (;;) {
            const started = monotonicMs();
            waitingFor = findings.missing() ?? waitingFor;
            const look = await inTime(share.look());
            for (const seen of look.records) findings.record(seen);
            if (look.changed) findings.change(look.changed.revision);
            const lasting = secondLook.look(look.problem?.reason, monotonicMs());
            if (lasting !== undefined && look.problem?.kind === "untrue") throw new Failed(lasting);
            const missing = findings.missing();
            if (missing === undefined) return;
            waitingFor = look.problem ? `${missing}; ${look.problem.reason}` : missing;
            if (monotonicMs() - saidAt >= PROGRESS_EVERY_MS) {
                saidAt = monotonicMs();
                say(waitingFor);
            }
            alive();
            await pause(Math.max(0, Math.min(started + settings.pollIntervalMs - monotonicMs(), timeLeft())));
            alive();
        }
    }

    /** An operation on a hard mount may never end; the check does. */
    async function inTime<T>(work: Promise<T>): Promise<T> {
        const over = new AbortController();
        const late = async (): Promise<never> => {
            for (;;) {
                await pause(Math.min(RETRY_MS, Math.max(1, timeLeft())), undefined, { signal: over.signal });
                waitingFor = operations.silence(SILENCE_MS) ?? waitingFor;
                alive();
            }
        };
        try {
            return await Promise.race([work, late()]);
        } finally {
            over.abort();
        }
    }

    try {
        const status = await askWriter();
        writer = { pod: status.pod, node: status.node };
        say(`the writer is ${writer.pod} on ${writer.node}`);
        judgePlace();
        await judgeMount();
        before = await until(() => readWriterClock(settings.writerUrl, CLOCK_READINGS, REQUEST_TIMEOUT_MS));
        say(
            `its clock is ${before.offsetMs.toFixed(1)} ms ahead of this one, give or take ${before.uncertaintyMs.toFixed(1)}`,
        );
        await watchShare();
        after = await until(() => readWriterClock(settings.writerUrl, CLOCK_READINGS, REQUEST_TIMEOUT_MS));
        // It may have been restarted elsewhere in the meantime.
        const again = await askWriter();
        writer = { pod: again.pod, node: again.node };
        judgePlace();
    } catch (error) {
        failure = (error as Error).message;
    }
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
        stuck: operations.waitingMs() > 0,
    };
}
