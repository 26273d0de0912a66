// An error of the file system in words: what to look at. Pure.
import { errorName } from "../common/error-names";

const meanings: Record<string, string> = {
    ENOSPC: "the share is full",
    EDQUOT: "the share's quota is used up",
    EIO: "the share reports an input/output error",
    EROFS: "the share can only be read",
    ESTALE: "the share was replaced behind this mount (stale file handle)",
    EACCES: "the share does not permit it",
    EPERM: "the share does not permit it",
    ENOTCONN: "the share is not connected",
    ENOLCK: "the share gives no more locks",
    EREMOTEIO: "the share reports an input/output error of its own",
    EUCLEAN: "the file system behind the share is damaged",
};

export function explain(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    const name = errorName(error);
    // Node.js says "Unknown system error -116: Unknown system error -116, open 'a'".
    const text = name === code ? message : message.replace(/^(Unknown system error -\d+): \1/, name ?? "");
    const known = name === undefined ? undefined : meanings[name];
    return known ? `${known} (${text})` : text;
}
