// Lets Node.js load the program's and the policies' TypeScript: esbuild takes
// the types away, `npm run check` is what looks at them. Preloaded by
// Pulumi.yaml; loading takes a third of the time that ts-node needs.
const { readFileSync } = require("node:fs");
const { transformSync } = require("esbuild");

require.extensions[".ts"] = (module, filename) => {
    const { code } = transformSync(readFileSync(filename, "utf8"), {
        loader: "ts",
        format: "cjs",
        target: "node20",
        sourcefile: filename,
        sourcemap: "inline",
    });
    module._compile(code, filename);
};
