// The pack `bindings`: whether a volume can be given to the claim that is bound to
// it. See index.ts beside this file.
import type { Outputs } from "../../harness/engine";
import { claim, good, lasting, late, pair, statefulSet, volume } from "../stacks";
import type { PolicyCases } from "./types";

const nothing = {
    what: "has no volumes and no claims",
    program: () => void lasting.pod?.("pod", { containers: [good] }),
};
const filledIn = { "pv.kubernetes.io/bound-by-controller": "yes" };
/** What the API server answers of a claim that is bound, with what it put in. */
const bound =
    (more: object = {}): Outputs =>
    ({ type }) =>
        type.endsWith(":PersistentVolumeClaim") ? { status: { phase: "Bound" }, ...more } : undefined;
const CLASS = "volume.beta.kubernetes.io/storage-class";
const large = { resources: { requests: { storage: "5Gi" } } };
const unnamed = { volumeName: undefined };
const unreserved = { claimRef: undefined };
/** Reserved for the first pod of the set `db`. */
const ofSet = { claimRef: { namespace: "web", name: "share-db-0" } };
const _elsewhere = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "other", name: "data" };

export const satisfiedCases: Record<string, PolicyCases> = {
    "volume-satisfies-claim": {
        violates: [
            {
                what: "has a volume that offers nothing",
                program: () => pair({ accessModes: [] }, unnamed),
                blames: ["data-claim"],
                says: [/but PersistentVolume data offers none\./],
            },
            {
                what: "has different classes, and only the claim names the volume",
                program: () => pair(unreserved, { storageClassName: "standard" }),
                blames: ["data-claim"],
                says: [/found storageClassName "standard", but PersistentVolume data has ""\./],
            },
            {
                what: "has another class in the claim's annotation, which comes before its field",
                program: () => {
                    volume("data", unreserved);
                    claim("data", {}, { [CLASS]: "gold" });
                },
                blames: ["data-claim"],
                says: [/found storageClassName "gold", but PersistentVolume data has ""/],
            },
            {
                what: "has another class in the volume's annotation",
                program: () => {
                    volume("data", unreserved, undefined, { annotations: { [CLASS]: "gold" } });
                    claim();
                },
                blames: ["data-claim"],
                says: [/found storageClassName "", but PersistentVolume data has "gold"/],
            },
            {
                what: "fits in nothing, and only the volume names the claim",
                program: () =>
                    pair(
                        { accessModes: ["ReadOnlyMany"], capacity: { storage: "1000M" } },
                        { ...unnamed, resources: { requests: { storage: "1Gi" } }, volumeMode: "Block" },
                    ),
                blames: ["data-claim", "data-claim", "data-claim"],
                says: [
                    /found access mode ReadWriteMany, but PersistentVolume data offers ReadOnlyMany\./,
                    /found a request of 1Gi, but PersistentVolume data has a capacity of 1000M\./,
                    /found volumeMode Block, but PersistentVolume data has Filesystem\./,
                ],
            },
            {
                what: "is reserved for a claim that asks for more",
                program: () => pair({}, { ...unnamed, ...large }),
                blames: ["data-claim"],
                says: [/found a request of 5Gi/],
            },
            {
                what: "says its size as a number",
                program: () => pair({ ...unreserved, capacity: { storage: 1_000_000_000 as never } }, large),
                blames: ["data-claim"],
                says: [/has a capacity of 1000000000\./],
            },
            {
                what: "asks for a size that is a number",
                program: () => pair(unreserved, { resources: { requests: { storage: 5e9 as never } } }),
                blames: ["data-claim"],
                says: [/found a request of 5000000000/],
            },
            {
                what: "is reserved for a claim of a StatefulSet that asks for more",
                program: () => {
                    volume("data", ofSet);
                    statefulSet(large, { replicas: 2 });
                },
                blames: ["db"],
                says: [/StatefulSet web\/db, the claim of spec\.volumeClaimTemplates\[0\]: found a request of 5Gi/],
            },
            {
                what: "is asked for by a template of another class",
                program: () => {
                    volume("data", unreserved);
                    statefulSet({ volumeName: "data", storageClassName: "gold" });
                },
                blames: ["db"],
                says: [/found storageClassName "gold"/],
            },
        ],
        complies: [
            {
                what: "has sizes that are none, and a claim without one",
                program: () => {
                    pair({ capacity: { storage: "much" } }, unnamed);
                    volume("second", unreserved);
                    claim("second", { resources: undefined });
                },
            },
            { what: "has a pair that fits", program: () => pair(unreserved) },
            {
                what: "has a volume that is larger and offers more",
                program: () =>
                    pair(
                        { capacity: { storage: "2Gi" }, accessModes: ["ReadOnlyMany", "ReadWriteMany"] },
                        { ...unnamed, resources: { requests: { storage: 1e9 as never } } },
                    ),
            },
            {
                what: "has a class left out where it is empty",
                program: () => pair({ ...unreserved, storageClassName: undefined }),
            },
            ...[undefined, bound()].map((outputs) => ({
                what: `has a pair that names each other, and differs in everything${outputs ? ", and is bound" : ""}`,
                program: () =>
                    pair(
                        { accessModes: ["ReadOnlyMany"], capacity: { storage: "1Mi" } },
                        { ...large, storageClassName: "standard", volumeMode: "Block" },
                    ),
                ...(outputs && { outputs }),
            })),
            {
                what: "is reserved for a claim of another class",
                program: () => pair({}, { ...unnamed, storageClassName: "standard" }),
            },
            {
                what: "is reserved for a claim that has got a class, and was bound",
                program: () => pair({}, { ...unnamed, storageClassName: "standard", ...large }),
                outputs: bound({ metadata: { annotations: filledIn }, spec: { volumeName: "data" } }),
            },
            {
                what: "has one class, in an annotation and in a field",
                program: () => {
                    volume("data", { ...unreserved, storageClassName: undefined }, undefined, {
                        annotations: { [CLASS]: "gold" },
                    });
                    claim("data", { storageClassName: "gold" });
                },
            },
            {
                what: "has a claim whose annotation comes before its field",
                program: () => {
                    volume("data", { ...unreserved, storageClassName: "gold" });
                    claim("data", { storageClassName: "" }, { [CLASS]: "gold" });
                },
            },
            {
                what: "is reserved for a pod that the set does not have",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "share-db-1" } });
                    statefulSet(large, { replicas: 1 });
                },
            },
        ],
        unknown: [
            {
                what: "has a volume whose name is not known yet",
                program: () => {
                    volume("data", unreserved, undefined, { name: late("data") } as never);
                    claim("data", { storageClassName: "standard" });
                },
                says: /PersistentVolume "data": metadata\.name is known only/,
            },
            {
                what: "is reserved for a set's claim, and has a claim that may be it",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "share-db-0" } });
                    statefulSet({ accessModes: ["ReadOnlyMany"] });
                    claim("data", { volumeName: undefined as never }, {}, undefined, { name: late("share-db-0") });
                },
                says: /StatefulSet web\/db, .*: spec\.volumeName is known only/,
            },
            {
                what: "has a volume of which nothing is known yet",
                program: () =>
                    pair({
                        ...unreserved,
                        storageClassName: late("a"),
                        accessModes: late(["ReadOnlyMany"]),
                        volumeMode: late("Block"),
                    }),
                says: /PersistentVolume data: spec\.storageClassName, spec\.accessModes and spec\.volumeMode are known only/,
            },
            {
                what: "has a size that is not known yet",
                program: () => pair({ ...unreserved, capacity: { storage: late("1Gi") } }),
                says: /spec\.capacity\.storage is known only/,
            },
            {
                what: "has a class and modes that are not known yet",
                program: () =>
                    pair(unreserved, {
                        storageClassName: late("a"),
                        accessModes: late(["ReadWriteOnce"]),
                        volumeMode: late("Block"),
                    }),
                says: /spec\.storageClassName, spec\.accessModes and spec\.volumeMode are known only/,
            },
            {
                what: "may be reserved from the other side as well",
                program: () => pair({}, { ...large, volumeName: late("data") }),
                says: /PersistentVolumeClaim web\/data: spec\.volumeName is known only/,
            },
            {
                what: "may name the claim that names it",
                program: () => pair({ claimRef: { namespace: "web", name: late("data") } }, large),
                says: /PersistentVolumeClaim web\/data: spec\.claimRef is known only/,
            },
        ],
        notApplicable: [nothing],
    },
};
