// Serves the pack to the engine; pack.ts says what is in it.
import { PolicyPack } from "@pulumi/policy";
import { probes } from "./pack";

new PolicyPack(probes.name, probes);
