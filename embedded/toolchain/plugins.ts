// The provider plugins that are made here, Pulumi's own for Kubernetes and the
// fallback for Docker, and a PULUMI_HOME of our own that has them where the CLI
// expects installed plugins.
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { built } from "../cache";
import { type Plugin, pluginFolder, pluginProgram } from "./installed";
import { builtKubernetesPlugin } from "./programs";
import { ROOT } from "./versions";

/** The program of a plugin that is made here. */
export const madePlugin = async (plugin: Plugin): Promise<string> =>
    plugin.name === "kubernetes" ? builtKubernetesPlugin() : join(await fallbackPlugin(plugin), pluginProgram(plugin));

/** Everything that it may import. */
function sources(name: string): (string | Buffer)[] {
    const embedded = join(__dirname, "..");
    const folders = [join(__dirname, `${name}-plugin`), join(__dirname, "plugin"), join(embedded, "engine"), embedded];
    const files = folders.flatMap((folder) =>
        readdirSync(folder, { withFileTypes: true })
            .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
            .map((entry) => join(folder, entry.name))
            .sort(),
    );
    // The lock file stands for all packages.
    return [...files, join(ROOT, "package-lock.json")].map((file) => readFileSync(file));
}

/** The folder with its program, which is one file. */
function fallbackPlugin(plugin: Plugin): Promise<string> {
    const program = pluginProgram(plugin);
    return built({
        name: `plugin-${plugin.name}`,
        title: `Bundle the fallback plugin ${plugin.name}`,
        inputs: [plugin.version, ...sources(plugin.name)],
        build: async (into) => {
            await build({
                entryPoints: [join(__dirname, `${plugin.name}-plugin`, "main.ts")],
                outfile: join(into, program),
                bundle: true,
                platform: "node",
                target: "node20",
                format: "cjs",
                // Less to read at each start; names stay for stack traces.
                minifySyntax: true,
                minifyWhitespace: true,
                legalComments: "eof",
                banner: { js: "#!/usr/bin/env node" },
                logLevel: "silent",
            });
            await chmod(join(into, program), 0o755);
        },
    });
}

export interface Placed {
    plugin: Plugin;
    /** The plugin's program, and what else is in its folder. */
    files: readonly string[];
}

/**
 * A PULUMI_HOME with these plugins in it, as `pulumi plugin install --file` would have put them there. The CLI only
 * takes real folders for plugins, so that the links are in them.
 */
export function pulumiHome(placed: readonly Placed[]): Promise<string> {
    return built({
        name: "pulumi-home",
        title: "Install the plugins",
        inputs: placed.map(({ plugin, files }) => [pluginFolder(plugin), ...files].join(" ")),
        build: async (into) => {
            for (const { plugin, files } of placed) {
                const target = join(into, "plugins", pluginFolder(plugin));
                await mkdir(target, { recursive: true });
                for (const file of files) await symlink(file, join(target, basename(file)));
                await writeFile(`${target}.lock`, "");
            }
        },
    });
}
