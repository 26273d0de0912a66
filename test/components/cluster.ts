// What a cluster and a registry would answer to the stack's resources, for the
// engine for tests; and the arguments that most tests start from.
import { clientPod, type Evidence, encodeEvidence } from "@nfs-storage-stack/contract";
import type { NfsStorageStackArgs } from "../../components";
import type { Outputs, RegisteredResource } from "../harness/engine";

export const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;
export const SERVER_ADDRESS = "10.96.0.49";
/** Of the namespace kube-system, of the claim behind the share, and of the share's. */
export const CLUSTER_UID = "1f0c9a52-0000-4000-8000-000000000001";
export const CLAIM_UID = "2f0c9a52-0000-4000-8000-000000000002";
const SHARE_CLAIM_UID = "3f0c9a52-0000-4000-8000-000000000003";
export const WRITER_ADDRESS = "10.96.0.50";

export const evidence: Evidence = {
    revision: "of-a-test",
    checkedAt: "2026-01-01T00:00:00.000Z",
    writer: { pod: "nfs-writer-0", node: "node-1" },
    checker: { pod: "nfs-check-12345678", node: "node-2" },
    records: 20,
    firstSequence: 1,
    lastSequence: 20,
    changedDataSeen: true,
    delayMs: { p50: 20, p99: 60, max: 80, clockUncertainty: 1 },
    chainHead: "0".repeat(64),
    mountOptions: { requested: ["hard"], observed: ["hard"] },
    verdict: "passed",
    reason: "",
};

const addresses: Record<string, string> = {
    "nfs-server-service": SERVER_ADDRESS,
    "nfs-writer-service": WRITER_ADDRESS,
};

/** A pod that ended, as its status says it. */
export const ended = (message?: string) => ({
    phase: "Succeeded",
    containerStatuses: [{ state: { terminated: { exitCode: 0, ...(message !== undefined && { message }) } } }],
});

/** After `up`: addresses given, the claim bound, the check passed. */
export const ready: Outputs = (resource) => {
    switch (resource.type) {
        case "docker:index/image:Image":
            return { repoDigest: `${String(resource.inputs.imageName).replace(/:[^:]*$/, "")}@${digestOf("a")}` };
        case "kubernetes:core/v1:Service":
            return clusterIP(resource) === undefined
                ? { spec: { clusterIP: addresses[resource.name] ?? "10.96.0.99" } }
                : undefined;
        case "kubernetes:core/v1:Namespace":
            return resource.read ? { metadata: { uid: CLUSTER_UID } } : undefined;
        case "kubernetes:core/v1:PersistentVolumeClaim":
            return {
                metadata: { uid: resource.name.endsWith("-volume") ? SHARE_CLAIM_UID : CLAIM_UID },
                status: { phase: "Bound" },
            };
        case "kubernetes:core/v1:Pod":
            return { metadata: { name: `${resource.name}-12345678` }, status: ended(encodeEvidence(evidence)) };
        case "kubernetes:core/v1:Endpoints":
            return { subsets: [{ addresses: endpointsOf(resource) }] };
        default:
            return undefined;
    }
};

/** The same, with evidence of just now, of what the check was told to look for. */
export const deployed: Outputs = (resource, preview) => {
    if (resource.type !== "kubernetes:core/v1:Pod") return ready(resource, preview);
    const { containers } = resource.inputs.spec as { containers: { env: { name: string; value: string }[] }[] };
    const revision = containers[0]?.env.find(({ name }) => name === clientPod.env.revision)?.value ?? "";
    const left = encodeEvidence({ ...evidence, revision, checkedAt: new Date().toISOString() });
    return { metadata: { name: `${resource.name}-12345678` }, status: ended(left) };
};

const clusterIP = ({ inputs }: RegisteredResource) => (inputs.spec as { clusterIP?: string }).clusterIP;

const endpointsOf = (resource: RegisteredResource) =>
    resource.name.includes("writer")
        ? [{ nodeName: "node-1", targetRef: { kind: "Pod", name: "nfs-writer-0" } }]
        : ["b", "a"].map((id) => ({ nodeName: "node-2", targetRef: { kind: "Pod", name: `nfs-readers-${id}` } }));

/** A first preview with Pulumi's own plugin: what only the cluster can give is not there, and not called unknown either. */
export const nothingYet: Outputs = () => undefined;

export const managed: NfsStorageStackArgs = {
    server: {
        image: { reference: `registry.test/nfs-server@${digestOf("a")}` },
        clientNetworks: ["10.0.0.1/32", "10.0.0.2/32"],
    },
    clientImage: { reference: `registry.test/visibility@${digestOf("b")}` },
};
