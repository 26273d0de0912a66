// What /proc/mounts says of the share: the options that are in force, as the
// kernel spells them. Pure; reading that file does not touch the mount.

export interface MountEntry {
    source: string;
    point: string;
    type: string;
    options: string[];
}

/** getmntent(3): spaces and the like are written as octal numbers. */
const unescaped = (text: string): string =>
    text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export function parseMounts(text: string): MountEntry[] {
    return text.split("\n").flatMap((line) => {
        const [source, point, type, options] = line.split(" ");
        if (source === undefined || point === undefined || type === undefined || options === undefined) return [];
        return [{ source: unescaped(source), point: unescaped(point), type, options: unescaped(options).split(",") }];
    });
}

/** What is mounted at exactly this place; of several the last, which hides the others. */
export const mountedAt = (path: string, entries: readonly MountEntry[]): MountEntry | undefined =>
    entries.findLast(({ point }) => point === path);

export const isNfs = (entry: MountEntry): boolean => entry.type === "nfs" || entry.type === "nfs4";
