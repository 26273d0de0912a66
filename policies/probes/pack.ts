// The pack of policies about probes: a policy a file; who is exempt is listed in
// exemptions.ts, clients.ts finds who has a share.
import { livenessOffTheMount } from "./off-the-mount";
import { livenessOutlasts } from "./outlasting";
import { threeProbes } from "./three-probes";
import { truthfulReadiness } from "./truthful";

export const probes = {
    name: "nfs-probes",
    displayName: "Probes",
    description: "Kubernetes is told the truth about every long-running container.",
    provider: "kubernetes",
    tags: ["kubernetes", "availability"],
    policies: [threeProbes, livenessOffTheMount, livenessOutlasts, truthfulReadiness],
};
