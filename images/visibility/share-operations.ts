// Every operation on the share goes through here. On a hard NFS mount one may
// never end, and neither can it be given up: it keeps one of the few threads
// that Node.js has for files. So there is one at a time, and how long it has
// been waiting can be asked at any moment.

/** Milliseconds that only go forward; the wall clock of virtual machines jumps. */
export const monotonicMs = (): number => performance.now();

export class ShareOperations {
    private since: number | undefined;
    private last: Promise<unknown> = Promise.resolve();

    /** Runs it after all that were asked for before it. */
    run<T>(operation: () => Promise<T>): Promise<T> {
        const result = this.last.then(async () => {
            this.since = monotonicMs();
            try {
                return await operation();
            } finally {
                this.since = undefined;
            }
        });
        this.last = result.catch(() => {});
        return result;
    }

    /** How long the operation that is going on has been; 0 when there is none. */
    waitingMs(): number {
        return this.since === undefined ? 0 : monotonicMs() - this.since;
    }

    /** A sentence for people, once it has been long. */
    silence(patienceMs: number): string | undefined {
        const waiting = this.waitingMs();
        return waiting < patienceMs ? undefined : `the share has not answered for ${(waiting / 1000).toFixed(0)} s`;
    }
}

/** An error of the file system in words: what to look at. */
export function explain(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    const meaning: Record<string, string> = {
        ENOSPC: "the share is full",
        EDQUOT: "the share's quota is used up",
        EIO: "the share reports an input/output error",
        EROFS: "the share can only be read",
        ESTALE: "the share was replaced behind this mount (stale file handle)",
        EACCES: "the share does not permit it",
        EPERM: "the share does not permit it",
        ENOTCONN: "the share is not connected",
    };
    const known = code === undefined ? undefined : meaning[code];
    return known ? `${known} (${message})` : message;
}
