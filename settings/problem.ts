// How the configuration says what is wrong with it. settings/values.ts raises
// these, settings.ts collects them into one error.
import { shellWord, shown } from "./shown";

/** One value that can't be used: says what is allowed. The key and the value are added where they are known. */
export class NotAllowed extends Error {
    override name = "NotAllowed";
    /** @param item which one of a list it is about */
    constructor(
        message: string,
        readonly item?: number,
    ) {
        super(message);
    }
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
    /** Which one of the list it is about. @default the first */
    item?: number;
    /** Its value belongs neither into a command line nor, in clear, into a file. */
    secret?: boolean;
    /** The key must go, instead of getting another value. */
    remove?: boolean;
}

/** Whose configuration it is. */
export interface Place {
    /** Of the keys: the name of the Pulumi project. */
    readonly namespace: string;
    readonly stack: string;
}

export const fileOf = (stack: string): string => `Pulumi.${stack}.yaml`;

const plainKey = (key: string): boolean => /^[\w.-]+$/.test(key);

/** The command that changes a key. */
export function changeCommand({ namespace, stack }: Place, problem: Problem): string {
    const { key, example = "<value>", list, item = 0, remove, secret } = problem;
    if (!plainKey(key)) {
        return `remove it from ${fileOf(stack)}`;
    }
    const full = `${namespace}:${key}`;
    const onStack = `--stack ${shellWord(stack)}`;
    if (remove) {
        return `pulumi config rm ${full} ${onStack}`;
    }
    if (secret) {
        // Without a value it asks for one.
        return `pulumi config set --secret ${full} ${onStack}`;
    }
    const value = example === "<value>" ? example : shellWord(example);
    return list
        ? `pulumi config set --path '${full}[${item}]' ${value} ${onStack}`
        : `pulumi config set ${full} ${value} ${onStack}`;
}

/** All problems as the text of one error. */
export function problemsText(place: Place, problems: readonly Problem[]): string {
    const one = problems.length === 1;
    return [
        `the configuration of stack ${place.stack} has ${one ? "1 problem" : `${problems.length} problems`}; nothing was changed`,
        ...problems.map((problem) => `  ${problemText(problem)}\n      ${changeCommand(place, problem)}`),
        `Change ${one ? "it with this command" : "them with these commands"}, or in ${fileOf(place.stack)}; docs/settings.md explains every key.`,
    ].join("\n");
}

/** Which key, its value, what is allowed: one line. */
export function problemText({ key, given, allowed }: Problem): string {
    const value = given === undefined ? "is not set" : `is ${shown(given)}`;
    return `${plainKey(key) ? key : shown(key)} ${value}: ${allowed}`;
}
