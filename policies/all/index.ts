// Serves the pack to the engine; pack.ts says what is in it.
import { PolicyPack } from "@pulumi/policy";
import { all } from "./pack";

new PolicyPack(all.name, all);
