// Kubernetes and etcd as one static program, built from ../kubernetes (a Go
// module of one file; all else comes from the Go module proxy).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../../cache";
import { requireGo } from "../../host";
import { run } from "../../run";
import type { Progress } from "../../steps";
import { goEnvironment } from "../../toolchain/go";
import { goProgress, kubernetesVersion, versionFlags } from "./go-program";

const MODULE = join(__dirname, "../kubernetes");
const FILES = ["go.mod", "go.sum", "main.go"];

/** Without paths of this machine, symbol tables and the state of the git repository: the same in any folder. */
const FLAGS = ["-trimpath", "-buildvcs=false"];

/** Path of the program; its first argument says which component to be. */
export async function kubernetes(): Promise<string> {
    const texts = FILES.map((name) => readFileSync(join(MODULE, name), "utf8"));
    const version = kubernetesVersion(texts[0] ?? "");
    const ldflags = ["-s", "-w", ...versionFlags(version)].join(" ");
    const folder = await built({
        name: "kubernetes",
        title: `Build Kubernetes ${version}`,
        inputs: [...texts, ...FLAGS, ldflags],
        build: async (into, progress, log) => {
            await requireGo();
            await build(ldflags, join(into, "kubernetes"), progress, log);
        },
    });
    return join(folder, "kubernetes");
}

async function build(ldflags: string, output: string, progress: Progress, log: string): Promise<void> {
    const options = { cwd: MODULE, env: goEnvironment(), logFile: log };
    let modules = 0;
    progress("downloading modules");
    const packages = await run("go", ["list", "-deps", "."], {
        ...options,
        onLine: (line) => {
            if (line.startsWith("go: downloading ")) progress(`downloading modules: ${++modules}`);
        },
    });
    progress("compiling and linking"); // packages in Go's own cache are not named
    const read = goProgress(packages.trim().split("\n"));
    await run("nice", ["go", "build", "-v", ...FLAGS, "-ldflags", ldflags, "-o", output, "."], {
        ...options,
        onLine: (line) => {
            const text = read(line);
            if (text !== undefined) progress(text);
        },
    });
}
