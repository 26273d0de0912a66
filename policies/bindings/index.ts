// Policy pack: a PersistentVolume and its claim are bound to each other on
// purpose, and can be. A policy a file; volumes.ts reads the two kinds of object.
import { PolicyPack } from "@pulumi/policy";
import { namesOfEachOther } from "./each-other";
import { explicitStorageClass } from "./explicit-class";
import { oneClaimAVolume } from "./one-claim";
import { satisfiedClaim } from "./satisfied";
import { reachableServer } from "./server";

new PolicyPack("nfs-bindings", {
    displayName: "Bindings of volumes and claims",
    description: "PersistentVolumes and their claims are bound to each other on purpose, and can be.",
    provider: "kubernetes",
    tags: ["kubernetes", "storage"],
    policies: [namesOfEachOther, explicitStorageClass, satisfiedClaim, oneClaimAVolume, reachableServer],
});
