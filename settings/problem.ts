// How the configuration says what is wrong with it. settings/values.ts raises
// these, settings.ts collects them into one error.

/** One value that can't be used: says what is allowed. The key and the value are added where they are known. */
export class NotAllowed extends Error {
    override name = "NotAllowed";
}

export interface Problem {
    key: string;
    /** As it was configured; undefined when the key is missing. Never a secret. */
    given?: string;
    /** What is allowed, or what to do. */
    allowed: string;
    /** A value to show in the command that mends it. */
    example?: string;
    /** The key holds a list, which `pulumi config set` takes by path. */
    list?: boolean;
    /** The key must go, instead of getting another value. */
    remove?: boolean;
}

const quoted = (text: string): string => (/^[\w.,:/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The command that changes a key. */
export function changeCommand(namespace: string, { key, example = "<value>", list, remove }: Problem): string {
    if (remove) {
        return `pulumi config rm ${namespace}:${key}`;
    }
    const value = example === "<value>" ? example : quoted(example);
    return list
        ? `pulumi config set --path '${namespace}:${key}[0]' ${value}`
        : `pulumi config set ${namespace}:${key} ${value}`;
}

/** All problems as the text of one error. */
export function problemsText(namespace: string, problems: readonly Problem[]): string {
    const lines = problems.map((problem) => {
        const given = problem.given === undefined ? "is not set" : `is ${JSON.stringify(problem.given)}`;
        return `  ${problem.key} ${given}: ${problem.allowed}\n      ${changeCommand(namespace, problem)}`;
    });
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    return `the configuration of this stack has ${count}; nothing was changed\n${lines.join("\n")}`;
}
