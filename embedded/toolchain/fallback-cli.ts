// The fallback CLI and its language host, built from Go modules.
import { readdirSync, readFileSync } from "node:fs";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { built, builtPath, type Recipe } from "../cache";
import { goBuild } from "../go";
import { buildFlags, type GoProgram } from "../go-program";
import { cliVersion } from "./versions";

const CLI = join(__dirname, "cli");
export const LANGUAGE_HOST = join(__dirname, "language-host");
/** No C library, and smaller by the tracing of gRPC. */
export const GO_TAGS = "osusergo,grpcnotrace";

const cliProgram = (): GoProgram => ({
    folder: CLI,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    output: "pulumi",
    tags: GO_TAGS,
    set: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${cliVersion()}` },
});

const languageHostProgram = (): GoProgram => ({
    folder: LANGUAGE_HOST,
    package: ".",
    output: "pulumi-language-nodejs",
    tags: GO_TAGS,
    set: { "main.version": cliVersion() },
});

function recipe(program: GoProgram, title: string): Recipe {
    const sources = readdirSync(program.folder)
        .filter((file) => /\.(go|mod|sum)$/.test(file) && !file.endsWith("_test.go"))
        .sort()
        .map((file) => readFileSync(join(program.folder, file)));
    return {
        name: program.output,
        title,
        inputs: [...buildFlags(program), JSON.stringify(program.set), ...sources],
        build: (into, progress, log) => goBuild(program, into, progress, log),
    };
}

function recipes(): { cli: Recipe; languageHost: Recipe } {
    return {
        cli: recipe(cliProgram(), `Build the Pulumi CLI ${cliVersion()} from its Go module`),
        languageHost: recipe(languageHostProgram(), "Build its language host"),
    };
}

/** Where the CLI is, or will be. */
export const fallbackCliPath = (): string => builtPath(recipes().cli);

/** A folder that holds both: the CLI looks for its language host beside itself. */
export async function fallbackPrograms(): Promise<string> {
    const { cli, languageHost } = recipes();
    const parts = [join(await built(cli), "pulumi"), join(await built(languageHost), "pulumi-language-nodejs")];
    return built({
        name: "pulumi-programs",
        title: "Put them together",
        inputs: parts,
        build: async (into) => {
            for (const part of parts) await link(part, join(into, part.slice(part.lastIndexOf("/") + 1)));
        },
    });
}
