// Policy: pods keep to namespaces of their own: not the node's network,
// processes or IPC.
import {
    flagAt,
    type Judgement,
    type KubernetesObject,
    listed,
    objectPolicy,
    podSpec,
    podSpecPath,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

const HOST = ["hostNetwork", "hostPID", "hostIPC"] as const;

export function judge(object: KubernetesObject): Judgement {
    const spec = podSpec(object);
    if (spec === undefined) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    const where = podSpecPath(object);
    const shared = HOST.filter((name) => flagAt(spec, name) === true);
    const unknown = HOST.filter((name) => flagAt(spec, name) === UNKNOWN).map((name) => `${where}.${name}`);
    if (shared.length === 0) return unknown.length > 0 ? [{ urn, subject, unknown }] : [];
    return [
        {
            urn,
            subject,
            found: `${listed(shared.map((name) => `${where}.${name}`))} true`,
            wanted: "pods with a network, processes and IPC of their own",
            mend: `take ${listed(shared)} away; a server is reached at its Service's clusterIP, also by nodes`,
        },
    ];
}

export const noHostNamespaces = objectPolicy(
    {
        name: "pods-stay-out-of-the-host",
        displayName: "Pods stay out of the host",
        description: "No pod uses the node's network, process or IPC namespace.",
        severity: "high",
        tags: ["kubernetes", "security", "nfs"],
        remediationSteps: "Take hostNetwork, hostPID and hostIPC away.",
        details: [
            "To an NFS server a client is its address. A pod on the node's network has the node's address, which is just the one that the server lets mount: it gets at every share of the node, past every NetworkPolicy, without a volume. A server on the node's network is open on every interface of the node.",
            "Judged is whatever makes pods. The pods of CNIs and CSI drivers need the host; they belong into `exemptNamespaces`.",
        ],
    },
    judge,
);
