// The settings that an environment really has: its file over the defaults, and
// what make adds for the embedded cluster. Pure but for the parsing in settings.ts.
import { type RawSettings, readSettings } from "../settings";
import { groups, isKey, type KeyName, keyOf, keys, type Values, written } from "../settings/keys";
import { NAMESPACE } from "../settings/namespace";
import { problemText } from "../settings/problem";
import { embeddedExample, isSecret } from "./embedded-settings";
import { type ConfigValue, type Environment, isMapping } from "./environment";

export const EMBEDDED = "(embedded cluster)";
export const SECRET = "(secret)";

export interface Effective {
    readonly name: string;
    /** For people: as it is configured; EMBEDDED, SECRET, or nothing where nothing is set. */
    readonly texts: Readonly<Record<KeyName, string>>;
    /** Whether it is something else than the default. */
    readonly differs: (name: KeyName) => boolean;
    /** One line each. */
    readonly problems: readonly string[];
}

/** Full keys (`namespace:key`) and values of an environment while no cluster runs: stand-ins for what make adds. */
export function completeConfig(environment: Environment): Record<string, ConfigValue> {
    if (environment.context !== undefined) return { ...environment.config };
    const added = Object.entries(embeddedExample).map(([key, value]) => [`${NAMESPACE}:${key}`, value]);
    return { ...environment.config, ...Object.fromEntries(added) };
}

export function effective(environment: Environment): Effective {
    const raw: Record<string, string> = {};
    const hidden = new Set<string>();
    for (const [full, value] of Object.entries(completeConfig(environment))) {
        const [namespace, key = ""] = full.split(/:(.*)/s, 2);
        if (namespace !== NAMESPACE) continue;
        if (isHidden(value)) hidden.add(key);
        define(raw, key, isHidden(value) ? standIn(key) : asText(value));
    }
    const { values, problems } = readSettings(raw as RawSettings);
    const embedded = environment.context === undefined ? Object.keys(embeddedExample) : [];
    const textOf = (name: KeyName): string => {
        if (embedded.includes(name)) return EMBEDDED;
        const text = configured(name, values);
        return text !== "" && (hidden.has(name) || keyOf(name).secret) ? SECRET : text;
    };
    const names = Object.keys(keys).filter(isKey);
    return {
        name: environment.name,
        texts: Object.fromEntries(names.map((name) => [name, textOf(name)])) as Record<KeyName, string>,
        differs: (name) => embedded.includes(name) || configured(name, values) !== standard(name),
        problems: problems.map(problemText),
    };
}

/** What the CLI has encrypted, or will. */
const isHidden = (value: ConfigValue): boolean => (isMapping(value) && "secure" in value) || isSecret(value);

/** What is encrypted can't be judged here: something that is allowed takes its place. */
function standIn(key: string): string {
    if (!isKey(key)) return "";
    const { example, list } = keyOf(key);
    return list ? JSON.stringify([example]) : example;
}

/** As the CLI hands a value to a program. */
const asText = (value: ConfigValue): string =>
    value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** A key may have any name, `__proto__` too. */
const define = (raw: Record<string, string>, key: string, value: string): void =>
    void Object.defineProperty(raw, key, { value, enumerable: true, configurable: true });

function configured(name: KeyName, values: Values): string {
    const value = values[name];
    return Array.isArray(value) ? value.join(", ") : written(name, value);
}

const standard = (name: KeyName): string => configured(name, { [name]: keyOf(name).standard } as Values);

/** Side by side; a star before what differs from the default. */
export function environmentsTable(environments: readonly Effective[]): string {
    const header = ["", "default", ...environments.map(({ name }) => name)];
    const sections = groups.map(({ title, names }) => [
        [title],
        ...names.map((name) => [
            `  ${name}`,
            standard(name) || "-",
            ...environments.map((one) => (one.differs(name) ? `* ${one.texts[name]}` : one.texts[name] || "-")),
        ]),
    ]);
    const rows = [header, ...sections.flat()];
    const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const line = (row: string[]): string => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

/** What is wrong with which environment; nothing where all is well. */
export const problemsOf = (environments: readonly Effective[]): string[] =>
    environments.flatMap(({ name, problems }) => problems.map((problem) => `Pulumi.${name}.yaml: ${problem}`));
