// What every policy says of which stack: programs, and what is found in them.
// cases.test.ts judges each through the engine's protocol; mutations.ts breaks
// the policies one condition at a time and wants one of these to notice.
import { bindingsCases } from "./bindings";
import { containersCases } from "./containers";
import { dataCases } from "./data";
import { evidenceCases } from "./evidence";
import { exportsCases } from "./exports";
import { ganeshaCases } from "./ganesha";
import { networkCases } from "./network";
import { objectsCases } from "./objects";
import { probesCases } from "./probes";
import { satisfiedCases } from "./satisfied";
import type { PolicyCases } from "./types";
import { visibilityCases } from "./visibility";

export type { Case, PolicyCases, Unknown, Violating } from "./types";

/** By pack, by policy. */
export const cases: Record<string, Record<string, PolicyCases>> = {
    bindings: { ...bindingsCases, ...satisfiedCases, ...objectsCases },
    visibility: { ...visibilityCases, ...evidenceCases },
    probes: probesCases,
    "nfs-security": { ...containersCases, ...dataCases, ...exportsCases, ...ganeshaCases, ...networkCases },
};
