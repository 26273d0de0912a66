// Runs TypeScript where Pulumi wants JavaScript: program.js is what Pulumi runs
// as the program, the index.js of each policy pack does the same for the pack.
//
// esbuild makes one file of all that is ours, at each start: that takes less than
// knowing whether anything has changed would save. It takes the types away;
// `npm run check` is what looks at them. Packages stay outside, so that there is
// one Pulumi SDK, the one that Pulumi's own script has loaded. The file is run as
// any other, and has its source map in it: Pulumi's script reads that
// (source-map-support), so that stack traces name the sources.
const { mkdtempSync, realpathSync, rmSync, symlinkSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { basename, dirname, join } = require("node:path");
const { buildSync } = require("esbuild");
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
module.exports = (entry) => {
    const [bundle] = buildSync({
        entryPoints: [entry],
        absWorkingDir: root,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        packages: "external",
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
        logLevel: "silent",
    }).outputFiles;
    return require(placed(bundle));
};

/** The path of a bundle on disk: where nothing can be kept, one of this process, with the same packages beside it. */
function placed({ path, contents }) {
    try {
        keep(path, contents);
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
