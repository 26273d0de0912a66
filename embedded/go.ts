// Builds what comes from Go modules: what runs Pulumi programs
// (toolchain/programs.ts), and Kubernetes (cluster/build/kubernetes.ts). What
// such programs and their flags are is in go-program.ts.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
    buildFlags,
    downloadProgress,
    type GoPrograms,
    goProgress,
    linkerFlags,
    overlay,
    tagFlags,
} from "./go-program";
import { goProblems } from "./host-problems";
import { cacheDirectory } from "./paths";
import { dyingWithUs, run } from "./run";
import { lineProgress, type Progress, UserError } from "./steps";

/** What `go env GOVERSION` says; undefined when there is no go on PATH. */
export async function goVersion(): Promise<string | undefined> {
    try {
        return (await run("go", ["env", "GOVERSION"])).trim();
    } catch {
        return undefined;
    }
}

/** @throws UserError when there is no Go, or one too old */
export async function requireGo(): Promise<void> {
    const [problem] = goProblems(await goVersion());
    if (problem !== undefined) throw new UserError(problem);
}

/** The user's own settings stay out of it, other than proxies and where modules come from. */
export function goEnvironment(): NodeJS.ProcessEnv {
    return {
        ...process.env,
        GOMODCACHE: join(cacheDirectory(), "go-mod"),
        GOCACHE: join(cacheDirectory(), "go-build"),
        CGO_ENABLED: "0",
        GOFLAGS: "-mod=readonly",
        // The compiler collects garbage less often while it is small: a fifth less of processor time (k8s.io and Pulumi's
        // SDK in Go, 28.6 s for 35.7 and 4.2 for 5.6), at about the same peak (2.4 GiB for 2.3).
        GOGC: "400",
        GOMEMLIMIT: "2500MiB",
        GOWORK: "off",
    };
}

let before: Promise<void> = Promise.resolve();

/** Builds the programs into a folder. @throws UserError when there is no Go that can */
export async function goBuild(programs: GoPrograms, into: string, progress: Progress, log: string): Promise<void> {
    await requireGo();
    const options = { cwd: programs.folder, env: goEnvironment(), logFile: log };
    progress("downloading modules");
    const replaced = join(into, "overlay.json");
    const laidOver = programs.embedded === undefined ? [] : ["-overlay", replaced];
    if (programs.embedded !== undefined) {
        const module = await run("go", ["mod", "download", "-json", programs.embedded.module], options);
        const { Dir } = JSON.parse(module) as { Dir: string };
        await writeFile(replaced, overlay(programs.folder, Dir, programs.embedded));
    }
    const listed = await run("go", ["list", "-deps", ...laidOver, ...tagFlags(programs), ...programs.packages], {
        ...options,
        onLine: lineProgress(progress, downloadProgress()),
    });
    const packages = listed.trim().split("\n");
    const compile = async (): Promise<void> => {
        progress("compiling and linking"); // packages in Go's own cache are not named
        const flags = ["-v", ...laidOver, ...buildFlags(programs), "-ldflags", linkerFlags(programs)];
        const build = ["go", "build", ...flags, "-o", into, ...programs.packages];
        await run(...dyingWithUs("nice", build), {
            ...options,
            onLine: lineProgress(progress, goProgress(packages)),
        });
        await rm(replaced, { force: true });
    };
    // One at a time: each uses all processors, and the linker of Kubernetes 2.4 GiB.
    progress("waiting for the Go program before it");
    const turn = before.then(compile);
    before = turn.catch(() => {});
    return turn;
}
