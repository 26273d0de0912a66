// esbuild's bundles, made anew only when something that they are made of has
// changed: looking at times and sizes takes milliseconds, bundling takes
// hundreds of them at each start of the program and of a pack. register.js loads
// the program this way, policies/start.js the packs, images/bundle.ts the apps
// that go into images.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { basename, dirname, join, relative, resolve } = require("node:path");

/** Large, loaded by parts, and the same as the ones that Pulumi's own script has loaded. */
const SDK = ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/docker", "@grpc/grpc-js", "google-protobuf"];

/**
 * @param {import("esbuild").BuildOptions & { outfile: string }} options
 * @param {string} record path of a file that is kept to know the sources again
 * @returns {{ text: (path?: string) => string, unkept?: Error }} what was made, by path (the outfile's, if none is
 * given); `unkept` when it could not be written
 */
exports.bundle = (options, record) => {
    const folder = dirname(record);
    const stamp = JSON.stringify([options, stateOf(__filename)]);
    if (isFresh(read(record), stamp, folder)) return { text: (path = options.outfile) => read(path) };

    const { outputFiles, metafile } = require("esbuild").buildSync({ ...options, metafile: true, write: false });
    const at = options.absWorkingDir ?? process.cwd();
    const made = new Map(outputFiles.map(({ path, contents }) => [path, Buffer.from(contents)]));
    const text = (path = options.outfile) => made.get(path)?.toString() ?? "";
    try {
        for (const [path, contents] of made) keep(path, contents);
        const files = [...Object.keys(metafile.inputs).map((path) => resolve(at, path)), ...made.keys()];
        const states = Object.fromEntries(files.map((path) => [relative(folder, path), stateOf(path)]));
        keep(record, Buffer.from(JSON.stringify({ stamp, states })));
        return { text };
    } catch (unkept) {
        return { text, unkept };
    }
};

/**
 * TypeScript with all that it imports from here and from small packages, as one file in dist/ beside it.
 * @param {string} entry path of a .ts file
 * @param {readonly string[]} apart paths of files that are to be loaded by themselves
 * @returns {{ file: string, code: string, map: () => string }} where it is, what it says, and its source map
 */
exports.program = (entry, apart = []) => {
    const folder = dirname(entry);
    const file = join(folder, "dist", basename(entry).replace(/\.ts$/, ".js"));
    const { text } = exports.bundle(
        {
            entryPoints: [entry],
            absWorkingDir: folder,
            outfile: file,
            bundle: true,
            platform: "node",
            format: "cjs",
            target: "node20",
            external: [...SDK, "esbuild", ...apart],
            sourcemap: "external",
            sourcesContent: false,
            logLevel: "silent",
        },
        `${file}.json`,
    );
    return { file, code: text(), map: () => text(`${file}.map`) };
};

/**
 * Runs the code of a file, whether it could be kept or not.
 * @param {string} entry what it takes itself for (`__filename`)
 */
exports.run = (file, code, entry, parent) => {
    const module = new Module(file, parent);
    // What it requires is looked for from where it is.
    module.filename = file;
    module.paths = Module._nodeModulePaths(dirname(file));
    module._compile(code, entry);
    return module.exports;
};

function isFresh(record, stamp, folder) {
    if (record === "") return false;
    const { stamp: before, states } = JSON.parse(record);
    return (
        before === stamp && Object.entries(states).every(([path, state]) => state === stateOf(resolve(folder, path)))
    );
}

function stateOf(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && `${found.mtimeMs} ${found.size}`;
}

function read(path) {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

/** Whole or not at all, as several may be started at the same time; and not when it is there: it keeps its time. */
function keep(path, contents) {
    if (read(path) === contents.toString()) return;
    mkdirSync(dirname(path), { recursive: true });
    const making = `${path}.${process.pid}`;
    writeFileSync(making, contents);
    renameSync(making, path);
}
