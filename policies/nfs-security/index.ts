// Serves the pack to the engine; pack.ts says what is in it.
import { PolicyPack } from "@pulumi/policy";
import { nfsSecurity } from "./pack";

new PolicyPack(nfsSecurity.name, nfsSecurity);
