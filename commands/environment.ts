// Which environment a command is for, and what its file says: an environment
// that names no kube context gets the embedded cluster.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../embedded/steps";
import { NAMESPACE } from "../settings/namespace";

export const repository = join(__dirname, "..");
export const PROJECT = NAMESPACE;

/** As a stack's file holds it: plain data, or `{ secure: … }` for what the CLI encrypted. */
export type ConfigValue = unknown;

export interface Environment {
    /** Name of the Pulumi stack, and the middle of its file's name. */
    name: string;
    /** Its tracked file. */
    file: string;
    /** What that says, by full key (`namespace:key`). */
    config: Readonly<Record<string, ConfigValue>>;
    /** The kube context it names; undefined means the embedded cluster. */
    context: string | undefined;
}

/** Names of all environments that have a file, sorted; of `files` of the folder only when they are given. */
export function environmentNames(directory = repository, files: readonly string[] = readdirSync(directory)): string[] {
    return files
        .map((file) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .sort();
}

/** @throws UserError when there is no such environment or its file can't be read. */
export function environmentOf(name: string, directory = repository): Environment {
    const file = join(directory, `Pulumi.${name}.yaml`);
    if (!/^[A-Za-z0-9_-]+$/.test(name) || !existsSync(file)) {
        const known = environmentNames(directory).join(", ");
        throw new UserError(`ENV=${name}: no file Pulumi.${name}.yaml here; environments: ${known}`);
    }
    const config = configOf(readFileSync(file, "utf8"), `Pulumi.${name}.yaml`);
    const context = config[`${PROJECT}:context`];
    return { name, file, config, context: typeof context === "string" && context !== "" ? context : undefined };
}

/** Without a namespace, Pulumi takes a key for the project's own. */
function configOf(text: string, name: string): Record<string, ConfigValue> {
    let content: unknown;
    try {
        content = parse(text);
    } catch (error) {
        throw new UserError(`${name} is not valid YAML: ${(error as Error).message}`);
    }
    const config = isMapping(content) ? (content.config ?? {}) : content === null ? {} : undefined;
    if (!isMapping(config)) {
        throw new UserError(`${name}: a mapping with settings under \`config:\` is allowed, such as config: {}`);
    }
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${PROJECT}:${key}`, value]),
    );
}

export const isMapping = (value: unknown): value is Record<string, unknown> =>
    value !== null && typeof value === "object" && !Array.isArray(value);

/** The environment that make was called for. @default dev */
export const chosenEnvironment = (): Environment => environmentOf(process.env.ENV || "dev");

/** The instance of the embedded cluster that make was called for. @default default */
export const chosenCluster = (): string => process.env.CLUSTER || "default";
