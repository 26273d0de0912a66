// What Linux calls an error of the file system. Node.js names those that libuv
// knows, which leaves out what only NFS and quotas say. Pure.
import { constants } from "node:os";

/** include/uapi/asm-generic/errno.h of Linux. */
const numbers: Record<string, number> = { ...constants.errno, EUCLEAN: 117, EREMOTEIO: 121, EKEYEXPIRED: 127 };
const names = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));

/** Such as ENOSPC; Node.js's own code where the error is none of the system's, or has no name anywhere. */
export function errorName(error: unknown): string | undefined {
    const { code, errno } = error as NodeJS.ErrnoException;
    const isUnnamed = code?.startsWith("Unknown system error") && errno !== undefined;
    return isUnnamed ? (names.get(-errno) ?? code) : code;
}
