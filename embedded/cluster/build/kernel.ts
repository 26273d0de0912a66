// The kernel of the nodes: User-mode Linux, built from Debian's kernel source
// in a throw-away Debian system, so that the host's release does not matter.
// kernel/ holds its configuration and patches, kernel-source.ts chooses the
// source.
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { built, type Recipe, willBuild } from "../../cache";
import { addSuite, aptGet, removeSuite } from "../../debian/apt";
import { buildTree } from "../../debian/build-tree";
import { inTree } from "../../debian/in-tree";
import { copyTree } from "../../debian/tree";
import { CommandFailed } from "../../run";
import { lineProgress, type Progress, UserError } from "../../steps";
import {
    acceptable,
    compileProgress,
    missingOptions,
    OLDEST,
    offeredVersions,
    packageName,
    SUITES,
    TESTED,
} from "./kernel-source";

const FOLDER = join(__dirname, "kernel");
const CONFIGURATION = readFileSync(join(FOLDER, "node.config"), "utf8");
const PATCHES = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".patch"))
    .sort();

/** Lines "CC" and "AS" in the log of a build of linux 7.2 with node.config. */
const EXPECTED_OBJECTS = 1100;

/** Inside the tree. */
const SOURCES = "/usr/src";

interface Work {
    tree: string;
    progress: Progress;
    log: string;
}

const recipe: Recipe = {
    name: "node-kernel",
    title: "Build the kernel of the nodes",
    seconds: 600,
    inputs: ["1", CONFIGURATION, ...PATCHES.flatMap((name) => [name, readFileSync(join(FOLDER, name))])],
    build: async (into, progress, log) => {
        const tree = join(into, "tree");
        await copyTree(await buildTree(), tree);
        const work = { tree, progress, log };
        const source = await patchedSource(work);
        await compile(work, source);
        await copyFile(join(tree, source, "linux"), join(into, "linux"));
        await copyFile(join(tree, source, ".config"), join(into, "config"));
        await writeFile(join(into, "version"), `${await release(tree, source)}\n`);
        progress("removing the sources");
        await rm(tree, { recursive: true, force: true });
    },
};

/** Makes it count in what is said of the time that is left, long before its turn. */
export const willBuildKernel = (): void => willBuild(recipe);

/** Path of the kernel, a static program. Beside it stand its configuration and its version. */
export const nodeKernel = async (): Promise<string> => join(await built(recipe), "linux");

const release = async (tree: string, source: string): Promise<string> =>
    (await readFile(join(tree, source, "include/config/kernel.release"), "utf8")).trim();

/** Downloads and unpacks the best source that can be had and that the patches fit; its folder in the tree. */
async function patchedSource(work: Work): Promise<string> {
    const tried: string[] = [];
    for (const suite of SUITES) {
        await addSuite(work.tree, suite);
        const source = await sourceOf(suite, work, tried);
        if (source !== undefined) return source;
        await removeSuite(work.tree, suite);
    }
    throw new UserError(
        `no source for the nodes' kernel: wanted is linux-source-${TESTED}, or another from ${OLDEST} on that the ` +
            `patches in ${FOLDER} fit. Tried:\n${tried.map((line) => `  - ${line}`).join("\n")}\n  whole output: ${work.log}`,
    );
}

async function sourceOf(suite: string, work: Work, tried: string[]): Promise<string | undefined> {
    try {
        work.progress(`looking for a kernel source in ${suite}`);
        await aptGet(work, ["update"]);
    } catch (error) {
        tried.push(`${suite}: its list of packages could not be read: ${lastLine(error)}`);
        return undefined;
    }
    const search = ["apt-cache", "search", "--names-only", "^linux-source-"];
    const offered = offeredVersions(await inTree(work.tree, search, { logFile: work.log }));
    const versions = acceptable(offered);
    if (versions.length === 0)
        tried.push(`${suite}: offers only ${offered.map(packageName).join(", ") || "no source"}`);
    for (const version of versions) {
        try {
            return await prepare(work, version);
        } catch (error) {
            tried.push(`${suite}: ${packageName(version)}: ${lastLine(error)}`);
        }
    }
    return undefined;
}

async function prepare({ tree, progress, log }: Work, version: string): Promise<string> {
    const name = packageName(version);
    const source = `${SOURCES}/${name}`;
    const step = (text: string, script: string, input?: string): Promise<string> => {
        progress(text);
        return inTree(tree, ["sh", "-ec", script], {
            cwd: SOURCES,
            logFile: log,
            ...(input === undefined ? {} : { input }),
        });
    };
    // Unpacked rather than installed: what the package depends on is here, and another suite's may not fit.
    await step(`downloading ${name}`, `apt-get -o Acquire::Retries=3 download ${name}`);
    await step(`unpacking ${name}`, `dpkg-deb -x ${name}_*.deb / && rm ${name}_*.deb`);
    await step(`unpacking ${name}`, `rm -rf ${name} && tar -xf ${name}.tar.xz && rm ${name}.tar.xz`);
    for (const patch of PATCHES) {
        const text = readFileSync(join(FOLDER, patch), "utf8");
        await step(`applying ${patch}`, `cd ${name} && echo '${patch}' && patch --batch -p1`, text);
    }
    return source;
}

async function compile({ tree, progress, log }: Work, source: string): Promise<void> {
    await writeFile(join(tree, source, "node.config"), CONFIGURATION);
    // Less eager than what is built in Go at the same time: that ends with minutes in which it keeps one processor busy.
    const make = ["nice", "-n", "19", "make", "ARCH=um"];
    await inTree(tree, [...make, "KCONFIG_ALLCONFIG=node.config", "allnoconfig"], { cwd: source, logFile: log });
    requireOptions(await readFile(join(tree, source, ".config"), "utf8"), log);
    await inTree(tree, [...make, `-j${availableParallelism()}`, "linux"], {
        cwd: source,
        logFile: log,
        onLine: lineProgress(progress, compileProgress(EXPECTED_OBJECTS)),
    });
    await inTree(tree, ["strip", "linux"], { cwd: source, logFile: log });
}

/** Kconfig drops options without a word when what they depend on is missing or has another name. */
function requireOptions(configuration: string, log: string): void {
    const missing = missingOptions(CONFIGURATION, configuration);
    if (missing.length > 0) {
        throw new UserError(
            `this kernel source does not know, or does not allow, what ${join(FOLDER, "node.config")} asks for: ` +
                `${missing.join(", ")}\n  whole output: ${log}`,
        );
    }
}

const lastLine = (error: unknown): string =>
    error instanceof CommandFailed ? (error.tail.at(-1) ?? error.message) : (error as Error).message;
