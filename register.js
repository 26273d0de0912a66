// Lets Node.js load the program's and the policies' TypeScript: esbuild takes
// the types away, `npm run check` is what looks at them. Preloaded by
// Pulumi.yaml; loading takes a third of the time that ts-node needs.
const { readFileSync } = require("node:fs");
const { transformSync } = require("esbuild");
const sourceMaps = require("source-map-support");

// Line numbers of our files only. Node's own --enable-source-maps reads the SDK's maps as well, and printing an error
// whose stack has such lines then takes minutes (seen with Node 20.20: util.inspect in colours).
const maps = new Map();
sourceMaps.install({
    environment: "node",
    overrideRetrieveSourceMap: true,
    retrieveSourceMap: (file) => (maps.has(file) ? { url: file, map: maps.get(file) } : null),
});

require.extensions[".ts"] = (module, filename) => {
    const { code, map } = transformSync(readFileSync(filename, "utf8"), {
        loader: "ts",
        format: "cjs",
        target: "node20",
        sourcefile: filename,
        sourcemap: true,
    });
    maps.set(filename, map);
    module._compile(code, filename);
};
