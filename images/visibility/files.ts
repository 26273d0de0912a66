// What the follower and the journal need of a file system: the folder of one
// writer's journal. share-files.ts is the share; tests have one in memory.
// Operations wait until they are done: they run in a thread of their own
// (share-thread.ts), where that costs less than half of the system calls.

/** Read at once: at least two of the longest lines, and quickly verified. */
export const PART_BYTES = 65_536;
/** The most that read() and readThrough() are asked for. */
export const MOST_BYTES = 2 * PART_BYTES;

export interface ShareFiles {
    /** Names in the folder; none when there is no folder. */
    names(): string[];
    /**
     * The bytes from a position on, at most so many, as a program sees them that opens the file now; undefined when
     * there is no such file. They are good until the next operation.
     */
    read(name: string, position: number, length: number): Buffer | undefined;
    /** The same from the server itself, past what this node keeps in memory. */
    readThrough(name: string, position: number, length: number): Buffer | undefined;
}

/** A segment that is open for writing. */
export interface SegmentFile {
    write(bytes: Buffer, position: number): void;
    /** What was written is safe after it. */
    sync(): void;
    truncate(size: number): void;
    size(): number;
    close(): void;
}

export interface WritableFiles extends ShareFiles {
    /** Makes the folder. */
    prepare(): void;
    /** @throws when it exists already and is to be created, or the reverse */
    open(name: string, how: "create" | "continue"): SegmentFile;
    /** Names are safe after it. */
    syncFolder(): void;
    /** The old content or the new one, whole, and the new one is safe after it. */
    replace(name: string, content: Buffer): void;
    remove(name: string): void;
    size(name: string): number;
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";
