// The share itself, as files.ts names what is needed of it. Every operation
// waits: only for threads that may wait for ever (share-thread.ts).
import {
    closeSync,
    constants,
    fstatSync,
    fsyncSync,
    ftruncateSync,
    mkdirSync,
    openSync,
    readdirSync,
    readFileSync,
    readSync,
    renameSync,
    rmSync,
    statfsSync,
    statSync,
    writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { ShareSpace } from "@nfs-storage-stack/contract";
import { isMissing, MOST_BYTES, type SegmentFile, type WritableFiles } from "./files";
import { isNfs, mountedAt, parseMounts } from "./mounts";

/** Whether reading past the node's memory is possible there: NFS takes any length, others only whole blocks. */
function isOnNfs(sharePath: string): boolean {
    const mount = mountedAt(sharePath, parseMounts(readFileSync("/proc/self/mounts", "utf8")));
    return mount !== undefined && isNfs(mount);
}

/** The alert NfsShareFillsUp has the same. */
const LITTLE_FREE = 0.1;

/** Undefined where the server does not say, or does not answer rightly: whoever reads the files says that. */
export function shareSpace(sharePath: string): ShareSpace | undefined {
    try {
        const { bsize, blocks, bavail } = statfsSync(sharePath);
        if (blocks === 0) return undefined;
        return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail, low: bavail / blocks < LITTLE_FREE };
    } catch {
        return undefined;
    }
}

/** Names in a folder are safe when the folder is synced. */
function syncFolder(folder: string): void {
    const handle = openSync(folder, constants.O_RDONLY);
    try {
        fsyncSync(handle);
    } finally {
        closeSync(handle);
    }
}

function writeAll(handle: number, bytes: Buffer, position: number): void {
    for (let written = 0; written < bytes.length; ) {
        written += writeSync(handle, bytes, written, bytes.length - written, position + written);
    }
}

class OpenSegment implements SegmentFile {
    constructor(private readonly handle: number) {}
    write(bytes: Buffer, position: number): void {
        writeAll(this.handle, bytes, position);
    }
    sync(): void {
        fsyncSync(this.handle);
    }
    truncate(size: number): void {
        ftruncateSync(this.handle, size);
    }
    size(): number {
        return fstatSync(this.handle).size;
    }
    close(): void {
        closeSync(this.handle);
    }
}

/** @param folder of the journal, relative to the share */
export function shareFiles(sharePath: string, folder: string): WritableFiles {
    const at = join(sharePath, folder);
    const path = (name: string): string => join(at, name);
    const through = isOnNfs(sharePath) ? constants.O_DIRECT : 0;
    const buffer = Buffer.allocUnsafeSlow(MOST_BYTES);

    function read(name: string, flags: number, position: number, length: number): Buffer | undefined {
        let handle: number;
        try {
            handle = openSync(path(name), constants.O_RDONLY | flags);
        } catch (error) {
            if (isMissing(error)) return undefined;
            throw error;
        }
        try {
            const wanted = Math.min(length, buffer.length);
            let size = 0;
            for (;;) {
                const got = readSync(handle, buffer, size, wanted - size, position + size);
                size += got;
                // A short answer is the end of the file, on NFS too: asking once more would only cost.
                if (got === 0 || size === wanted || flags === 0) return buffer.subarray(0, size);
            }
        } finally {
            closeSync(handle);
        }
    }

    return {
        names() {
            try {
                return readdirSync(at);
            } catch (error) {
                if (isMissing(error)) return [];
                throw error;
            }
        },
        read: (name, position, length) => read(name, 0, position, length),
        readThrough: (name, position, length) => read(name, through, position, length),
        prepare() {
            mkdirSync(at, { recursive: true });
            syncFolder(dirname(at));
            syncFolder(sharePath);
        },
        open(name, how) {
            const flags = how === "create" ? constants.O_CREAT | constants.O_EXCL : 0;
            return new OpenSegment(openSync(path(name), constants.O_RDWR | flags, 0o644));
        },
        syncFolder: () => syncFolder(at),
        replace(name, content) {
            const temporary = `${path(name)}.new`;
            const handle = openSync(temporary, "w");
            try {
                writeAll(handle, content, 0);
                fsyncSync(handle);
            } finally {
                closeSync(handle);
            }
            renameSync(temporary, path(name));
            syncFolder(at);
        },
        remove: (name) => rmSync(path(name), { force: true }),
        size: (name) => statSync(path(name)).size,
    };
}
