// Policy pack: Kubernetes is told the truth about every long-running container.
// A policy a file; who is exempt is listed in exemptions.ts.
import { PolicyPack } from "@pulumi/policy";
import { threeProbes } from "./three-probes";

new PolicyPack("nfs-probes", {
    displayName: "Probes",
    description: "Kubernetes is told the truth about every long-running container.",
    provider: "kubernetes",
    tags: ["kubernetes", "availability"],
    policies: [threeProbes],
});
