// A Pulumi stack with all that running it takes: the CLI, its environment, its
// configuration, and for an embedded environment the cluster, registry and
// engine. Tracked files are never written: what only this machine knows (ports,
// a password, the secrets provider's salt) goes into a configuration file in
// the state directory.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type ClusterAccess, clusterAccess, clusterUp } from "../embedded/cluster";
import { baseImage, engineUp } from "../embedded/engine";
import { prepareHost } from "../embedded/host";
import { stateDirectory } from "../embedded/paths";
import { run } from "../embedded/run";
import { allDone, UserError } from "../embedded/steps";
import { toolchain } from "../embedded/toolchain";
import { chosenCluster, chosenEnvironment, type Environment, PROJECT, repository } from "./environment";

/** The packs that every `up` and `preview` enforces. */
const POLICY_PACKS = ["bindings", "probes"];
export const policyArguments = POLICY_PACKS.flatMap((pack) => ["--policy-pack", join(repository, "policies", pack)]);

export interface Stack {
    environment: Environment;
    /** Set for an embedded environment whose cluster runs. */
    cluster: ClusterAccess | undefined;
    /** Runs the CLI on this stack and gives what it prints. */
    read(args: readonly string[]): Promise<string>;
    /** Runs the CLI on this stack with our own input and output. @throws UserError when it fails. */
    show(args: readonly string[]): Promise<void>;
}

/**
 * Opens the stack that make was called for.
 * `need`: "cluster" brings the embedded cluster up; "running" uses it when it
 * runs; "state" looks at Pulumi's state only.
 */
export async function openStack(need: "cluster" | "running" | "state"): Promise<Stack> {
    const environment = chosenEnvironment();
    if (environment.context !== undefined) {
        const tools = await toolchain();
        return stackOf(environment, undefined, tools.pulumi, { ...process.env, ...tools.env }, []);
    }
    const name = chosenCluster();
    // What is missing is said before anything is built.
    if (need === "cluster") await prepareHost();
    const below = async () => (need === "cluster" ? embeddedUp(name) : undefined);
    const [tools, embedded] = await allDone([toolchain(), below()]);
    const env: NodeJS.ProcessEnv = { ...process.env, ...tools.env };
    const home = join(stateDirectory(), "stacks", name);
    await prepareBackend(home, environment.name, tools.pulumi, env);
    const configFile = join(home, `Pulumi.${environment.name}.yaml`);
    if (embedded !== undefined) {
        const { cluster, engine, base } = embedded;
        await writeConfig(environment, configFile, tools.pulumi, env, {
            ...settingsOfThisRun(),
            [`${PROJECT}:context`]: cluster.context,
            [`${PROJECT}:kubeconfig`]: cluster.kubeconfig,
            [`${PROJECT}:clientNetworks`]: cluster.clientNetworks,
            [`${PROJECT}:registryServer`]: cluster.registry.server,
            [`${PROJECT}:registryUsername`]: cluster.registry.username,
            [`${PROJECT}:registryPassword`]: { secret: cluster.registry.password },
            [`${PROJECT}:baseImage`]: base,
            "docker:host": engine.host,
        });
    }
    const cluster = need === "running" ? await clusterAccess(name) : embedded?.cluster;
    return stackOf(environment, cluster, tools.pulumi, env, ["--config-file", configFile]);
}

/** All that an embedded environment runs on. */
async function embeddedUp(name: string) {
    const image = async () => ({ engine: await engineUp(), base: await baseImage() });
    const [cluster, { engine, base }] = await allDone([clusterUp(name), image()]);
    return { cluster, engine, base };
}

function stackOf(
    environment: Environment,
    cluster: ClusterAccess | undefined,
    pulumi: string,
    env: NodeJS.ProcessEnv,
    configArguments: string[],
): Stack {
    const takesConfig = new Set(["up", "preview", "destroy", "refresh"]);
    const whole = (args: readonly string[]): string[] => [
        ...args,
        "--stack",
        environment.name,
        ...(takesConfig.has(args[0] ?? "") ? configArguments : []),
    ];
    return {
        environment,
        cluster,
        read: (args) => run(pulumi, [...whole(args), "--non-interactive"], { cwd: repository, env }),
        show: (args) => inherit(pulumi, whole(args), env),
    };
}

/** Our terminal is the child's; ctrl-C reaches both, and it is the child that ends in order. */
async function inherit(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
    const child = spawn(program, args, { cwd: repository, env, stdio: "inherit" });
    const ignore = (): void => {};
    // The CLI cancels cleanly on SIGINT; SIGTERM would leave a pending operation behind.
    const cancel = (): void => void child.kill("SIGINT");
    process.on("SIGINT", ignore).on("SIGTERM", cancel);
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        if (code !== 0) {
            throw new UserError(
                `pulumi ${args[0]} did not succeed: its messages above say why. Mend it and run the same command again; it goes on from here.`,
            );
        }
    } finally {
        process.off("SIGINT", ignore).off("SIGTERM", cancel);
    }
}

