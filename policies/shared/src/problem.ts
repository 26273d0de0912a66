// How a policy tells what is wrong: what was found, what is wanted, how to mend it.

export interface Problem {
    /** Of the resource to mend. */
    urn: string;
    /** Such as `PersistentVolume data`. */
    subject: string;
    found: string;
    wanted: string;
    mend: string;
}

export function message(problem: Problem, page: string): string {
    const { subject, found, wanted, mend } = problem;
    return [`${subject}: found ${found}.`, `Wanted: ${wanted}.`, `To mend: ${mend}.`, `More: ${page}`].join("\n");
}

/** "a", "a and b", "a, b and c" */
export function listed(items: readonly string[]): string {
    return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
