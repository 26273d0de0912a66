// What was verified before is looked at again, part by part, in turn: a record
// that is altered, or cut off, after it was verified is found too. Of each part
// only its hash is kept, and how to verify it anew, to say what is wrong. Pure
// but for the files that it is given.
import { createHash, type Hash } from "node:crypto";
import { journal } from "@nfs-storage-stack/contract";
import { advance, type Problem, type SegmentState } from "./chain";
import { PART_BYTES, type ShareFiles } from "./files";
import { segmentsAmong } from "./journal";

/**
 * At least PART_BYTES, and less than twice that: what is added was read at once. One read of one such part, and a
 * fraction of a millisecond for its hash; of 16 MiB of journal there are at most 256.
 */
interface Part {
    /** How to verify it: the segment, its first byte, the record before. */
    from: SegmentState;
    bytes: number;
    hash: Hash;
}

export class Audit {
    private readonly parts: Part[] = [];
    /** The part that is looked at next; counted from the oldest. */
    private turn = 0;
    private newest = false;

    /** Bytes that were just verified: they begin where `from` ends. */
    add(from: SegmentState, bytes: Buffer): void {
        if (bytes.length === 0) return;
        let last = this.parts.at(-1);
        if (!last || last.from.first !== from.first || last.bytes >= PART_BYTES) {
            last = { from, bytes: 0, hash: createHash("sha256") };
            this.parts.push(last);
        }
        last.bytes += bytes.length;
        last.hash.update(bytes);
    }

    clear(): void {
        this.parts.length = 0;
        this.turn = 0;
    }

    /**
     * Looks at one part: by turns the newest, which people look at, and one of the others. One that is not as it was is
     * looked at again the next time.
     */
    look(files: ShareFiles): Problem | undefined {
        const index = this.newest || this.parts.length === 1 ? this.parts.length - 1 : this.turn % this.parts.length;
        const part = this.parts[index];
        if (part === undefined) return undefined;
        const problem = this.judge(files, part);
        if (problem !== undefined) return problem;
        if (!this.newest) this.turn = (index + 1) % Math.max(1, this.parts.length - 1);
        this.newest = !this.newest;
        return undefined;
    }

    private judge(files: ShareFiles, part: Part): Problem | undefined {
        const { from, bytes } = part;
        const name = journal.segment(from.first);
        const found = files.readThrough(name, from.offset, bytes);
        if (found === undefined) return this.gone(files, from.first);
        // A copy: the hash goes on when the part grows.
        const same =
            found.length === bytes && createHash("sha256").update(found).digest().equals(part.hash.copy().digest());
        if (same) return undefined;
        const { problem } = advance(from, found);
        if (found.length < bytes && (problem === undefined || problem.kind === "torn")) {
            return {
                kind: "missing",
                reason: `${name} has shrunk to ${from.offset + found.length} bytes; ${from.offset + bytes} had been verified`,
            };
        }
        return problem ?? { kind: "altered", reason: `${name} holds other records from line ${from.count + 1} on` };
    }

    /** The writer deletes the oldest segments: they are forgotten. One that is gone while an older one is there is missing. */
    private gone(files: ShareFiles, first: number): Problem | undefined {
        const there = segmentsAmong(files.names());
        const oldest = there[0];
        if (oldest === undefined || oldest <= first) {
            return { kind: "missing", reason: `${journal.segment(first)} is gone` };
        }
        const kept = this.parts.filter(({ from }) => from.first >= oldest);
        this.parts.splice(0, this.parts.length, ...kept);
        this.turn = 0;
        return undefined;
    }
}
