// The fallback CLI and its language host, built from Go modules.
import { readdirSync, readFileSync } from "node:fs";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { built, builtPath, type Recipe } from "../cache";
import { requireGo } from "../host";
import { cacheDirectory } from "../paths";
import { run } from "../run";
import type { Progress } from "../steps";
import { cliVersion } from "./versions";

const CLI = join(__dirname, "cli");
export const LANGUAGE_HOST = join(__dirname, "language-host");
/** No C library, smaller by the tracing of gRPC, the same result in any folder. */
export const GO_TAGS = "osusergo,grpcnotrace";
const FLAGS = ["-trimpath", "-buildvcs=false", "-tags", GO_TAGS];

interface GoProgram {
    /** The folder of its go.mod. */
    folder: string;
    package: string;
    output: string;
    /** Variables that the linker sets. */
    set: Record<string, string>;
}

const cliProgram = (): GoProgram => ({
    folder: CLI,
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    output: "pulumi",
    set: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${cliVersion()}` },
});

const languageHostProgram = (): GoProgram => ({
    folder: LANGUAGE_HOST,
    package: ".",
    output: "pulumi-language-nodejs",
    set: { "main.version": cliVersion() },
});

/** The user's own settings stay out of it, other than proxies and where modules come from. */
export function goEnvironment(): NodeJS.ProcessEnv {
    return {
        ...process.env,
        GOMODCACHE: join(cacheDirectory(), "go-mod"),
        GOCACHE: join(cacheDirectory(), "go-build"),
        CGO_ENABLED: "0",
        GOFLAGS: "-mod=readonly",
        GOWORK: "off",
    };
}

async function goBuild(program: GoProgram, into: string, progress: Progress, log: string): Promise<void> {
    await requireGo();
    const options = { cwd: program.folder, env: goEnvironment(), logFile: log };
    progress("fetching modules");
    const list = await run("go", ["list", "-deps", "-tags", GO_TAGS, program.package], options);
    const total = list.trim().split("\n").length;
    const set = Object.entries(program.set).map(([name, value]) => `-X ${name}=${value}`);
    const ldflags = ["-s", "-w", ...set].join(" ");
    let compiled = 0;
    await run(
        "go",
        ["build", "-v", ...FLAGS, "-ldflags", ldflags, "-o", join(into, program.output), program.package],
        // Packages that are in Go's own cache are not named.
        { ...options, onLine: () => progress(`${++compiled} of ${total} packages, fewer when some are cached`) },
    );
}

function recipe(program: GoProgram, title: string): Recipe {
    const sources = readdirSync(program.folder)
        .filter((file) => /\.(go|mod|sum)$/.test(file) && !file.endsWith("_test.go"))
        .sort()
        .map((file) => readFileSync(join(program.folder, file)));
    return {
        name: program.output,
        title,
        inputs: [...FLAGS, JSON.stringify(program.set), ...sources],
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
