// The build context: which files belong to it (.dockerignore), a digest of
// them, and the archive that is sent. The same files always give the same
// bytes: owners and times stay out.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import dockerignore, { type Ignore } from "@balena/dockerignore";
import { create } from "tar";

export interface Entry {
    /** Relative to the context, with "/". */
    path: string;
    kind: "file" | "folder" | "link";
    /** Permissions as they are in the archive. */
    mode: number;
}

/** The builder reads both, even where .dockerignore names them. */
const ALWAYS = (dockerfile: string): string[] => [dockerfile, ".dockerignore"];

/** The same rules as the archive's writer applies (tar's "portable"): nobody but the owner may write. */
const portable = (mode: number): number => (mode | 0o600) & 0o755;

async function ignoreRules(context: string, dockerfile: string): Promise<{ rules: Ignore; text: string }> {
    for (const file of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
        try {
            const text = await readFile(join(context, file), "utf8");
            return { rules: dockerignore().add(text), text };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        }
    }
    return { rules: dockerignore(), text: "" };
}

/** All that is sent, in a fixed order. @throws Error when the Dockerfile is not among it. */
export async function contextEntries(context: string, dockerfile: string): Promise<Entry[]> {
    if (dockerfile.startsWith("../")) {
        throw new Error(`the Dockerfile ${dockerfile} is outside of the build context ${context}: not served here`);
    }
    const { rules, text } = await ignoreRules(context, dockerfile);
    const always = new Set(ALWAYS(dockerfile));
    // A rule that takes something in again may do so inside of a folder that is ignored.
    const lookInside = /^\s*!/m.test(text);
    const entries: Entry[] = [];
    const walk = async (folder: string): Promise<void> => {
        const names = await readdir(join(context, folder));
        for (const name of names.sort()) {
            const path = folder === "" ? name : `${folder}/${name}`;
            const stats = await lstat(join(context, path));
            const wanted = always.has(path) || !rules.ignores(path);
            const above = [...always].some((file) => file.startsWith(`${path}/`));
            if (stats.isDirectory()) {
                if (wanted) entries.push({ path, kind: "folder", mode: 0o755 });
                if (wanted || lookInside || above) await walk(path);
            } else if (wanted && stats.isSymbolicLink()) {
                entries.push({ path, kind: "link", mode: 0o777 });
            } else if (wanted && stats.isFile()) {
                entries.push({ path, kind: "file", mode: portable(stats.mode) });
            }
            // Sockets, pipes and devices cannot be copied into an image.
        }
    };
    await walk("");
    if (!entries.some(({ path, kind }) => path === dockerfile && kind !== "folder")) {
        throw new Error(`there is no Dockerfile ${join(context, dockerfile)}`);
    }
    return entries;
}

/** Changes when, and only when, what is sent changes. */
export async function contextDigest(context: string, dockerfile: string): Promise<string> {
    const whole = createHash("sha256");
    whole.update(JSON.stringify(dockerfile));
    for (const { path, kind, mode } of await contextEntries(context, dockerfile)) {
        const content =
            kind === "file"
                ? await fileDigest(join(context, path))
                : kind === "link"
                  ? await readlink(join(context, path))
                  : "";
        whole.update(`${JSON.stringify([path, kind, mode, content])}\n`);
    }
    return whole.digest("hex");
}

async function fileDigest(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex");
}

export async function contextArchive(context: string, dockerfile: string): Promise<Readable> {
    const entries = await contextEntries(context, dockerfile);
    const options = { cwd: context, portable: true, mtime: new Date(0), noDirRecurse: true, gzip: true };
    // Without "./" a name that starts with "@" would be read as an archive to take in.
    return create(
        options,
        entries.map(({ path }) => `./${path}`),
    ) as unknown as Readable;
}
