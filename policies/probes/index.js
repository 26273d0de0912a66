// Where Pulumi starts the pack; the pack itself is index.ts beside it.
require("../../register.js");
require("./index.ts");
