// What a thread that works on the share has in common with the thread that
// started it (share-thread.ts): how long the operation that is going on has
// been waiting, and whether to end. On a hard NFS mount an operation may never
// end, and then the thread that waits for it can be asked nothing.
import { parentPort } from "node:worker_threads";
import { monotonicMs } from "./time";

/** Places in the shared memory. */
export const shared = { bytes: 16, busySince: 0, stop: 2 } as const;

/** The thread's own side. */
export class Beat {
    private readonly since: BigInt64Array;
    private readonly flags: Int32Array;
    /** Milliseconds that operations have taken, and how many of them took long. */
    busyMs = 0;
    stalls = 0;

    constructor(memory: SharedArrayBuffer) {
        this.since = new BigInt64Array(memory, 0, 1);
        this.flags = new Int32Array(memory);
    }

    /** Operations on the share begin; says when. */
    begin(): number {
        const now = monotonicMs();
        Atomics.store(this.since, shared.busySince, BigInt(Math.max(1, Math.round(now))));
        return now;
    }

    /** They have ended; says when. */
    end(begun: number, stallMs: number): number {
        Atomics.store(this.since, shared.busySince, 0n);
        const now = monotonicMs();
        this.busyMs += now - begun;
        if (now - begun >= stallMs) this.stalls++;
        return now;
    }

    get stopped(): boolean {
        return Atomics.load(this.flags, shared.stop) !== 0;
    }

    /** Waits, unless it is told to end. */
    sleep(ms: number): void {
        if (ms > 0) Atomics.wait(this.flags, shared.stop, 0, ms);
    }
}

/** To the thread that started this one. */
export const tell = <M>(message: M): void => parentPort?.postMessage(message);
