// Serves the pack to the engine; pack.ts says what is in it.
import { PolicyPack } from "@pulumi/policy";
import { visibility } from "./pack";

new PolicyPack(visibility.name, visibility);
