// Programs that are built from a Go module: their flags, and what the lines that
// Go prints meanwhile say. Pure; go.ts builds them.
import { join } from "node:path";
import type { Said } from "./steps";

export interface GoPrograms {
    /** The folder of their go.mod. */
    folder: string;
    /** Each becomes a file that is named as its folder is, or as the last part of its path. */
    packages: readonly string[];
    /** Files of another module that one of them embeds; they are never written into its folder. @default none */
    embedded?: EmbeddedFiles;
    /** Build tags, with commas between them. @default none */
    tags?: string;
    /** Variables that the linker sets. */
    set: Readonly<Record<string, string>>;
}

export interface EmbeddedFiles {
    /** Path of the module, which go.mod requires. */
    module: string;
    /** The files' folder in it. */
    from: string;
    /** The folder of our package, in that of go.mod. */
    into: string;
    files: readonly string[];
}

/** What -overlay reads. `module`: the folder that the module is unpacked in. */
export function overlay(folder: string, module: string, { from, into, files }: EmbeddedFiles): string {
    const Replace = Object.fromEntries(files.map((file) => [join(folder, into, file), join(module, from, file)]));
    return JSON.stringify({ Replace });
}

export const tagFlags = ({ tags }: Pick<GoPrograms, "tags">): string[] => (tags === undefined ? [] : ["-tags", tags]);

/**
 * Without paths of this machine and the state of the git repository: the same result in any folder. Without debugging
 * tables, which the linker would drop (-s, -w): compiling takes a seventh less (158 s of processor time against 184 for
 * k8s.io/client-go/kubernetes with what it needs), and Go's cache a fifth.
 */
export const buildFlags = (programs: Pick<GoPrograms, "tags">): string[] => [
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false",
    ...tagFlags(programs),
];

/** The value of -ldflags: also without symbol tables. */
export function linkerFlags({ set }: Pick<GoPrograms, "set">): string {
    return ["-s", "-w", ...Object.entries(set).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
}

/** Reads what any `go` command says of the modules that it has to fetch first. */
export function downloadProgress(): (line: string) => string | undefined {
    let modules = 0;
    return (line) => (line.startsWith("go: downloading ") ? `downloading modules: ${++modules}` : undefined);
}

/** Reads the lines of `go build -v`, which names each package that it compiles; those in Go's cache are not named. */
export function goProgress(packages: readonly string[]): (line: string) => Said | undefined {
    const known = new Set(packages);
    const last = packages.at(-1);
    let compiled = 0;
    return (line) => {
        if (!known.has(line)) return undefined;
        compiled++;
        // `go list -deps` puts a program itself last: after it comes the linker, which says nothing.
        const text = line === last ? "linking" : `${compiled} of at most ${packages.length} packages compiled`;
        return { text, share: compiled / packages.length };
    };
}
