// What `make policies` prints: a table that is Markdown as well, and what is
// wrong below it. Pure.
import { NOT_JUDGED } from "../../policies/shared/src";

interface Told {
    policy: string;
    resource: string;
    message: string;
    level: string;
}

export interface Column {
    title: string;
    violations: readonly Told[];
    /** Policies that were about nothing there; undefined where the CLI has judged, which does not tell. */
    idle: readonly string[] | undefined;
}

const isUnjudged = ({ message }: Told): boolean => message.startsWith(NOT_JUDGED);

/** What fails a deployment. */
export const isProblem = (told: Told): boolean => told.level === "mandatory" && !isUnjudged(told);

export function summaryTable(policies: readonly string[], columns: readonly Column[]): string {
    const rows = policies.map((policy) => [policy, ...columns.map((column) => outcome(policy, column))]);
    const all = [["policy", ...columns.map(({ title }) => title)], ...rows];
    const widths = (all[0] ?? []).map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
        `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |\n`;
    const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|\n`;
    return line(all[0] ?? []) + rule + rows.map(line).join("");
}

function outcome(policy: string, { violations, idle }: Column): string {
    const own = violations.filter((one) => one.policy === policy);
    const count = (of: Told[], word: string): string[] => (of.length === 0 ? [] : [`${of.length} ${word}`]);
    const parts = [
        ...count(own.filter(isProblem), "WRONG"),
        ...count(
            own.filter((one) => !isProblem(one) && !isUnjudged(one)),
            "advised",
        ),
        ...count(own.filter(isUnjudged), "not judged yet"),
    ];
    if (parts.length > 0) return parts.join(", ");
    return idle === undefined ? "nothing wrong" : idle.includes(policy) ? "–" : "passed";
}

/** Everything but what is not judged yet, with its message. */
export function problemsText(columns: readonly Column[]): string {
    const told = columns.flatMap(({ title, violations }) =>
        violations
            .filter((one) => !isUnjudged(one))
            .map(({ policy, resource, message, level }) => {
                const text = message.replace(/^/gm, "    ");
                return `\n${title}: ${policy} (${level}), resource ${resource}\n${text}\n`;
            }),
    );
    return told.join("");
}
