// A pack of all policies whose sources can be replaced while it runs: a message
// { file, code } takes the place of one source, { file } alone brings the own
// one back. Served by Pulumi's own script, as any pack.
const { readFileSync } = require("node:fs");
const { join, sep } = require("node:path");
const { PolicyPack } = require("@pulumi/policy");
const { transformSync } = require("esbuild");

const policies = join(__dirname, "../../../policies");
/** Of sources as they are, by file. */
const compiled = new Map();
let replaced = { file: "", code: "" };

const compile = (file, source) =>
    transformSync(source, { loader: "ts", format: "cjs", target: "node20", sourcefile: file }).code;

require.extensions[".ts"] = (module, file) => {
    if (file === replaced.file) return module._compile(compile(file, replaced.code), file);
    if (!compiled.has(file)) compiled.set(file, compile(file, readFileSync(file, "utf8")));
    module._compile(compiled.get(file), file);
};

/** Loads what a change of the file reaches: all of this project's sources are loaded anew. */
function load() {
    for (const file of Object.keys(require.cache)) if (file.startsWith(policies + sep)) delete require.cache[file];
    return require(join(policies, "all/pack.ts")).all;
}

const pack = load();
new PolicyPack("mutants", pack);

process.on("message", ({ file, code }) => {
    replaced = { file: code === undefined ? "" : file, code };
    try {
        // The server has the list: its policies change in place.
        for (const changed of load().policies) {
            const served = pack.policies.find(({ name }) => name === changed.name);
            if (served) Object.assign(served, changed);
        }
        process.send({ ready: true });
    } catch (error) {
        process.send({ ready: false, reason: String(error) });
    }
});
