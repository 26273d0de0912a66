// Writes what esbuild has made. esbuild would empty a file before it fills it,
// and several programs may start at the same time: half a program would be one
// that wants half of the stack deleted.
const { randomUUID } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname } = require("node:path");

/**
 * Whole or not at all; and not when it is there, so that it keeps its time.
 * @param {string} path
 * @param {Uint8Array} contents
 */
exports.keep = (path, contents) => {
    if (existsSync(path) && readFileSync(path).equals(contents)) return;
    mkdirSync(dirname(path), { recursive: true });
    const making = `${path}.${randomUUID()}`;
    writeFileSync(making, contents);
    renameSync(making, path);
};
