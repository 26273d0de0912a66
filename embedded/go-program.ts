// A program that is built from a Go module: its flags, and what the lines that
// Go prints meanwhile say. Pure; go.ts builds it.

export interface GoProgram {
    /** The folder of its go.mod. */
    folder: string;
    package: string;
    /** Name of the file that it becomes. */
    output: string;
    /** Build tags, with commas between them. @default none */
    tags?: string;
    /** Variables that the linker sets. */
    set: Readonly<Record<string, string>>;
}

export const tagFlags = ({ tags }: Pick<GoProgram, "tags">): string[] => (tags === undefined ? [] : ["-tags", tags]);

/**
 * Without paths of this machine and the state of the git repository: the same result in any folder. Without debugging
 * tables, which the linker would drop (-s, -w): compiling takes a seventh less (158 s of processor time against 184 for
 * k8s.io/client-go/kubernetes with what it needs), and Go's cache a fifth.
 */
export const buildFlags = (program: Pick<GoProgram, "tags">): string[] => [
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false",
    ...tagFlags(program),
];

/** The value of -ldflags: also without symbol tables. */
export function linkerFlags({ set }: Pick<GoProgram, "set">): string {
    return ["-s", "-w", ...Object.entries(set).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
}

/** Reads what any `go` command says of the modules that it has to fetch first. */
export function downloadProgress(): (line: string) => string | undefined {
    let modules = 0;
    return (line) => (line.startsWith("go: downloading ") ? `downloading modules: ${++modules}` : undefined);
}

/** Reads the lines of `go build -v`, which names each package that it compiles; those in Go's cache are not named. */
export function goProgress(packages: readonly string[]): (line: string) => string | undefined {
    const known = new Set(packages);
    const last = packages.at(-1);
    let compiled = 0;
    return (line) => {
        if (!known.has(line)) return undefined;
        compiled++;
        // `go list -deps` puts the program itself last: after it comes the linker, which says nothing.
        return line === last ? "linking" : `${compiled} of at most ${packages.length} packages compiled`;
    };
}
