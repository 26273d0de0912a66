// What a plain user, one who is not root, may do on this machine: found by
// trying (host-problems.ts says what stands in the way). namespace.ts makes him
// root of a namespace.
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { PlainUser } from "./host-problems";
import { CommandFailed, run } from "./run";
import { areEnough, freeIds, type IdRange, rangesOf } from "./subordinate-ids";

/** Below /proc/sys: of Debian's kernels, of all, of Ubuntu's. */
const SETTINGS = [
    "kernel/unprivileged_userns_clone",
    "user/max_user_namespaces",
    "kernel/apparmor_restrict_unprivileged_userns",
];

/** For unshare: all that a cluster's supervisor gets, so that what is refused later is refused now. */
export const TRIAL = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "true"];

export interface SubordinateIds {
    users: IdRange[];
    groups: IdRange[];
}

const textOf = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");

export const subordinateIds = async (): Promise<SubordinateIds> => {
    const user = whoever();
    return { users: rangesOf(await textOf("/etc/subuid"), user), groups: rangesOf(await textOf("/etc/subgid"), user) };
};

/** Undefined for root, of the machine or of a namespace, and where there are no namespaces at all. */
export async function plainUser(): Promise<PlainUser | undefined> {
    if (process.platform !== "linux" || process.getuid?.() === 0) return undefined;
    const ids = await subordinateIds();
    const settings = SETTINGS.map(async (name) => [name.replace("/", "."), await textOf(join("/proc/sys", name))]);
    return {
        name: whoever().name,
        refusal: await refusal(),
        settings: Object.fromEntries(await Promise.all(settings)),
        enoughIds: areEnough(ids.users) && areEnough(ids.groups),
        freeIds: freeIds(await textOf("/etc/subuid"), await textOf("/etc/subgid")),
    };
}

function whoever(): { name: string; uid: number } {
    const uid = process.getuid?.() ?? 0;
    try {
        return { name: userInfo().username, uid };
    } catch {
        return { name: String(uid), uid }; // a user whom no list of users knows
    }
}

async function refusal(): Promise<string | undefined> {
    try {
        await run("unshare", TRIAL);
        return undefined;
    } catch (error) {
        return error instanceof CommandFailed ? error.tail.join("; ") || error.message : (error as Error).message;
    }
}
