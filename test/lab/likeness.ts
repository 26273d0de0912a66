// When a command's output is what the page of the lab shows, although no two
// runs print the same: what is measured may differ, and what Kubernetes names
// may have another name, but the same one wherever the page has the same one.
// Everything else must be equal. Pure.
import { LEFT_OUT } from "./page";

/** Differ from run to run, each by itself. */
const measured = {
    time: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/,
    duration: /\b\d+(?:\.\d+)? (?:ms|s|min|h)\b/,
    // As kubectl's last column has it, or "(12s ago)": settings such as period=2s are no ages.
    age: /(?<!=)\b(?:\d+[dhms])+(?=$| ago\b)/,
    port: /(?<=\b127\.0\.0\.1:)\d+/,
    /** The node's own, of which the server's list of clients has both. */
    client: /(?<=\bclientaddr=)[\d.]+/,
    /** Of the Makefile, when make says which recipe failed. */
    line: /(?<=\[Makefile:)\d+/,
    records:
        /\b\d+(?= records of this revision| of them as they appeared| times\b)|(?<=records verified +)\d+ \(\d+ to \d+\)|(?<="sequence":|\brecord )\d+/,
} as const;

/** Given by the cluster: another one in each run, with one for each of the page. */
const named = {
    // Not where all nodes are listed with their addresses, in the same order each time.
    node: /\bnode-\d+\b(?! \()/,
    uid: /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/,
    hash: /\b[0-9a-f]{64}\b/,
    address: /(?<!\bclientaddr=)\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b/,
    /** What Kubernetes and Pulumi put behind the name of what makes a pod. */
    pod: /(?<=\bnfs-readers-)[0-9a-z]{6,10}-[0-9a-z]{5}\b|(?<=\bnfs-check-)[0-9a-f]{8}\b/,
} as const;

const kinds = { ...named, ...measured };
const anything = new RegExp(
    Object.entries(kinds)
        .map(([kind, { source }]) => `(?<${kind}>${source})`)
        .join("|"),
    "g",
);

interface Shape {
    /** The line with the kind of what may differ in its place. */
    text: string;
    names: { kind: string; name: string }[];
}

function shapeOf(line: string): Shape {
    const names: Shape["names"] = [];
    const marked = line.replace(anything, (...args) => {
        const groups = args.at(-1) as Record<string, string | undefined>;
        const [kind = "", name = ""] = Object.entries(groups).find(([, value]) => value !== undefined) ?? [];
        if (kind in named) names.push({ kind, name });
        return `<${kind}>`;
    });
    // Columns are as wide as what stands in them.
    return { text: marked.replace(/ {2,}/g, "  ").trimEnd(), names };
}

/** What a terminal shows in the end: running steps are overwritten by those that are done (embedded/steps.ts). */
export function seen(printed: string, cluster: string): string[] {
    const lines = printed
        .replaceAll(cluster, "default")
        .split("\n")
        .map((line) => line.trimEnd())
        .filter((line) => !line.startsWith("  … "));
    while (lines.at(-1) === "") lines.pop();
    return lines;
}

/**
 * The printed lines as the page would have them: where it leaves lines out, so many before and after them as it has now.
 * @throws Error when part of the page is between two LEFT_OUT and is not among the printed lines
 */
export function asOnPage(page: readonly string[], printed: readonly string[]): string[] {
    const { parts, error } = placed(page, printed);
    if (error !== undefined) throw new Error(error);
    return joined(parts);
}

interface Placed {
    /** What was printed where the page has its parts. */
    parts: string[][];
    error?: string;
}

const joined = (parts: readonly string[][]): string[] =>
    parts.flatMap((lines, index) => (index === 0 ? lines : [LEFT_OUT, ...lines]));

/** The first part begins what is printed, the last ends it, one between two LEFT_OUT comes anywhere after the one before. */
function placed(page: readonly string[], printed: readonly string[]): Placed {
    const parts = partsOf(page);
    if (parts.length === 1) return { parts: [[...printed]] };
    const first = parts[0] ?? [];
    const last = parts.at(-1) ?? [];
    const end = Math.max(0, printed.length - last.length);
    let from = Math.min(first.length, end);
    const found = [printed.slice(0, from)];
    for (const part of parts.slice(1, -1)) {
        const wanted = part.map((line) => shapeOf(line).text);
        const at = printed.findIndex(
            (_, index) => index >= from && wanted.every((text, i) => text === shapeOf(printed[index + i] ?? "").text),
        );
        if (at < 0 || at + part.length > end) {
            return {
                parts: found,
                error: `was not printed, so the page is to be changed by hand:\n${part.join("\n")}`,
            };
        }
        from = at + part.length;
        found.push(printed.slice(at, from));
    }
    return { parts: [...found, printed.slice(end)] };
}

function partsOf(lines: readonly string[]): string[][] {
    const parts: string[][] = [[]];
    for (const line of lines) {
        if (line === LEFT_OUT) parts.push([]);
        else parts.at(-1)?.push(line);
    }
    return parts;
}

export interface Difference {
    /** One line. */
    reason: string;
    /** Both, with what may differ marked, for a diff. */
    page: string;
    printed: string;
}

/** Compares the outputs of one walk through a page, in order: what the page names stays what it was found to be. */
export class Likeness {
    private readonly printedFor = new Map<string, string>();
    private readonly pageFor = new Map<string, string>();

    /** Undefined when it is what the page shows. */
    difference(page: readonly string[], printed: readonly string[]): Difference | undefined {
        const { parts, error } = placed(page, printed);
        const shown = error === undefined ? joined(parts) : printed;
        const [want, have] = [page.map(shapeOf), shown.map(shapeOf)];
        const text = (shapes: readonly Shape[]): string => shapes.map((one) => one.text).join("\n");
        const found = { page: text(want), printed: text(have) };
        if (found.page !== found.printed) return { reason: "it prints something else", ...found };
        const renamed = want.flatMap(({ names }, i) => {
            const others = have[i]?.names ?? [];
            return names.flatMap(({ kind, name }, j) => this.renamed(kind, name, others[j]?.name ?? ""));
        });
        return renamed[0] === undefined
            ? undefined
            : { reason: renamed[0], page: page.join("\n"), printed: shown.join("\n") };
    }

    private renamed(kind: string, page: string, printed: string): string[] {
        const [known, taken] = [this.printedFor.get(page), this.pageFor.get(printed)];
        if (known === undefined && taken === undefined) {
            this.printedFor.set(page, printed);
            this.pageFor.set(printed, page);
            return [];
        }
        if (known === printed) return [];
        return known === undefined
            ? [`${kind} ${printed}, which was ${taken} on the page before, is ${page} on it now`]
            : [`${kind} ${page} of the page, which was ${known} before, is ${printed} now`];
    }
}
