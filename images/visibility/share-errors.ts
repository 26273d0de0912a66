// An error of the file system in words: what to look at. Pure.

const meanings: Record<string, string> = {
    ENOSPC: "the share is full",
    EDQUOT: "the share's quota is used up",
    EIO: "the share reports an input/output error",
    EROFS: "the share can only be read",
    ESTALE: "the share was replaced behind this mount (stale file handle)",
    EACCES: "the share does not permit it",
    EPERM: "the share does not permit it",
    ENOTCONN: "the share is not connected",
};

export function explain(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    const known = code === undefined ? undefined : meanings[code];
    return known ? `${known} (${message})` : message;
}
