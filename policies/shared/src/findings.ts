// What a rule finds: problems, and what it could not judge. How both are told.

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

/** It depends on what no deployment tells: a file of an image, a kind of object that the policies do not look into. */
export interface Unseen {
    urn: string;
    subject: string;
    /** What can't be looked into. */
    unseen: string[];
}

export type Finding = Problem | Unjudged | Unseen;
/** Of one object, or of a whole stack; an empty list is a pass. */
export type Judgement = Finding[] | "not applicable";

export const isUnjudged = (finding: Finding): finding is Unjudged => "unknown" in finding;
const isUnseen = (finding: Finding): finding is Unseen => "unseen" in finding;
/** How the message of what is not judged begins: `Not judged yet: ...`, or `Not judged: ...` for what never is. */
export const NOT_JUDGED = "Not judged";

export const isProblem = (finding: Finding): finding is Problem => !isUnjudged(finding) && !isUnseen(finding);

export function problemMessage(problem: Problem, page: string): string {
    const { subject, found, wanted, mend } = problem;
    return [`${subject}: found ${found}.`, `Wanted: ${wanted}.`, `To mend: ${mend}.`, `More: ${page}`].join("\n");
}

/** What people should know, and no deployment fails for: what is not judged, one message a resource. */
export function advices(findings: readonly Finding[], description: string): { urn: string; message: string }[] {
    const yet = merged(findings.filter(isUnjudged), ({ unknown }) => unknown).map(({ urn, subject, what }) => ({
        urn,
        message: `${NOT_JUDGED} yet: ${subject}: ${listed(what)} ${what.length === 1 ? "is" : "are"} known only after the deployment, which judges it. The rule: ${description}`,
    }));
    const never = merged(findings.filter(isUnseen), ({ unseen }) => unseen).map(({ urn, subject, what }) => ({
        urn,
        message: `${NOT_JUDGED}: ${subject}: ${listed(what)} can't be looked into. The rule: ${description}`,
    }));
    return [...yet, ...never];
}

/** One entry for each resource, each thing once, however often it was met. */
function merged<T extends { urn: string; subject: string }>(findings: readonly T[], whatOf: (finding: T) => string[]) {
    const byUrn = new Map<string, { urn: string; subject: string; what: string[] }>();
    for (const finding of findings) {
        const { urn, subject } = finding;
        const what = [...(byUrn.get(urn)?.what ?? []), ...whatOf(finding)];
        byUrn.set(urn, { urn, subject, what: [...new Set(what)] });
    }
    return [...byUrn.values()];
}

/** "a", "a and b", "a, b and c" */
export function listed(items: readonly string[]): string {
    return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
