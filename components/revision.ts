// What a deployment is, as one hash: evidence of another revision proves
// nothing about this one. Pure.
import { digest } from "@nfs-storage-stack/contract";

export interface RevisionParts {
    /** By digest. The server's is null where somebody else runs it. */
    readonly images: { readonly server: string | null; readonly client: string };
    /** What Ganesha reads, which names the claim whose data it serves; null where somebody else runs the server. */
    readonly serverConfiguration: Readonly<Record<string, string>> | null;
    readonly export: { readonly address: string; readonly path: string; readonly nfsVersion: string };
    readonly mountOptions: readonly string[];
    /** What the writer is told, its message among it: a change is done when the check has seen it, whoever says "updated". */
    readonly writer: Readonly<Record<string, string | number>>;
}

export function revisionOf(parts: RevisionParts): string {
    return digest(parts);
}
