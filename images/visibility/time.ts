// The two times of a process: one that only goes forward, for durations, and one
// for people. Wall clocks of virtual machines jump.
import { randomBytes } from "node:crypto";

/** Milliseconds that only go forward, the same in all threads of the process. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Of this process: what its milliseconds are counted from. Made by the main thread. */
export interface RunClock {
    run: string;
    startedMs: number;
}
export const newRunClock = (): RunClock => ({ run: randomBytes(6).toString("hex"), startedMs: monotonicMs() });

/** To the tenth of a millisecond. */
export const elapsedMs = ({ startedMs }: RunClock): number => Math.round((monotonicMs() - startedMs) * 10) / 10;
