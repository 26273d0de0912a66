// apt-get inside a tree: installs packages, tells how far it is, leaves no
// caches. tree.ts makes the trees, apt-progress.ts reads what apt-get prints.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lineProgress, type Progress } from "../steps";
import { aptProgress } from "./apt-progress";
import { inTree } from "./in-tree";
import { sourceLine } from "./sources";
import { cleanPackageCaches, packageSource } from "./tree";

const OPTIONS = [
    ...["-o", "Acquire::Retries=3"],
    ...["-o", "Dpkg::Use-Pty=0"],
    // A tree that is thrown away or rebuilt needs no durability: dpkg syncs each file otherwise.
    ...["-o", "Dpkg::Options::=--force-unsafe-io"],
    ...["-o", "Dpkg::Options::=--force-confold"],
];

export interface AptRun {
    tree: string;
    progress: Progress;
    log: string;
}

export async function aptGet({ tree, progress, log }: AptRun, args: readonly string[], cwd = "/"): Promise<void> {
    await inTree(tree, ["apt-get", ...OPTIONS, "-y", ...args], {
        env: { DEBIAN_FRONTEND: "noninteractive" },
        cwd,
        logFile: log,
        onLine: lineProgress(progress, aptProgress()),
    });
}

/** Makes the packages of another suite of the same mirror known, such as "trixie-backports". */
export async function addSuite(tree: string, suite: string): Promise<void> {
    const folder = join(tree, "etc/apt/sources.list.d");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${suite}.list`), sourceLine(await packageSource(tree), suite));
}

export async function removeSuite(tree: string, suite: string): Promise<void> {
    await rm(join(tree, "etc/apt/sources.list.d", `${suite}.list`), { force: true });
}

/** Installs packages with what they depend on (not what they recommend) and removes the caches again. */
export async function install(apt: AptRun, packages: readonly string[]): Promise<void> {
    apt.progress("reading the lists of packages");
    await aptGet(apt, ["update"]);
    await aptGet(apt, ["install", "--no-install-recommends", ...packages]);
    await cleanPackageCaches(apt.tree);
}
