// What Pulumi loads; the pack itself is pack.ts beside it.
require("../start.js")(__dirname);
