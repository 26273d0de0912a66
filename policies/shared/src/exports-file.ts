// Reads exports(5) as nfs-utils does (support/nfs/exports.c, xio.c): a line may be
// continued, a path may be in quotes or have octal escapes, options after a dash
// are for the clients after them, and of opposite options the last one counts.

export interface ExportsLine {
    path: string;
    /** "" for a client that is not named. */
    client: string;
    options: string[];
}

export function readExports(text: string): ExportsLine[] {
    const lines = text.replace(/\r/g, "").replace(/\\\n/g, " ").split("\n");
    return lines.flatMap((line) => {
        const [path, ...rest] = wordsOf(line);
        if (path === undefined) return [];
        const named = rest.some((word) => !word.startsWith("-"));
        let common: string[] = [];
        return (named ? rest : [...rest, ""]).flatMap((word): ExportsLine[] => {
            if (word.startsWith("-")) {
                common = [...common, ...word.slice(1).split(",")];
                return [];
            }
            const [, client = "", options = ""] = /^([^(]*)(?:\((.*)\)?)?$/.exec(word) ?? [];
            return [{ path, client, options: [...common, ...options.replace(/\)$/, "").split(",")] }];
        });
    });
}

/** Up to a comment; quotes keep blanks together, and \040 is one. */
function wordsOf(line: string): string[] {
    const words = line.match(/#.*|(?:"[^"]*"|[^\s"])+/g) ?? [];
    const end = words.findIndex((word) => word.startsWith("#"));
    return words
        .slice(0, end < 0 ? words.length : end)
        .map((word) =>
            word
                .replaceAll('"', "")
                .replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
        );
}

/** Whether root of the client is root on the share: it is not squashed, or to uid 0. */
export function keepsRoot(options: readonly string[]): "unsquashed" | "squashed to root" | false {
    const answers = byFlavor(options).map(keepsRootOf);
    return answers.find((answer) => answer !== false) ?? false;
}

/** Options behind a `sec=` are for its flavors only, those before the first one for all: exports(5). */
function byFlavor(options: readonly string[]): string[][] {
    const groups: string[][] = [[]];
    for (const option of options) {
        if (option.startsWith("sec=")) groups.push([]);
        groups.at(-1)?.push(option);
    }
    const [common = [], ...own] = groups;
    return own.length === 0 ? [common] : own.map((group) => [...common, ...group]);
}

function keepsRootOf(options: readonly string[]): ReturnType<typeof keepsRoot> {
    const last = (words: readonly string[]): string | undefined => options.filter((one) => words.includes(one)).at(-1);
    const all = last(["all_squash", "no_all_squash"]) === "all_squash";
    // all_squash is asked first (nfsd_setuser, fs/nfsd/auth.c of Linux).
    if (!all && last(["root_squash", "no_root_squash"]) === "no_root_squash") return "unsquashed";
    const uid = options.filter((one) => one.startsWith("anonuid=")).at(-1);
    return uid !== undefined && Number(uid.slice("anonuid=".length)) === 0 ? "squashed to root" : false;
}
