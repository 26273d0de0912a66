// Finds or makes what runs a Pulumi program: the CLI with its language host for
// Node.js, and the provider plugins. What is installed is used as it is, else
// Pulumi's own release is fetched, else it is built here. choice.ts decides;
// README.md says what is Pulumi's own and what is not.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../steps";
import { about } from "./about";
import { chooseOrigin, choosePlugin, type Origin, VARIABLE, wantedOrigin } from "./choice";
import { findOnPath, installedPlugin, type Plugin, pluginProgram, pulumiOnPath, userHome } from "./installed";
import { madePlugin, type Placed, pulumiHome } from "./plugins";
import { builtPrograms, builtProgramsPath } from "./programs";
import { publishedChecksum, release, releasePath } from "./release";
import { cliVersion, kubernetesPluginVersion, sdkVersion } from "./versions";

export interface Toolchain {
    /** Path of the CLI. */
    pulumi: string;
    /** To be added to the environment of the CLI. */
    env: Record<string, string>;
    /** What it is and whose, in a line for people. */
    about: string;
}

/** Providers that are made here where Pulumi's releases cannot be had. */
const PLUGINS = ["kubernetes", "docker"];

export async function toolchain(): Promise<Toolchain> {
    const wanted = wantedOrigin(process.env[VARIABLE]);
    const probe = once(() => publishedChecksum(cliVersion()));
    const cli = await cliPrograms(wanted, probe);
    const plugins = await pluginSources(wanted, cli.origin, probe);
    const ownHome = cli.origin === "built" || plugins.some(({ source }) => source === "made");
    return {
        pulumi: cli.pulumi,
        env: {
            ...(cli.folder === undefined ? {} : { PATH: `${cli.folder}${delimiter}${process.env.PATH ?? ""}` }),
            ...(ownHome ? await homeEnvironment(plugins, wanted) : {}),
        },
        about: about({
            cli,
            plugins: plugins.map(({ plugin: { name, version: sdk }, source }) => ({
                ...{ name, source, sdk },
                version: name === "kubernetes" ? kubernetesPluginVersion() : sdk,
            })),
        }),
    };
}

type Probe = () => Promise<string | undefined>;

function once<T>(ask: () => Promise<T>): () => Promise<T> {
    let answer: Promise<T> | undefined;
    return () => {
        answer ??= ask();
        return answer;
    };
}

interface Programs {
    origin: Origin;
    pulumi: string;
    version: string;
    /** To be put first on PATH. */
    folder?: string;
}

async function cliPrograms(wanted: Origin | undefined, probe: Probe): Promise<Programs> {
    const onPath = wanted === undefined || wanted === "path" ? await pulumiOnPath() : undefined;
    const cached = { release: releasePath() !== undefined, built: existsSync(builtProgramsPath()) };
    let origin = chooseOrigin({ wanted, onPath, cached });
    if (origin === "probe") origin = (await probe()) === undefined ? "built" : "release";
    if (origin === "path" && onPath) return { origin, pulumi: onPath.pulumi, version: onPath.version.trim() };
    const folder = origin === "release" ? await releasePrograms(probe) : await builtPrograms();
    const own = origin === "release" ? origin : "built";
    return { origin: own, pulumi: join(folder, "pulumi"), version: cliVersion(), folder };
}

async function releasePrograms(probe: Probe): Promise<string> {
    const present = releasePath();
    if (present !== undefined) return present;
    const checksum = await probe();
    if (checksum === undefined) {
        throw new UserError(`${VARIABLE} is "release", but Pulumi's release ${cliVersion()} cannot be reached`);
    }
    return release(checksum);
}

interface PluginSource {
    plugin: Plugin;
    source: "installed" | "acquire" | "made";
    /** Where the user has installed it. */
    folder?: string;
}

async function pluginSources(wanted: Origin | undefined, cli: Origin, probe: Probe): Promise<PluginSource[]> {
    return Promise.all(
        PLUGINS.map(async (name) => {
            const plugin = { name, version: sdkVersion(name) };
            const folder = installedPlugin(plugin);
            const onPath = (await findOnPath(pluginProgram(plugin))) !== undefined;
            const source = await choosePlugin({
                installed: folder !== undefined || onPath,
                wanted,
                cli,
                reachable: async () => (await probe()) !== undefined,
            });
            return folder === undefined ? { plugin, source } : { plugin, source, folder };
        }),
    );
}

/** A PULUMI_HOME of our own, so that nothing is put into the user's. */
async function homeEnvironment(
    plugins: readonly PluginSource[],
    wanted: Origin | undefined,
): Promise<Record<string, string>> {
    const placed: Placed[] = [];
    for (const { plugin, source, folder } of plugins) {
        if (source === "made") placed.push({ plugin, files: [await madePlugin(plugin)] });
        else if (folder !== undefined) {
            placed.push({ plugin, files: (await readdir(folder)).sort().map((file) => join(folder, file)) });
        }
    }
    const loggedIn = existsSync(join(userHome(), "credentials.json"));
    return {
        PULUMI_HOME: await pulumiHome(placed),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // Or the CLI would prefer a plugin that it finds on PATH.
        ...(wanted === "built" ? { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" } : {}),
        // What cannot be reached would be retried for a minute.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...(loggedIn ? { PULUMI_CREDENTIALS_PATH: userHome() } : {}),
    };
}
