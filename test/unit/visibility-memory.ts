// A share in memory, for the tests of what the writer and the readers make of
// it (visibility-interleavings.test.ts): it can crash with half a write done, be
// full, and let somebody look between any two operations of the writer.
import type { SegmentFile, WritableFiles } from "../../images/visibility/files";

/** The writer's process ended here. */
export class Crash extends Error {}

const failure = (code: string): Error => Object.assign(new Error(`${code}: made by the test`), { code });

export class MemoryShare implements WritableFiles {
    readonly files = new Map<string, Buffer>();
    /** How much of a file is safe; of one that was never synced nothing is. */
    private readonly safe = new Map<string, number>();
    /** Called before each operation that changes something; may throw, as the operation would. */
    onStep: (() => void) | undefined;
    /** Bytes that fit. */
    space = Number.POSITIVE_INFINITY;

    names(): string[] {
        return [...this.files.keys()];
    }

    read(name: string, position: number, length: number): Buffer | undefined {
        return this.files.get(name)?.subarray(position, position + length);
    }

    readThrough(name: string, position: number, length: number): Buffer | undefined {
        return this.read(name, position, length);
    }

    prepare(): void {}
    syncFolder(): void {
        this.onStep?.();
    }

    open(name: string, how: "create" | "continue"): SegmentFile {
        this.onStep?.();
        if (this.files.has(name) !== (how === "continue")) throw failure(how === "create" ? "EEXIST" : "ENOENT");
        if (how === "create") this.files.set(name, Buffer.alloc(0));
        const content = (): Buffer => {
            const found = this.files.get(name);
            if (!found) throw failure("ESTALE");
            return found;
        };
        return {
            write: (bytes, position) => {
                this.onStep?.();
                const rest = Math.max(0, this.space - this.used());
                const written = bytes.subarray(0, rest);
                this.files.set(name, Buffer.concat([content().subarray(0, position), written]));
                if (written.length < bytes.length) throw failure("ENOSPC");
            },
            sync: () => {
                this.onStep?.();
                this.safe.set(name, content().length);
            },
            truncate: (size) => {
                this.onStep?.();
                this.files.set(name, content().subarray(0, size));
                this.safe.set(name, Math.min(size, this.safe.get(name) ?? 0));
            },
            size: () => content().length,
            close: () => {},
        };
    }

    replace(name: string, content: Buffer): void {
        this.onStep?.();
        const more = content.length - (this.files.get(name)?.length ?? 0);
        if (this.used() + more > this.space) throw failure("ENOSPC");
        this.files.set(name, content);
        this.safe.set(name, content.length);
    }

    remove(name: string): void {
        this.onStep?.();
        this.files.delete(name);
    }

    size(name: string): number {
        const found = this.files.get(name);
        if (!found) throw failure("ENOENT");
        return found.length;
    }

    used(): number {
        return [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
    }

    /** The writer's node is gone: of what was not synced, this share (0 to 1) has reached the disk. */
    crash(reached: number): void {
        for (const [name, content] of this.files) {
            const safe = Math.min(this.safe.get(name) ?? 0, content.length);
            this.files.set(name, content.subarray(0, safe + Math.floor((content.length - safe) * reached)));
        }
    }

    /** All files as they are now, to be put back. */
    snapshot(): () => void {
        const files = new Map([...this.files].map(([name, content]) => [name, Buffer.from(content)]));
        return () => {
            this.files.clear();
            for (const [name, content] of files) this.files.set(name, content);
        };
    }
}
