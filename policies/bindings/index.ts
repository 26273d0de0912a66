// Serves the pack to the engine; pack.ts says what is in it.
import { PolicyPack } from "@pulumi/policy";
import { bindings } from "./pack";

new PolicyPack(bindings.name, bindings);
