// A Pulumi stack with all that running it takes: the CLI, its environment, its
// configuration (stack-config.ts), and for an embedded environment the cluster,
// registry and engine.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClusterAccess, clusterAccess, clusterUp } from "../embedded/cluster";
import { baseImage, engineUp } from "../embedded/engine";
import { prepareHost } from "../embedded/host";
import { stacksFolder, stateDirectory } from "../embedded/paths";
import { run } from "../embedded/run";
import { allDone, UserError } from "../embedded/steps";
import { type Toolchain, toolchain } from "../embedded/toolchain";
import { embeddedSettings } from "./embedded-settings";
import { chosenCluster, chosenEnvironment, type Environment, PROJECT, repository } from "./environment";
import { PASSPHRASE_FILE, passphraseFile, removeLeftovers } from "./leftovers";
import { policyConfiguration } from "./policy-profile";
import {
    configFileOf,
    namespaced,
    projectOf,
    type StackFiles,
    settingsOfThisRun,
    withRun,
    writeConfig,
} from "./stack-config";
import { agree, Mark } from "./unfinished";

const policies = join(repository, "policies");
/** What every `up` and `preview` enforces: all packs, as the one that starts once, as this project or PROFILE configures them. */
export const policyArguments = [
    "--policy-pack",
    join(policies, "all"),
    "--policy-pack-config",
    policyConfiguration(process.env.PROFILE),
];

export interface Stack {
    environment: Environment;
    /** Set for an embedded environment whose cluster runs. */
    cluster: ClusterAccess | undefined;
    /** What of Pulumi runs it, in a line for people. */
    toolchain: string;
    /** Runs the CLI and gives what it prints. */
    ask(args: readonly string[]): Promise<string>;
    /** Runs the CLI on this stack and gives what it prints. */
    read(args: readonly string[]): Promise<string>;
    /** Runs the CLI on this stack with our own input and output. @throws UserError when it fails. */
    show(args: readonly string[]): Promise<void>;
    /** Whether what changed it last was cut off. */
    isUnfinished(): boolean;
}

/** As openStack; undefined when there never was one on the embedded cluster: then nothing is built to look at it. */
export async function existingStack(need: "running" | "state"): Promise<Stack | undefined> {
    const embedded = chosenEnvironment().context === undefined;
    return embedded && !existsSync(join(stacksFolder(chosenCluster()), "backend")) ? undefined : openStack(need);
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
        return openForeign(environment, need, tools, { ...process.env, ...tools.env });
    }
    const name = chosenCluster();
    // What is missing is said before anything is built.
    if (need === "cluster") await prepareHost();
    const below = async () => (need === "cluster" ? embeddedUp(name) : undefined);
    const [tools, embedded] = await allDone([toolchain(), below()]);
    const env: NodeJS.ProcessEnv = { ...process.env, ...tools.env };
    const home = stacksFolder(name);
    await removeLeftovers(home, environment.name);
    await prepareBackend(home, environment, tools.pulumi, env);
    if (embedded !== undefined) {
        const { cluster, engine, base } = embedded;
        const machine = { ...namespaced(embeddedSettings(cluster, base)), "docker:host": engine.host };
        await writeConfig(environment, { home, pulumi: tools.pulumi, env }, withRun(machine, settingsOfThisRun()));
    }
    const cluster = need === "running" ? await clusterAccess(name) : embedded?.cluster;
    return stackOf(environment, cluster, { home, pulumi: tools.pulumi, env }, tools.about);
}

/** All that an embedded environment runs on. */
async function embeddedUp(name: string) {
    const image = async () => ({ engine: await engineUp(), base: await baseImage() });
    const [cluster, { engine, base }] = await allDone([clusterUp(name), image()]);
    return { cluster, engine, base };
}

/** On a cluster of the user's own, with the user's own backend and secrets provider. */
async function openForeign(
    environment: Environment,
    need: "cluster" | "running" | "state",
    { pulumi, about }: Toolchain,
    env: NodeJS.ProcessEnv,
): Promise<Stack> {
    const home = foreignHome(environment.name);
    const stack = stackOf(environment, undefined, { home, pulumi, env }, about);
    const project = await projectOf(home, environment);
    if (need === "cluster" && !(await stackExists(stack))) {
        // Not beside the tracked file, into which it may write the secrets provider's salt.
        await inherit(pulumi, ["stack", "init", environment.name, "--no-select"], env, project);
    }
    await writeConfig(environment, { home, pulumi, env }, settingsOfThisRun());
    return stack;
}

