// What every policy says of which stack: programs, and what is found in them.
// cases.test.ts judges each through the engine's protocol; mutations.ts breaks
// the policies one condition at a time and wants one of these to notice.
import { bindingsCases } from "./bindings";
import { commandsCases } from "./commands";
import { containersCases } from "./containers";
import { dataCases } from "./data";
import { edgesOfClaims, edgesOfSizes, edgesOfTemplates } from "./edges-claims";
import { edgesOfProbes } from "./edges-probes";
import { edgesOfLooking, edgesOfSecurity } from "./edges-security";
import { edgesOfBindings, edgesOfVisibility } from "./edges-visibility";
import { evidenceCases } from "./evidence";
import { exportsCases } from "./exports";
import { ganeshaCases } from "./ganesha";
import { lookedIntoCases } from "./looked-into";
import { mountsCases } from "./mounts";
import { networkCases } from "./network";
import { objectsCases } from "./objects";
import { othersOfBindings } from "./others-bindings";
import { othersOfProbes } from "./others-probes";
import { othersOfSecurity } from "./others-security";
import { othersOfVisibility } from "./others-visibility";
import { peersCases } from "./peers";
import { placesCases } from "./places";
import { probesCases } from "./probes";
import { readersCases } from "./readers";
import { satisfiedCases } from "./satisfied";
import { serverCases } from "./server";
import type { PolicyCases } from "./types";
import { visibilityCases } from "./visibility";

export type { Case, PolicyCases, Unknown, Violating } from "./types";

/** The cases of one policy may be in several files. */
function together(...all: Record<string, PolicyCases>[]): Record<string, PolicyCases> {
    const policies: Record<string, PolicyCases> = {};
    for (const [policy, more] of all.flatMap((one) => Object.entries(one))) {
        const before = policies[policy];
        policies[policy] = {
            violates: [...(before?.violates ?? []), ...more.violates],
            complies: [...(before?.complies ?? []), ...more.complies],
            unknown: [...(before?.unknown ?? []), ...more.unknown],
            notApplicable: [...(before?.notApplicable ?? []), ...more.notApplicable],
            misconfigured: [...(before?.misconfigured ?? []), ...(more.misconfigured ?? [])],
            remedied: [...(before?.remedied ?? []), ...(more.remedied ?? [])],
        };
    }
    return policies;
}

/** By pack, by policy. */
export const cases: Record<string, Record<string, PolicyCases>> = {
    bindings: together(
        bindingsCases,
        satisfiedCases,
        objectsCases,
        serverCases,
        othersOfBindings,
        edgesOfBindings,
        edgesOfTemplates,
    ),
    visibility: together(
        visibilityCases,
        placesCases,
        evidenceCases,
        lookedIntoCases,
        othersOfVisibility,
        edgesOfVisibility,
        edgesOfLooking,
        edgesOfSizes,
    ),
    probes: together(probesCases, commandsCases, othersOfProbes, edgesOfProbes, edgesOfClaims),
    "nfs-security": together(
        containersCases,
        dataCases,
        mountsCases,
        exportsCases,
        readersCases,
        ganeshaCases,
        networkCases,
        peersCases,
        othersOfSecurity,
        edgesOfSecurity,
    ),
};
