// Lets Node.js load the program's TypeScript, as one file (bundled.js): esbuild
// takes the types away, `npm run check` is what looks at them. Preloaded by
// Pulumi.yaml. Stack traces have the lines of the sources: of errors, and those
// that Pulumi keeps with each resource to say where it was made.
const Module = require("node:module");
const { dirname, join, resolve } = require("node:path");
const { program, run } = require("./bundled.js");

// They find their neighbours by where they are.
const apart = ["bundled.js", "images/bundle.ts"].map((file) => join(__dirname, file));

/** By entry: gives the place in a source for one in what was made of it, `line:column`. */
const maps = new Map();

// Line numbers of our files only, and each place looked up once: Pulumi asks for a stack trace at each resource, and
// source-map-support, which its script installs, takes 5 ms for one. Node's own --enable-source-maps reads the SDK's maps
// as well, and printing an error whose stack has such lines then takes minutes (seen with Node 20.20: util.inspect in
// colours).
const prepareStackTrace = (error, sites) => [titleOf(error), ...sites.map(placed)].join("\n    at ");

function titleOf(error) {
    try {
        return Error.prototype.toString.call(error);
    } catch {
        return "Error";
    }
}

function placed(site) {
    const text = site.toString();
    const file = site.getFileName();
    const place = `${site.getLineNumber()}:${site.getColumnNumber()}`;
    const source = maps.get(file)?.(place);
    return source === undefined ? text : text.replace(`${file}:${place}`, () => source);
}

/** @param {string} file what was made @param {() => string} text its source map */
function placesOf(file, text) {
    const known = new Map();
    let map;
    return (place) => {
        if (!known.has(place)) {
            map ??= new Module.SourceMap(JSON.parse(text()));
            const [line, column] = place.split(":").map((number) => number - 1);
            const { originalSource, originalLine, originalColumn } = map.findEntry(line, column);
            const source = originalSource && resolve(dirname(file), originalSource);
            known.set(place, source && `${source}:${originalLine + 1}:${originalColumn + 1}`);
        }
        return known.get(place);
    };
}

// What writes functions down (dynamic providers), which this program does not: with it come TypeScript and npm, a quarter
// of the time that a preview takes. Loaded when it is called.
for (const name of ["serializeClosure", "codePaths"]) callLoads(`@pulumi/pulumi/runtime/closure/${name}`);

/** Puts functions in the place of a module that has only functions; the first call loads it. */
function callLoads(name) {
    let file;
    try {
        file = require.resolve(name);
    } catch {
        // Another SDK: it loads what it loads.
        return;
    }
    let functions;
    function load() {
        delete require.cache[file];
        return require(file);
    }
    const module = new Module(file);
    module.loaded = true;
    module.exports = new Proxy(
        {},
        {
            get: (_, called) =>
                function (...args) {
                    functions ??= load();
                    return functions[called].apply(this, args);
                },
        },
    );
    require.cache[file] = module;
}

require.extensions[".ts"] = (module, entry) => {
    const { file, code, map } = program(entry, apart);
    maps.set(entry, placesOf(file, map));
    // Not before: Pulumi's script has installed its own by now.
    Error.prepareStackTrace = prepareStackTrace;
    module.exports = run(file, code, entry, module);
};
