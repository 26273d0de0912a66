// Policy: an NFS volume names its server by an address that a node can resolve.
// The kubelet mounts from the node, where the names of Services mean nothing
// (kubernetes/examples #390, minikube #3417, csi-driver-nfs #359).
import { isIP } from "node:net";
import { type KubernetesObject, objectPolicy, type Problem, textAt, titleOf } from "@nfs-storage-stack/policies-shared";
import { isVolume } from "./volumes";

export function judge(object: KubernetesObject): Problem[] | "not applicable" {
    const server = isVolume(object) ? textAt(object.value, "spec", "nfs", "server") : undefined;
    if (server === undefined) return "not applicable";
    if (typeof server === "symbol" || isResolvable(server)) return [];
    return [
        {
            urn: object.urn,
            subject: titleOf(object),
            found: `spec.nfs.server "${server}", a name that only pods can resolve`,
            wanted: "an IP address, or the full DNS name of a server outside the cluster: nodes mount it, not pods",
            mend: "use spec.clusterIP of the server's Service, which stays as long as the Service does",
        },
    ];
}

/** Names of Services are single words, or end in svc or in the usual domain of clusters. */
function isResolvable(server: string): boolean {
    if (isIP(server) !== 0) return true;
    const labels = server.toLowerCase().replace(/\.$/, "").split(".");
    return (
        labels.length > 1 &&
        !labels.includes("svc") &&
        !server.toLowerCase().replace(/\.$/, "").endsWith("cluster.local")
    );
}

export const reachableServer = objectPolicy(
    {
        name: "nfs-server-is-an-address",
        displayName: "NFS server is an address that nodes can resolve",
        description: "The server of an NFS volume is an IP address or a full DNS name, not the name of a Service.",
        severity: "critical",
        tags: ["kubernetes", "storage", "nfs"],
        remediationSteps: "Use the clusterIP of the server's Service.",
    },
    judge,
);
