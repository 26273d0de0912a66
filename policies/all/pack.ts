// All packs as one: a pack is a process that takes longer to start than to
// judge, so `make` runs this one. Names of policies are unique among all packs.
import { bindings } from "../bindings/pack";
import { nfsSecurity } from "../nfs-security/pack";
import { probes } from "../probes/pack";
import { visibility } from "../visibility/pack";

/** In the order in which people read of them. */
export const packs = { bindings, visibility, probes, "nfs-security": nfsSecurity };

export const all = {
    name: "nfs-storage",
    displayName: "NFS storage",
    description: "Policies for NFS storage on Kubernetes: bindings, visibility, probes and security.",
    provider: "kubernetes",
    tags: ["kubernetes", "storage"],
    policies: Object.values(packs).flatMap(({ policies }) => policies),
};
