// Runs TypeScript where Pulumi wants JavaScript: program.js is what Pulumi runs
// as the program, the index.js of each policy pack does the same for the pack.
//
// esbuild makes one file of what is ours and of the packages that it uses, which
// is read in less time than a hundred; and it says what that was made of: while
// none of it has changed, the file is used again. Types are taken away; `make
// check` is what looks at them. Pulumi's packages stay outside, so that there is
// one SDK, the one that Pulumi's own script has loaded. The file is run as any
// other, and has its source map in it: Pulumi's script reads that
// (source-map-support), so that stack traces name the sources.
const { createHash } = require("node:crypto");
const { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { basename, dirname, join } = require("node:path");
const { keep } = require("./keep.js");

const root = dirname(__dirname);
const packages = join(root, "node_modules");
/** Of bundles, each named by what it says: those of other sources, or of other folders that share it, are other files. */
const cache = join(packages, ".cache", "nfs-storage-stack");

/**
 * @param {string} entry absolute path of a .ts file
 * @returns {unknown} what it exports
 * @throws where esbuild can't read a source: file, line and what is wrong
 */
module.exports = (entry) => require(kept(entry) ?? placed(entry, bundled(entry)));

const hash = (contents) => createHash("sha256").update(contents).digest("hex");
/** Beside the bundles: of an entry, which of them is its last, and what it was made of. */
const recordOf = (entry) => join(cache, `${hash(entry).slice(0, 16)}.json`);

/** Decide as well, and esbuild does not name them. */
const SETTINGS = ["load/index.js", "tsconfig.json", "node_modules/esbuild/package.json"];
/** Clocks of file systems are as coarse as that, or better. */
const COARSE_MS = 2_000;

/** A file, or a folder, from outside: what is written anew looks different, and so does a folder with another file in it. */
function seen(path) {
    const { size, mtimeMs, ctimeMs, ino } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {};
    return { looks: `${size} ${mtimeMs} ${ctimeMs} ${ino}`, ctimeMs: ctimeMs ?? 0 };
}

/** The bundle of the last time, if it is whole and nothing that it was made of has changed; else undefined. */
function kept(entry) {
    try {
        const { path, contents, inputs } = JSON.parse(readFileSync(recordOf(entry), "utf8"));
        const same = Object.entries(inputs).every(([file, looked]) => seen(file).looks === looked);
        return same && hash(readFileSync(path)) === contents ? path : undefined;
    } catch {
        return undefined;
    }
}

function bundled(entry) {
    const begun = Date.now();
    const { buildSync } = require("esbuild");
    const { outputFiles, metafile } = buildSync({
        entryPoints: [entry],
        absWorkingDir: root,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        // esbuild itself finds its own program beside it.
        external: ["@pulumi/*", "esbuild"],
        // Packages of this repository, whose sources are TypeScript as well.
        alias: {
            "@nfs-storage-stack/contract": "./contract/src/index.ts",
            "@nfs-storage-stack/policies-shared": "./policies/shared/src/index.ts",
        },
        outdir: cache,
        entryNames: "[name]-[hash]",
        sourcemap: "inline",
        // Sources are found from the cache, wherever the bundle is.
        sourceRoot: cache,
        sourcesContent: false,
        write: false,
        metafile: true,
        logLevel: "silent",
    });
    const [{ path, contents }] = outputFiles;
    const files = [...Object.keys(metafile.inputs), ...SETTINGS];
    return { path, contents, begun, made: [...new Set([...files, ...files.map(dirname)])] };
}

/** The path of a bundle on disk: where nothing can be kept, one of this process, with the same packages beside it. */
function placed(entry, { path, contents, begun, made }) {
    try {
        keep(path, contents);
        const all = made.map((file) => [file, seen(file)]);
        // What has just been written could have been read before that: not this time.
        if (all.every(([, { ctimeMs }]) => ctimeMs < begun - COARSE_MS)) {
            const inputs = Object.fromEntries(all.map(([file, { looks }]) => [file, looks]));
            keep(recordOf(entry), Buffer.from(JSON.stringify({ path, contents: hash(contents), inputs })));
        }
        return path;
    } catch {
        const folder = realpathSync(mkdtempSync(join(tmpdir(), "nfs-storage-stack-")));
        process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
        symlinkSync(packages, join(folder, "node_modules"), "junction");
        const own = join(folder, basename(path));
        keep(own, contents);
        return own;
    }
}
