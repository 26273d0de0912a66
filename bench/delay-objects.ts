// What the delay is measured with, beside the stack's own reader: another one
// whose mount has no options, and a process that does nothing. Made of the
// stack's objects, from which they differ in nothing else. Pure.
import type { Manifest } from "./manifests";

/** Names of the objects that the bench adds. */
export const added = { plain: "bench-plain", idle: "bench-idle" } as const;

/** Mebibytes that the idle process hashes once: what a node can do, as a measure for what the reader takes of it. */
export const HASHED_MEBIBYTES = 64;
const IDLE = `
const { createHash } = require("node:crypto");
const part = Buffer.alloc(2 ** 20), hash = createHash("sha256");
const before = process.cpuUsage();
for (let i = 0; i < ${HASHED_MEBIBYTES}; i++) hash.update(part);
hash.digest();
const { user, system } = process.cpuUsage(before);
console.log("hashed in " + (user + system) / 1e6 + " s");
setInterval(() => {}, 2 ** 30);
`;

type Spec = Record<string, unknown>;
interface Container {
    env: readonly { name: string; value?: string }[];
    [property: string]: unknown;
}

const ofKind = (manifests: readonly Manifest[], kind: string, name?: string): Manifest => {
    const found = manifests.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
    if (found.length !== 1 || !found[0])
        throw new Error(`the stack has ${found.length} objects of kind ${kind}, not 1`);
    return found[0];
};

/** Their Deployment. */
export const readersOf = (manifests: readonly Manifest[]): Manifest => ofKind(manifests, "Deployment");

/** The pod of the readers' Deployment, by another name and without the labels by which the stack knows its own. */
function readerPod(manifests: readonly Manifest[], name: string, change: (spec: Spec) => Spec): Manifest {
    const deployment = readersOf(manifests);
    const { template } = deployment.spec as { template: { spec: Spec } };
    const { topologySpreadConstraints: _, ...spec } = template.spec;
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: deployment.metadata.namespace ?? "default" },
        spec: change({ ...spec, terminationGracePeriodSeconds: 5 }),
    };
}

/** The volume once more, mounted as NFS mounts by default, and its claim. */
export function plainVolume(manifests: readonly Manifest[]): Manifest[] {
    const volume = ofKind(manifests, "PersistentVolume");
    const claim = ofKind(manifests, "PersistentVolumeClaim", volume.metadata.name);
    const name = added.plain;
    const { mountOptions: _, claimRef, ...spec } = volume.spec as { mountOptions: unknown; claimRef: object };
    return [
        { ...volume, metadata: { name }, spec: { ...spec, claimRef: { ...claimRef, name } } },
        {
            ...claim,
            metadata: { name, namespace: claim.metadata.namespace ?? "default" },
            spec: { ...claim.spec, volumeName: name },
        },
    ];
}

/** A reader on that. */
export const plainReader = (manifests: readonly Manifest[]): Manifest =>
    readerPod(manifests, added.plain, (spec) => ({
        ...spec,
        volumes: [{ name: "share", persistentVolumeClaim: { claimName: added.plain, readOnly: true } }],
    }));

/** Node.js of the same image on the same node, and nothing to do. */
export const idleProcess = (manifests: readonly Manifest[], node: string): Manifest =>
    readerPod(manifests, added.idle, (spec) => {
        const [container] = spec.containers as Container[];
        const {
            args: _,
            volumeMounts: __,
            startupProbe: ___,
            readinessProbe: ____,
            livenessProbe: _____,
            ...rest
        } = container ?? { env: [] };
        const { affinity: ______, volumes: _______, ...others } = spec;
        return { ...others, nodeName: node, containers: [{ ...rest, command: ["node", "-e", IDLE] }] };
    });
