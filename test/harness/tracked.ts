// The repository's own files: what git tracks. Whoever works in this folder has
// files of his own in it (a stack's Pulumi.<stack>.yaml, notes, values), and a
// test that takes them for the repository's fails for nothing that is wrong.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { repository } from "../../commands/environment";

/** In every copy of the repository: where git does not track it, git's list is that of another one. */
const ALWAYS = "Pulumi.yaml";
/** What .gitignore names, and git's own. */
const NOT_OURS = new Set(["node_modules", "dist", ".git"]);

/**
 * Paths of all of them, from `folder` on. In a copy that git knows nothing of (an archive that was unpacked) they can't
 * be told from a user's own: there it is all that git would not ignore.
 * @throws Error when git is there and refuses
 */
export function trackedBelow(folder: string): string[] {
    const listed = listedByGit(folder);
    if (!listed.includes(ALWAYS)) return allBelow(folder);
    // Listed as well is what was deleted and is not committed yet.
    return listed.filter((file) => existsSync(join(folder, file)));
}

function listedByGit(folder: string): string[] {
    try {
        const options = { cwd: folder, encoding: "utf8", stdio: "pipe", env: { ...process.env, LC_ALL: "C" } } as const;
        return execFileSync("git", ["ls-files", "-z"], options)
            .split("\0")
            .filter((file) => file !== "");
    } catch (error) {
        const { code, stderr = "" } = error as NodeJS.ErrnoException & { stderr?: string };
        if (code === "ENOENT" || stderr.includes("not a git repository")) return [];
        throw new Error(`which files of ${folder} are the repository's own is what git tracks, and it says: ${stderr}`);
    }
}

function allBelow(folder: string): string[] {
    const below = (at: string): string[] =>
        readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
            if (NOT_OURS.has(entry.name)) return [];
            const path = join(at, entry.name);
            return entry.isDirectory() ? below(path) : [relative(folder, path)];
        });
    return below(folder).sort();
}

const files = trackedBelow(repository);

/** Paths of all of this repository, from its root on. */
export const tracked = (): string[] => [...files];

/** Names of those that are directly in a folder of it, such as "docs/policies". */
export function trackedIn(folder: string): string[] {
    const inside = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));
    return inside.filter((name) => !name.includes("/"));
}
