// Judges the document that is replaced with every record: intact, part of the
// chain, never older than it was. Pure.
import { CurrentDocument, encodeRecord, isIntact, journal } from "@nfs-storage-stack/contract";
import type { Head, Problem } from "./chain";

/** A record, and that it is this one. */
export type RecordName = Pick<Head, "sequence" | "hash">;

/** Hashes of the last so many records, by sequence, to find the record that a document names. */
export class RecentHashes {
    private readonly hashes = new Map<number, string>();
    constructor(private readonly size: number) {}

    add(sequence: number, hash: string): void {
        this.hashes.set(sequence, hash);
        if (this.hashes.size > this.size) {
            // A Map keeps the order of insertion: the first is the oldest.
            for (const oldest of this.hashes.keys()) {
                this.hashes.delete(oldest);
                break;
            }
        }
    }

    get(sequence: number): string | undefined {
        return this.hashes.get(sequence);
    }

    clear(): void {
        this.hashes.clear();
    }
}

/** The document in the bytes; otherwise what is wrong with them. */
export function parseCurrent(bytes: Buffer): CurrentDocument | string {
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
        return `${journal.current} is not JSON (${bytes.length} bytes)`;
    }
    const parsed = CurrentDocument.safeParse(value);
    if (!parsed.success) return `${journal.current} does not have the properties that it should have`;
    if (!isIntact(parsed.data)) return `${journal.current} does not have the content that its hash names`;
    if (!bytes.equals(Buffer.from(encodeRecord(parsed.data)))) {
        return `${journal.current} is not spelled as it was written`;
    }
    return parsed.data;
}

/**
 * Why the document does not belong to what was verified; undefined when it does.
 * @param known `seen`: the record that the last one named that did
 */
export function misplaced(
    document: CurrentDocument,
    known: { headSequence: number; seen: RecordName | undefined; recent: RecentHashes },
): Problem | undefined {
    const { sequence, chain } = document;
    const { seen } = known;
    if (seen && sequence < seen.sequence) {
        return {
            kind: "disordered",
            reason: `${journal.current} went back from record ${seen.sequence} to ${sequence}`,
        };
    }
    if (sequence > known.headSequence) {
        return {
            kind: "missing",
            reason: `${journal.current} names record ${sequence}, but the journal ends at ${known.headSequence}`,
        };
    }
    // One that was in its place stays so, however long a client's cache keeps it: that it is old is the verdict's matter.
    const hash = known.recent.get(sequence) ?? (seen?.sequence === sequence ? seen.hash : undefined);
    if (hash === undefined) {
        return {
            kind: "disordered",
            reason: `${journal.current} still names record ${sequence}, though the journal is at ${known.headSequence}`,
        };
    }
    return hash === chain
        ? undefined
        : { kind: "altered", reason: `${journal.current} names another record ${sequence} than the journal has` };
}
