// The ids that a plain user may use beside his own: what /etc/subuid and
// /etc/subgid say (subuid(5)), and what it becomes in a user namespace. Pure:
// plain-user.ts reads the files, namespace.ts makes the namespace.

export interface IdRange {
    start: number;
    count: number;
}

/** Of nobody and nogroup, the highest that Debian's own packages use: a Debian system has files of any id up to it. */
const HIGHEST_ID = 65_534;
/** Where useradd begins, and how many it gives (login.defs(5)). */
const FIRST_FREE = 100_000;
const USUAL_COUNT = 65_536;

const entries = (text: string): { owner: string; start: number; count: number }[] =>
    [...text.matchAll(/^([^:\n]+):(\d+):(\d+)\s*$/gm)].map(([, owner = "", start, count]) => ({
        owner,
        start: Number(start),
        count: Number(count),
    }));

/** Those of a user, who may stand in the file by his name or by his number. */
export const rangesOf = (text: string, { name, uid }: { name: string; uid: number }): IdRange[] =>
    entries(text)
        .filter(({ owner }) => owner === name || owner === String(uid))
        .map(({ start, count }) => ({ start, count }));

export const areEnough = (ranges: readonly IdRange[]): boolean =>
    ranges.reduce((sum, { count }) => sum + count, 0) >= HIGHEST_ID;

/** What newuidmap and newgidmap take: inside, one's own id is 0 and the others follow. */
export function idMapping(own: number, ranges: readonly IdRange[]): string[] {
    let inside = 1;
    const rest = ranges.map(({ start, count }) => {
        const begin = inside;
        inside += count;
        return [begin, start, count];
    });
    return [[0, own, 1], ...rest].flat().map(String);
}

/** Ids that stand in none of these files, as usermod takes them. */
export function freeIds(...texts: readonly string[]): string {
    const ends = texts.flatMap(entries).map(({ start, count }) => start + count);
    const first = Math.max(FIRST_FREE, ...ends);
    return `${first}-${first + USUAL_COUNT - 1}`;
}

/**
 * From the text of /proc/self/uid_map: whether root here is but one user outside, as in a namespace that a plain user
 * has made. A container's root is one of a range.
 */
export function isPlainUserInside(uidMap: string): boolean {
    const [inside, outside, count] = (uidMap.split("\n")[0] ?? "").trim().split(/\s+/).map(Number);
    return inside === 0 && outside !== 0 && count === 1;
}
