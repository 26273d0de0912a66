// The engine's questions that are not answered yet: a plugin does not end in the middle of one.

export class Calls {
    private open = 0;
    private last: (() => void) | undefined;

    async during<T>(work: Promise<T>): Promise<T> {
        this.open++;
        try {
            return await work;
        } finally {
            this.open--;
            if (this.open === 0) setImmediate(() => this.end()); // when the answer is on its way
        }
    }

    /** Does it as soon as all are answered. */
    whenNone(last: () => void): void {
        this.last = last;
        this.end();
    }

    private end(): void {
        if (this.open === 0) this.last?.();
    }
}
