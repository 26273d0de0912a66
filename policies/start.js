// Where Pulumi starts every pack: loads its TypeScript as one file (bundled.js),
// with as little of Pulumi's SDK as it needs. Made once, a start takes what
// Node.js and that take, and nothing more.
const { join } = require("node:path");
const { program, run } = require("../bundled.js");

/** Seen from the bundle. */
const SDK = "../../sdk.js";

/** @param {string} folder of the pack */
module.exports = (folder) => {
    const entry = join(folder, "index.ts");
    const { file, code } = program(entry);
    run(file, code.replaceAll('require("@pulumi/pulumi")', `require(${JSON.stringify(SDK)})`), entry, module);
};
