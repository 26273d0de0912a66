// How the preflight says what it found, in the form in which the configuration
// says what is wrong with itself. Pure.
import { changeCommand, type Place, type Problem, problemText } from "../settings/problem";
import { shown } from "../settings/shown";

export interface Finding {
    /** What it is about, what was found and what is wanted: one line. */
    readonly line: string;
    /** Settings that mend it. */
    readonly changes?: readonly Problem[];
    /** Commands that show more. */
    readonly commands?: readonly string[];
}

/** About a setting, mended by another value of it. */
export const ofSetting = (problem: Problem): Finding => ({ line: problemText(problem), changes: [problem] });

/** Networks that clientNetworks is to have as well. */
export const adding = (networks: readonly string[], after: number): Problem[] =>
    networks.map((example, index) => ({
        key: "clientNetworks",
        allowed: "an address or a network",
        example,
        list: true,
        item: after + index,
    }));

/** The first ones, and how many more there are. @param rest what these are called */
export function listed(names: readonly string[], most: number, rest = "more"): string {
    const named = names.slice(0, most).join(", ");
    return names.length > most ? `${named} and ${names.length - most} ${rest}` : named;
}

export const findingText = (place: Place, { line, changes = [], commands = [] }: Finding): string =>
    [line, ...[...changes.map((change) => changeCommand(place, change)), ...commands].map((one) => `    ${one}`)].join(
        "\n",
    );

/** All of them as the text of one error. */
export function findingsText(place: Place, context: string, findings: readonly Finding[]): string {
    const count = findings.length === 1 ? "1 problem" : `${findings.length} problems`;
    return [
        `stack ${place.stack} can't go to context ${shown(context)}: the cluster has ${count}; nothing was changed`,
        ...findings.map((finding) => findingText(place, finding).replaceAll(/^/gm, "  ")),
        "docs/your-cluster.md says what a cluster needs, and how to get it.",
    ].join("\n");
}
