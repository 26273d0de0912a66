// Keeps asking the writer for its clock, and who it is when another one answers.
import { setTimeout as pause } from "node:timers/promises";
import { WriterStatus } from "@nfs-storage-stack/contract";
import { getJson, readWriterClock, type WriterClock } from "./clock";
import type { Place } from "./page-state";

/** Clocks of virtual machines drift: asked this often, so many times. */
const EVERY_MS = 10_000;
const READINGS = 4;
const TIMEOUT_MS = 2_000;
const RETRY_MS = 1_000;

export interface ClockTold {
    clock(clock: WriterClock | undefined): void;
    writer(place: Place): void;
    say(line: string): void;
}

export class ClockFollower {
    private readonly stopping = new AbortController();
    private early = new AbortController();

    constructor(
        private readonly writerUrl: string,
        private readonly told: ClockTold,
    ) {}

    /** The clock that is known is another run's: asks now. */
    askNow(): void {
        this.early.abort();
    }

    stop(): void {
        this.stopping.abort();
        this.early.abort();
    }

    /** Resolves after stop(). */
    async follow(): Promise<void> {
        let run: string | undefined;
        let complaint = "";
        while (!this.stopping.signal.aborted) {
            let wait = EVERY_MS;
            try {
                const clock = await readWriterClock(this.writerUrl, READINGS, TIMEOUT_MS);
                this.told.clock(clock);
                if (clock.run !== run) {
                    const { pod, node } = WriterStatus.parse(
                        await getJson(`${this.writerUrl}/status.json`, TIMEOUT_MS),
                    );
                    this.told.writer({ pod, node });
                    run = clock.run;
                }
                complaint = "";
            } catch (error) {
                // An old estimate could be wrong by now: no delay is better than a wrong one.
                this.told.clock(undefined);
                const { message } = error as Error;
                if (message !== complaint) {
                    this.told.say(`the writer's clock cannot be read, so no delays are measured: ${message}`);
                }
                complaint = message;
                wait = RETRY_MS;
            }
            this.early = new AbortController();
            if (this.stopping.signal.aborted) return;
            await pause(wait, undefined, { signal: this.early.signal }).catch(() => {});
        }
    }
}
