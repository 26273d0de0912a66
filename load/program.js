// What Pulumi runs (package.json names it): index.ts, where the stack is told.
const { join } = require("node:path");

module.exports = require("./index.js")(join(__dirname, "../index.ts"));
