// The pack of policies about the security of NFS: a policy a file. containers.ts
// is for those about containers, exports.ts and networks.ts for those about who
// may mount.
import { capabilitiesOfList } from "./capabilities";
import { imagesByDigest } from "./digests";
import { hardMounts } from "./hard-mounts";
import { noHostNamespaces } from "./host-namespaces";
import { serverHasNetworkPolicy } from "./network-policy";
import { ownIdentity } from "./own-identity";
import { notPrivileged } from "./privileged";
import { noQueuedLocks } from "./queued-locks";
import { retainedInProduction } from "./retention";
import { squashed } from "./squash";
import { notWorldOpen } from "./world-open";

export const nfsSecurity = {
    name: "nfs-security",
    displayName: "Security of NFS",
    description: "NFS without privilege, open to those who are named, and kept where it matters.",
    provider: "kubernetes",
    tags: ["kubernetes", "security"],
    policies: [
        notPrivileged,
        capabilitiesOfList,
        noHostNamespaces,
        imagesByDigest,
        hardMounts,
        notWorldOpen,
        squashed,
        serverHasNetworkPolicy,
        ownIdentity,
        noQueuedLocks,
        retainedInProduction,
    ],
};
