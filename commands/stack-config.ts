// The configuration that the CLI gets for a stack: the environment's tracked
// file with what only this machine, or this run, knows laid over it. It is a
// file of its own outside the repository, so that nothing that the CLI writes
// into its configuration (the secrets provider's salt) lands in a tracked file.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { run } from "../embedded/run";
import { UserError } from "../embedded/steps";
import { isSecret } from "./embedded-settings";
import { type ConfigValue, type Environment, isMapping, PROJECT } from "./environment";

/** What a stack's file says of its secrets provider, besides `config`. */
const PROVIDER_KEYS = ["secretsprovider", "encryptionsalt", "encryptedkey"] as const;
type Provider = Partial<Record<(typeof PROVIDER_KEYS)[number], string>>;

/** Where the configuration of an environment is kept. */
export const configFileOf = (home: string, { name }: Pick<Environment, "name">): string =>
    join(home, `Pulumi.${name}.yaml`);

const projectFolder = (home: string): string => join(home, "project");

/** The keys with their namespace before them. */
export const namespaced = (settings: Readonly<Record<string, ConfigValue>>): Record<string, ConfigValue> =>
    Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${PROJECT}:${key}`, value]));

/** SETTINGS='{message: Hello, readers: 3}' lays values over those of the environment's file, for one run. */
export function settingsOfThisRun(): Record<string, ConfigValue> {
    const text = process.env.SETTINGS;
    if (!text) return {};
    let settings: unknown;
    try {
        settings = parse(text);
    } catch {
        settings = undefined;
    }
    if (!isMapping(settings)) {
        throw new UserError(`SETTINGS=${text} is not a YAML mapping such as '{message: Hello, readers: 3}'`);
    }
    return namespaced(settings);
}

/**
 * What is said for one run wins over what make adds for the embedded cluster, whose registry's password is for that
 * registry only.
 */
export function withRun(
    machine: Readonly<Record<string, ConfigValue>>,
    run: Readonly<Record<string, ConfigValue>>,
): Record<string, ConfigValue> {
    const [server = "", ...credentials] = ["registryServer", "registryUsername", "registryPassword"].map(
        (key) => `${PROJECT}:${key}`,
    );
    const own = (run[server] ?? machine[server]) === machine[server];
    const kept = Object.entries(machine).filter(([key]) => own || !credentials.includes(key));
    return { ...Object.fromEntries(kept), ...run };
}

/**
 * The folder of a project of the same name, for `pulumi stack init`, which writes into the stack's file beside the
 * project's: what the tracked file says of a secrets provider is in it, and kept.
 */
export async function projectOf(home: string, environment: Environment): Promise<string> {
    const folder = projectFolder(home);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "Pulumi.yaml"), stringify({ name: PROJECT, runtime: "nodejs" }));
    const provider = await providerOf(home, environment);
    if (Object.keys(provider).length > 0) {
        await writeFile(configFileOf(folder, environment), stringify(provider), { mode: 0o600 });
    }
    return folder;
}

/** The tracked file's own, or else what the CLI wrote outside of the repository. */
async function providerOf(home: string, environment: Environment): Promise<Provider> {
    const files = [environment.file, configFileOf(home, environment), configFileOf(projectFolder(home), environment)];
    for (const file of files) {
        const content: unknown = parse(await readFile(file, "utf8").catch(() => ""));
        const said = PROVIDER_KEYS.filter((key) => isMapping(content) && typeof content[key] === "string");
        if (isMapping(content) && said.length > 0) {
            return Object.fromEntries(said.map((key) => [key, content[key]])) as Provider;
        }
    }
    return {};
}

/** How the CLI is run, where a stack's files are kept. */
export interface StackFiles {
    home: string;
    pulumi: string;
    env: NodeJS.ProcessEnv;
}

/** The environment's tracked values and these, in one file; written only when one of them changed. */
export async function writeConfig(
    environment: Environment,
    { home, pulumi, env }: StackFiles,
    values: Readonly<Record<string, ConfigValue>>,
): Promise<void> {
    const file = configFileOf(home, environment);
    const provider = await providerOf(home, environment);
    const mark = `# made of ${createHash("sha256")
        .update(JSON.stringify([environment.config, values, provider]))
        .digest("hex")}; edit Pulumi.${environment.name}.yaml in the repository instead\n`;
    const before = await readFile(file, "utf8").catch(() => "");
    if (before.startsWith(mark)) return;
    const secrets = Object.entries(values).flatMap(([key, value]) =>
        isSecret(value) ? [[key, value.secret] as const] : [],
    );
    const plain = Object.entries(values).filter(([, value]) => !isSecret(value));
    const config = { ...environment.config, ...Object.fromEntries(plain) };
    const making = configFileOf(join(home, "making"), environment);
    await mkdir(dirname(making), { recursive: true, mode: 0o700 });
    await writeFile(making, stringify({ ...provider, config }), { mode: 0o600 });
    for (const [key, secret] of secrets) {
        // On its standard input: arguments are seen by everybody on the machine.
        const args = ["config", "set", key, "--secret", "--stack", environment.name, "--config-file", making];
        await run(pulumi, [...args, "--non-interactive"], { cwd: projectFolder(home), env, input: secret });
    }
    await writeFile(file, mark + (await readFile(making, "utf8")), { mode: 0o600 });
}
