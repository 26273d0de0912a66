// What a rule finds: problems, and what it could not judge yet. How both are told.

export interface Problem {
    /** Of the resource to mend. */
    urn: string;
    /** Such as `PersistentVolume data`. */
    subject: string;
    found: string;
    wanted: string;
    mend: string;
    /** Where one container is to blame: its name, so that it can be exempted by itself. */
    container?: string | symbol;
}

/** Neither right nor wrong: it depends on what only the deployment will tell. */
export interface Unjudged {
    urn: string;
    subject: string;
    /** Paths of the values that are not known yet. */
    unknown: string[];
}

export type Finding = Problem | Unjudged;
/** Of one object, or of a whole stack; an empty list is a pass. */
export type Judgement = Finding[] | "not applicable";

export const isUnjudged = (finding: Finding): finding is Unjudged => "unknown" in finding;

/** How the message of what is not judged yet begins. */
export const NOT_JUDGED = "Not judged yet";

export function problemMessage(problem: Problem, page: string): string {
    const { subject, found, wanted, mend } = problem;
    return [`${subject}: found ${found}.`, `Wanted: ${wanted}.`, `To mend: ${mend}.`, `More: ${page}`].join("\n");
}

export function unjudgedMessage({ subject, unknown }: Unjudged, description: string): string {
    const values = [...new Set(unknown)];
    const verb = values.length === 1 ? "is" : "are";
    return `${NOT_JUDGED}: ${subject}: ${listed(values)} ${verb} known only after the deployment, which judges it. The rule: ${description}`;
}

/** One entry for each resource, however many values of it are unknown. */
export function mergedUnjudged(findings: readonly Finding[]): Unjudged[] {
    const byUrn = new Map<string, Unjudged>();
    for (const finding of findings.filter(isUnjudged)) {
        const before = byUrn.get(finding.urn);
        byUrn.set(finding.urn, { ...finding, unknown: [...(before?.unknown ?? []), ...finding.unknown] });
    }
    return [...byUrn.values()];
}

/** "a", "a and b", "a, b and c" */
export function listed(items: readonly string[]): string {
    return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
