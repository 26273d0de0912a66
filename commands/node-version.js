// Says when Node.js is too old, before anything is loaded that it could not
// read: nothing here is younger than Node.js 6. The Makefile asks; package.json
// ("engines") says what is needed.

/** The problem with a version such as "v18.20.4", where `engines` is such as ">=20.19"; null when there is none. */
function problem(version, engines) {
    const have = numbers(version);
    const need = numbers(engines);
    const at = need.findIndex((number, index) => (have[index] || 0) !== number);
    if (at === -1 || (have[at] || 0) > need[at]) return null;
    return (
        `Node.js ${need.join(".")} or later is needed; node on PATH is ${version}. ` +
        "Install it from https://nodejs.org or with a version manager, and put it first on PATH"
    );
}

function numbers(text) {
    return text.match(/\d+/g).map(Number);
}

module.exports = { problem };

if (require.main === module) {
    const found = problem(process.version, require("../package.json").engines.node);
    if (found !== null) {
        process.stderr.write(`error: ${found}\n`);
        process.exit(1);
    }
}
