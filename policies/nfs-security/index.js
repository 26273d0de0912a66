// What Pulumi runs; the pack itself is pack.ts beside it.
const { join } = require("node:path");

require("../../load")(join(__dirname, "index.ts"));
