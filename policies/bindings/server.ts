// Policy: NFS is named by an address that whoever mounts it can resolve. The
// kubelet mounts from the node, where the names of Services mean nothing
// (kubernetes/examples #390, minikube #3417, csi-driver-nfs #359).
import { isIP } from "node:net";
import {
    type Finding,
    type Judgement,
    type KubernetesObject,
    type NfsSource,
    nfsSources,
    objectPolicy,
    serverName,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

export function judge(object: KubernetesObject): Judgement {
    const sources = nfsSources(object);
    if (sources.length === 0) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    return sources.flatMap((source): Finding[] => {
        if (source === UNKNOWN) return [{ urn, subject, unknown: ["what kind of volume it has"] }];
        const { server, serverAt, mountedBy } = source;
        if (server === UNKNOWN) return [{ urn, subject, unknown: [serverAt] }];
        if (server !== undefined && isResolvable(server, mountedBy)) return [];
        return [{ urn, subject, ...problem(server, serverAt, mountedBy) }];
    });
}

function problem(server: string | undefined, serverAt: string, mountedBy: NfsSource["mountedBy"]) {
    const byNode = mountedBy === "kubelet";
    return {
        found: server ? `${serverAt} "${server}", ${whatItIs(server)}` : `no ${serverAt}`,
        wanted: byNode
            ? "an IP address, or the full DNS name of a server outside the cluster: nodes mount it, not pods"
            : "an IP address, or a DNS name with its namespace or domain: the CSI driver's own pod mounts it",
        mend: "use spec.clusterIP of the server's Service, which stays as long as the Service does",
    };
}

const whatItIs = (server: string): string =>
    serverName(server) === "localhost"
        ? "which is whoever mounts it: each node for itself"
        : "a name that only pods can resolve";

/**
 * Names of Services are single words, or end in svc or in the usual domain of clusters, or have svc after the Service
 * and its namespace; a domain of a company may have the label, too. The driver's pod can resolve them (it runs with
 * dnsPolicy ClusterFirstWithHostNet), but a single word would be one of its own namespace.
 */
function isResolvable(server: string, mountedBy: NfsSource["mountedBy"]): boolean {
    const name = serverName(server);
    if (isIP(name) !== 0) return true;
    const labels = name.split(".");
    if (labels.length < 2) return false;
    const isService =
        labels.at(-1) === "svc" || labels.slice(2).includes("svc") || `.${name}`.endsWith(".cluster.local");
    return mountedBy === "driver" || !isService;
}

export const reachableServer = objectPolicy(
    {
        name: "nfs-server-is-an-address",
        displayName: "NFS server is an address that nodes can resolve",
        description: "The server of an NFS volume is an IP address or a full DNS name, not the name of a Service.",
        severity: "critical",
        tags: ["kubernetes", "storage", "nfs"],
        remediationSteps: "Use the clusterIP of the server's Service.",
        details: [
            "It is the node that mounts an NFS volume, before the pod starts and outside of its network. On most clusters a node can't resolve the cluster's own names, so the mount fails, or works on one cluster and not on another (kubernetes/examples #390 and #418, minikube #3417, csi-driver-nfs #359).",
            "Judged are PersistentVolumes, inline volumes of pods and of whatever makes pods, and StorageClasses of the CSI driver `nfs.csi.k8s.io`. Refused are single words, `localhost` among them, names that end in `svc` or in `cluster.local`, and names with `svc` as their third label or later (`nfs.web.svc.corp.internal`): those are Services. An IPv6 address may be in brackets. For the CSI driver only single words are: it mounts from a pod of its own that uses the cluster's DNS. Its parameters and attributes have no case.",
            "The `clusterIP` stays as long as the Service does, so protect the Service from being replaced: all mounts name it.",
        ],
    },
    judge,
);
