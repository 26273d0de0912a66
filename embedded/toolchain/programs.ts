// What runs a Pulumi program, built from Go modules: Pulumi's own CLI, Pulumi's
// own Kubernetes plugin, and the language host of this project. One module
// (cli/) and one run of Go, so that what they share is compiled once.
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { built, builtPath, type Recipe } from "../cache";
import { goBuild } from "../go";
import { buildFlags, type GoPrograms } from "../go-program";
import { CommandFailed } from "../run";
import { UserError } from "../steps";
import { cliVersion, KUBERNETES_MODULE, kubernetesPluginVersion, sdkVersion } from "./versions";

const MODULE = join(__dirname, "cli");
const KUBERNETES = "pulumi-resource-kubernetes";
const LANGUAGE_HOST = "pulumi-language-nodejs";
export const LANGUAGE_HOST_FOLDER = join(MODULE, LANGUAGE_HOST);
/** No C library, and smaller by the tracing of gRPC. */
export const GO_TAGS = "osusergo,grpcnotrace";

const programs = (): GoPrograms => ({
    folder: MODULE,
    packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", `./${KUBERNETES}`, `./${LANGUAGE_HOST}`],
    embedded: {
        module: KUBERNETES_MODULE,
        from: `cmd/${KUBERNETES}`,
        into: KUBERNETES,
        files: ["schema.json", "terraform-mapping.json"],
    },
    tags: GO_TAGS,
    set: {
        "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${cliVersion()}`,
        [`${KUBERNETES_MODULE}/pkg/version.Version`]: kubernetesPluginVersion(),
    },
});

function recipe(): Recipe {
    const { folder, ...rest } = programs();
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(go|mod|sum)$/.test(file) && !file.endsWith("_test.go"))
        .sort()
        .map((file) => readFileSync(join(folder, file)));
    return {
        name: "pulumi-programs",
        title: `Build the Pulumi CLI ${cliVersion()} and Pulumi's Kubernetes plugin ${kubernetesPluginVersion()}`,
        seconds: 560,
        inputs: [JSON.stringify(rest), ...buildFlags(rest), ...sources],
        build: async (into, progress, log) => {
            await goBuild({ folder, ...rest }, into, progress, log).catch(explain);
            // Not beside the CLI, whose folder is on PATH: it warns of plugins that it finds there.
            await mkdir(join(into, "plugin"));
            await rename(join(into, KUBERNETES), join(into, "plugin", KUBERNETES));
        },
    };
}

/** There is nothing else that could take their place. */
function explain(error: unknown): never {
    if (!(error instanceof CommandFailed || error instanceof UserError)) throw error;
    throw new UserError(
        "the Pulumi CLI or its Kubernetes plugin is not installed, Pulumi's releases do not answer, and building them " +
            `from their Go modules failed: ${error.message}\n  Mend that, or install both: ` +
            `https://www.pulumi.com/docs/install, \`pulumi plugin install resource kubernetes ${sdkVersion("kubernetes")}\``,
    );
}

/** Where they are, or will be. */
export const builtProgramsPath = (): string => builtPath(recipe());

/** The folder with the CLI and the language host, for which it looks beside itself. */
export const builtPrograms = (): Promise<string> => built(recipe());

/** Path of the Kubernetes plugin. */
export const builtKubernetesPlugin = async (): Promise<string> => join(await built(recipe()), "plugin", KUBERNETES);