/** A file backend and a passphrase of our own for the embedded environments; a user's login stays untouched. */
async function prepareBackend(home: string, stack: string, pulumi: string, env: NodeJS.ProcessEnv): Promise<void> {
    const backend = join(home, "backend");
    await mkdir(backend, { recursive: true, mode: 0o700 });
    const passphrase = join(home, "passphrase");
    if (!existsSync(passphrase)) {
        await writeFile(`${passphrase}.new`, randomBytes(24).toString("base64url"), { mode: 0o600 });
        await rename(`${passphrase}.new`, passphrase);
    }
    delete env.PULUMI_CONFIG_PASSPHRASE;
    Object.assign(env, {
        PULUMI_BACKEND_URL: `file://${backend}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    // `stack init` writes the salt beside a Pulumi.yaml: not beside the tracked one.
    const project = join(home, "project");
    const salted = join(project, `Pulumi.${stack}.yaml`);
    if (existsSync(join(backend, `.pulumi/stacks/${PROJECT}/${stack}.json`)) && existsSync(salted)) return;
    await mkdir(project, { recursive: true });
    await writeFile(join(project, "Pulumi.yaml"), stringify({ name: PROJECT, runtime: "nodejs" }));
    await run(
        pulumi,
        ["stack", "init", stack, "--no-select", "--secrets-provider", "passphrase", "--non-interactive"],
        {
            cwd: project,
            env,
        },
    );
}

type ConfigValue = unknown | { secret: string };

/** SETTINGS='{message: Hello, readers: 3}' lays values over those of the environment's file, for one run. */
function settingsOfThisRun(): Record<string, ConfigValue> {
    const text = process.env.SETTINGS;
    if (!text) return {};
    let settings: unknown;
    try {
        settings = parse(text);
    } catch {
        settings = undefined;
    }
    if (settings === null || typeof settings !== "object" || Array.isArray(settings)) {
        throw new UserError(`SETTINGS=${text} is not a YAML mapping such as '{message: Hello, readers: 3}'`);
    }
    return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${PROJECT}:${key}`, value]));
}

const isSecret = (value: ConfigValue): value is { secret: string } =>
    value !== null && typeof value === "object" && "secret" in value;

/** Deletes what is kept of the stacks on an instance of the embedded cluster, once that is deleted. */
export const forgetStacks = (cluster: string): Promise<void> =>
    rm(join(stateDirectory(), "stacks", cluster), { recursive: true, force: true });

/** The environment's tracked values and this machine's, in one file; written only when one of them changed. */
async function writeConfig(
    environment: Environment,
    file: string,
    pulumi: string,
    env: NodeJS.ProcessEnv,
    values: Record<string, ConfigValue>,
): Promise<void> {
    const tracked = (parse(await readFile(environment.file, "utf8")) ?? {}) as { config?: Record<string, unknown> };
    const salted = join(file, `../project/Pulumi.${environment.name}.yaml`);
    const salt = parse(await readFile(salted, "utf8")) as object;
    const mark = `# made of ${createHash("sha256")
        .update(JSON.stringify([tracked, values, salt]))
        .digest("hex")}; edit Pulumi.${environment.name}.yaml in the repository instead\n`;
    const before = await readFile(file, "utf8").catch(() => "");
    if (before.startsWith(mark)) return;
    const config: Record<string, unknown> = { ...tracked.config };
    const secrets: [string, string][] = [];
    for (const [key, value] of Object.entries(values)) {
        if (isSecret(value)) secrets.push([key, value.secret]);
        else config[key] = value;
    }
    const making = join(file, `../making/Pulumi.${environment.name}.yaml`);
    await mkdir(join(making, ".."), { recursive: true });
    await writeFile(making, stringify({ ...tracked, ...salt, config }), { mode: 0o600 });
    for (const [key, secret] of secrets) {
        // On its standard input: arguments are seen by everybody on the machine.
        const args = ["config", "set", key, "--secret", "--stack", environment.name, "--config-file", making];
        await run(pulumi, [...args, "--non-interactive"], { cwd: join(file, "../project"), env, input: secret });
    }
    await writeFile(file, mark + (await readFile(making, "utf8")), { mode: 0o600 });
}

/** A resource of the stack's state, as far as commands look at it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    custom: boolean;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/** What the stack holds now; nothing before its first `up`. */
export async function stateResources(stack: Stack): Promise<StateResource[]> {
    const exported = JSON.parse(await stack.read(["stack", "export"])) as {
        deployment?: { resources?: StateResource[] };
    };
    return exported.deployment?.resources ?? [];
}

/** The stack's outputs; an empty object before its first `up`. */
export async function stackOutputs(stack: Stack): Promise<Record<string, unknown>> {
    return JSON.parse(await stack.read(["stack", "output", "--json"])) as Record<string, unknown>;
}