const foreignHome = (environment: string): string => join(stateDirectory(), "environments", environment);

/** Whether make has ever deployed to it, or tried to, from this machine. */
export const wasOpened = (environment: Environment): boolean => existsSync(foreignHome(environment.name));

/** A backend gives names with the organization and the project before them, or without. */
async function stackExists(stack: Stack): Promise<boolean> {
    const listed = JSON.parse(await stack.ask(["stack", "ls", "--json"])) as { name: string }[];
    return listed.some(({ name }) => name.split("/").at(-1) === stack.environment.name);
}

function stackOf(
    environment: Environment,
    cluster: ClusterAccess | undefined,
    { home, pulumi, env }: StackFiles,
    about: string,
): Stack {
    const configFile = configFileOf(home, environment);
    const mark = new Mark(home, environment);
    const takesConfig = new Set(["up", "preview", "destroy", "refresh"]);
    const whole = (args: readonly string[]): string[] => [
        ...args,
        "--stack",
        environment.name,
        ...(takesConfig.has(args[0] ?? "") ? ["--config-file", configFile] : []),
    ];
    const ask = (args: readonly string[]): Promise<string> =>
        run(pulumi, [...args, "--non-interactive"], { cwd: repository, env });
    const stack: Stack = {
        environment,
        cluster,
        toolchain: about,
        ask,
        read: (args) => ask(whole(args)),
        isUnfinished: () => mark.isThere,
        show: async (args) => {
            if (!CHANGING.has(args[0] ?? "")) return inherit(pulumi, whole(args), env, repository);
            let more: string[] = [];
            if (mark.isThere) {
                if (cluster) await agree(stack, cluster);
                // Shown with what else it would do.
                else if (args[0] === "up") more = ["--refresh"];
            }
            await mark.set();
            try {
                await inherit(pulumi, whole([...args, ...more]), env, repository);
            } catch (error) {
                if (!(error instanceof Interrupted)) await mark.clear();
                throw error;
            }
            await mark.clear();
        },
    };
    return stack;
}

const CHANGING = new Set(["up", "destroy"]);

class Interrupted extends UserError {
    override name = "Interrupted";
    constructor(command: string) {
        super(
            `pulumi ${command} was interrupted; nothing is lost. \`make up\` and \`make down\` go on from here, whichever comes next.`,
        );
    }
}

/** Our terminal is the child's; ctrl-C reaches both, and it is the child that ends in order. */
async function inherit(program: string, args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
    const child = spawn(program, args, { cwd, env, stdio: "inherit" });
    let interrupted = false;
    const note = (): void => {
        interrupted = true;
    };
    // The CLI cancels cleanly on SIGINT; SIGTERM would leave a pending operation behind.
    const cancel = (): void => {
        interrupted = true;
        child.kill("SIGINT");
    };
    process.on("SIGINT", note).on("SIGTERM", cancel);
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        // Also with exit code 0: a destroy that is cancelled while nothing fails ends as if it were done.
        if (interrupted || code === null) throw new Interrupted(args[0] ?? "");
        if (code !== 0) {
            throw new UserError(
                `pulumi ${args[0]} did not succeed: its messages above say why. Mend it and run the same command again; it goes on from here.`,
            );
        }
    } finally {
        process.off("SIGINT", note).off("SIGTERM", cancel);
    }
}

/** A file backend and a passphrase of our own for the embedded environments; a user's login stays untouched. */
async function prepareBackend(
    home: string,
    environment: Environment,
    pulumi: string,
    env: NodeJS.ProcessEnv,
): Promise<void> {
    const backend = join(home, "backend");
    await mkdir(backend, { recursive: true, mode: 0o700 });
    const passphrase = passphraseFile(home);
    if (!existsSync(passphrase)) {
        await writeFile(`${passphrase}.new`, randomBytes(24).toString("base64url"), { mode: 0o600 });
        await rename(`${passphrase}.new`, passphrase);
    }
    delete env.PULUMI_CONFIG_PASSPHRASE;
    Object.assign(env, {
        PULUMI_BACKEND_URL: `file://${backend}`,
        [PASSPHRASE_FILE]: passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    const project = await projectOf(home, environment);
    if (existsSync(join(backend, `.pulumi/stacks/${PROJECT}/${environment.name}.json`))) return;
    const provider = ["--secrets-provider", "passphrase", "--non-interactive"];
    await run(pulumi, ["stack", "init", environment.name, "--no-select", ...provider], { cwd: project, env });
}
