// The pack of policies about bindings: a policy a file; volumes.ts reads the two
// kinds of object that most are about.
import { boundClaim } from "./bound";
import { capacityWithinLimits } from "./capacity";
import { namesOfEachOther } from "./each-other";
import { explicitStorageClass } from "./explicit-class";
import { oneClaimAVolume } from "./one-claim";
import { satisfiedClaim } from "./satisfied";
import { reachableServer } from "./server";

export const bindings = {
    name: "nfs-bindings",
    displayName: "Bindings of volumes and claims",
    description: "PersistentVolumes and their claims are bound to each other on purpose, and can be.",
    provider: "kubernetes",
    tags: ["kubernetes", "storage"],
    policies: [
        namesOfEachOther,
        explicitStorageClass,
        satisfiedClaim,
        oneClaimAVolume,
        reachableServer,
        boundClaim,
        capacityWithinLimits,
    ],
};
