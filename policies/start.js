// Where Pulumi starts every pack: loads its TypeScript as one file of plain
// JavaScript, which is made when it is not there or a source has changed. Made
// once, a start takes what Node.js and Pulumi's SDK take, and nothing more.
const { createHash } = require("node:crypto");
const { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

/** Seen from a bundle. */
const SDK = "../../sdk.js";

/** @param {string} folder of the pack */
module.exports = (folder) => {
    const file = join(folder, "dist", "pack.js");
    const mark = `// made of ${fingerprint()}\n`;
    if (!read(file).startsWith(mark)) {
        const code = mark + bundle(folder);
        try {
            keep(file, code);
        } catch {
            // A folder that is not ours to write to: made anew at each start.
            const made = new Module(file, module);
            made.paths = module.paths;
            made._compile(code, file);
            return;
        }
    }
    require(file);
};

/** Of all that decides about a bundle. Times and sizes: reading the files would take as long as bundling them. */
function fingerprint() {
    const hash = createHash("sha256");
    const lock = statSync(join(__dirname, "../package-lock.json"), { throwIfNoEntry: false });
    hash.update(`${lock?.mtimeMs} ${statSync(__filename).mtimeMs}\n`);
    for (const root of [__dirname, join(__dirname, "../contract")]) {
        for (const entry of readdirSync(root, { recursive: true })) {
            if (!/\.(ts|json)$/.test(entry) || entry.includes("node_modules")) continue;
            const { mtimeMs, size } = statSync(join(root, entry));
            hash.update(`${entry} ${mtimeMs} ${size}\n`);
        }
    }
    return hash.digest("hex");
}

function read(file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}

function bundle(folder) {
    const { outputFiles } = require("esbuild").buildSync({
        entryPoints: [join(folder, "index.ts")],
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node20",
        // The policy SDK is in it; of these Pulumi's own script has loaded most already.
        external: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf"],
        logLevel: "silent",
        write: false,
    });
    return outputFiles[0].text.replaceAll('require("@pulumi/pulumi")', `require(${JSON.stringify(SDK)})`);
}

/** Whole or not at all: packs may be started at the same time. */
function keep(file, code) {
    mkdirSync(join(file, ".."), { recursive: true });
    const making = `${file}.${process.pid}`;
    writeFileSync(making, code);
    renameSync(making, file);
}
