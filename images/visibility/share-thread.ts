// A thread of its own for everything that touches the share. There an operation
// may wait as long as it likes, while the main thread goes on answering; and it
// simply waits, which costs a fraction of the system calls that asking Node.js's
// pool of threads for files does: on a User-mode Linux node each takes 50 us.
import { Worker } from "node:worker_threads";
import { shared } from "./thread";
import { monotonicMs } from "./time";

/** What the thread is started with; main.ts tells the roles apart. */
export interface ThreadData {
    thread: "writer" | "watch";
    settings: unknown;
    memory: SharedArrayBuffer;
}

/** Each needs a few megabytes; what it may take is said, so that it does not grow before it is collected. */
const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

export class ShareThread<Message> {
    private readonly memory = new SharedArrayBuffer(shared.bytes);
    private readonly since = new BigInt64Array(this.memory, 0, 1);
    private readonly flags = new Int32Array(this.memory);
    private readonly worker: Worker;
    /** Resolves when it has ended as it was told to; rejects when it failed. */
    readonly ended: Promise<void>;

    constructor(thread: ThreadData["thread"], settings: unknown, onMessage: (message: Message) => void) {
        const workerData: ThreadData = { thread, settings, memory: this.memory };
        // The app is one file, and this one is in it.
        this.worker = new Worker(__filename, { workerData, resourceLimits: limits });
        this.worker.on("message", onMessage);
        this.ended = new Promise((resolve, reject) => {
            this.worker.once("error", reject);
            this.worker.once("exit", () => resolve());
        });
        // Whoever waits for it is told; nobody has to.
        this.ended.catch(() => {});
    }

    /** How long the operation on the share that is going on has been; 0 when there is none. */
    waitingMs(): number {
        const since = Number(Atomics.load(this.since, shared.busySince));
        return since === 0 ? 0 : Math.max(0, monotonicMs() - since);
    }

    /** A sentence for people, once it has been long. */
    silence(patienceMs: number): string | undefined {
        const waiting = this.waitingMs();
        return waiting < patienceMs ? undefined : `the share has not answered for ${(waiting / 1000).toFixed(0)} s`;
    }

    /** It ends after the operation that is going on, and so perhaps never. */
    async stop(): Promise<void> {
        Atomics.store(this.flags, shared.stop, 1);
        Atomics.notify(this.flags, shared.stop);
        await this.ended;
    }
}
