// Lets Node.js load the program's TypeScript, as one file (bundled.js): esbuild
// takes the types away, `npm run check` is what looks at them. Preloaded by
// Pulumi.yaml.
const { join } = require("node:path");
const sourceMaps = require("source-map-support");
const { program, run } = require("./bundled.js");

// They find their neighbours by where they are.
const apart = ["bundled.js", "images/bundle.ts"].map((file) => join(__dirname, file));

// Line numbers of our files only. Node's own --enable-source-maps reads the SDK's maps as well, and printing an error
// whose stack has such lines then takes minutes (seen with Node 20.20: util.inspect in colours).
const maps = new Map();
sourceMaps.install({
    environment: "node",
    overrideRetrieveSourceMap: true,
    retrieveSourceMap: (entry) => {
        const found = maps.get(entry);
        return found ? { url: found.url, map: found.map() } : null;
    },
});

require.extensions[".ts"] = (module, entry) => {
    const { file, code, map } = program(entry, apart);
    maps.set(entry, { url: file, map });
    module.exports = run(file, code, entry, module);
};
