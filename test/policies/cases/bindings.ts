// The pack `bindings`, of volumes with their claims (objects.ts has those of one
// object): see index.ts beside this file.
import type { Outputs } from "../../harness/engine";
import { claim, csi, good, lasting, late, pair, statefulSet, volume } from "../stacks";
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
const _CLASS = "volume.beta.kubernetes.io/storage-class";
const _large = { resources: { requests: { storage: "5Gi" } } };
const unnamed = { volumeName: undefined };
const unreserved = { claimRef: undefined };
/** Reserved for the first pod of the set `db`. */
const ofSet = { claimRef: { namespace: "web", name: "share-db-0" } };
const elsewhere = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "other", name: "data" };

export const bindingsCases: Record<string, PolicyCases> = {
    "volume-and-claim-name-each-other": {
        violates: [
            {
                what: "has a claim that names a volume which does not name it",
                program: () => pair({ claimRef: undefined }),
                blames: ["data"],
                says: [
                    /^Where a PersistentVolume or a PersistentVolumeClaim names the other, both do\.\nPersistentVolume data: found no spec\.claimRef, although PersistentVolumeClaim web\/data asks for this volume by name: any other claim may take it\.\nWanted: .*\nTo mend: set spec\.claimRef .*namespace: "web", name: "data".*\nMore: docs\/policies\/volume-and-claim-name-each-other\.md$/,
                ],
            },
            {
                what: "has a volume that names a claim which does not name it",
                program: () => pair({}, { volumeName: undefined }),
                blames: ["data-claim"],
                says: [/found no spec\.volumeName, although PersistentVolume data is reserved/],
            },
            {
                what: "has a volume that names another claim",
                program: () => pair({ claimRef: elsewhere }),
                blames: ["data"],
                says: [/found spec\.claimRef other\/data, although PersistentVolumeClaim web\/data/],
            },
            {
                what: "has a claim that names another volume, by CSI, in a preview",
                program: () => pair(csi(), { volumeName: "other" }),
                preview: true,
                blames: ["data-claim"],
                says: [/found spec\.volumeName other, although PersistentVolume data/],
            },
            {
                what: "has a volume that names a claim, which has got its name from Kubernetes",
                program: () => pair({}, unnamed),
                outputs: bound({
                    metadata: {
                        annotations: filledIn,
                        managedFields: [
                            { manager: "kube-controller-manager", fieldsV1: { "f:spec": { "f:volumeName": {} } } },
                            { manager: "pulumi-kubernetes", fieldsV1: { "f:spec": { "f:accessModes": {} } } },
                        ],
                    },
                    spec: { volumeName: "data" },
                }),
                blames: ["data-claim"],
                says: [/found no spec\.volumeName, although PersistentVolume data is reserved/],
            },
            {
                what: "has a template that names a volume which is not reserved",
                program: () => {
                    volume("data", unreserved);
                    statefulSet({ volumeName: "data" });
                },
                blames: ["data"],
                says: [
                    /although StatefulSet web\/db, the claim of spec\.volumeClaimTemplates\[0\] asks for this volume/,
                ],
            },
        ],
        complies: [
            { what: "has a pair that names each other", program: () => pair() },
            {
                what: "has a pair that leaves each other to be found",
                program: () => pair({ claimRef: undefined }, { volumeName: undefined }),
            },
            {
                what: "has a claim whose volume Kubernetes chose",
                program: () => {
                    volume("data", { claimRef: undefined });
                    claim("data", { storageClassName: "standard" }, filledIn);
                },
            },
            ...[true, false].map((preview) => ({
                what: `has a pair with Kubernetes' mark copied into the claim${preview ? ", in a preview" : ""}`,
                program: () => {
                    volume();
                    claim("data", {}, filledIn);
                },
                preview,
            })),
            {
                what: "has a pair with Kubernetes' mark copied into the volume",
                program: () => {
                    volume("data", {}, undefined, { annotations: filledIn });
                    claim();
                },
                preview: true,
            },
            {
                what: "has a pair that names each other, marked in the cluster",
                program: () => pair(),
                outputs: bound({
                    metadata: {
                        annotations: filledIn,
                        managedFields: [
                            { manager: "kube-controller-manager", fieldsV1: { "f:spec": { "f:volumeName": {} } } },
                            { manager: "pulumi-kubernetes", fieldsV1: { "f:spec": { "f:volumeName": {} } } },
                        ],
                    },
                }),
            },
            {
                what: "has a volume that is reserved for a claim of a StatefulSet",
                program: () => {
                    volume("data", ofSet);
                    statefulSet();
                },
            },
        ],
        unknown: [
            {
                what: "names a claim that is not known yet",
                program: () => pair({ claimRef: { namespace: "web", name: late("data") } }),
                says: /spec\.claimRef is known only/,
            },
            {
                what: "has a claim that may name the volume that names it",
                program: () => pair({}, { volumeName: late("data") }),
                says: /PersistentVolumeClaim web\/data: spec\.volumeName is known only/,
            },
            {
                what: "names a volume that is not known yet",
                program: () => pair({ claimRef: undefined }, { volumeName: late("data") }),
                says: /spec\.volumeName is known only/,
            },
        ],
        notApplicable: [nothing],
    },
    "one-claim-a-volume": {
        violates: [
            {
                what: "has two claims for one volume",
                program: () => {
                    pair();
                    claim("second", { volumeName: "data" });
                },
                blames: ["data-claim", "second-claim"],
                says: [
                    /PersistentVolumeClaim web\/data: found spec\.volumeName "data", asked for by PersistentVolumeClaim web\/second too/,
                ],
            },
            {
                what: "has two volumes for one claim",
                program: () => {
                    pair();
                    volume("second", { claimRef: { namespace: "web", name: "data" } });
                },
                blames: ["data", "second"],
                says: [/PersistentVolume data: found spec\.claimRef web\/data, as in PersistentVolume second\./],
            },
            ...[2, 3].map((replicas) => ({
                what: `has a template with a volume for ${replicas} pods`,
                program: () => void statefulSet({ volumeName: "data" }, { replicas }),
                blames: ["db"],
                says: [
                    /StatefulSet web\/db, the claim of spec\.volumeClaimTemplates\[0\]: found spec\.volumeName "data", asked for by the next pod's claim too/,
                ],
            })),
            {
                what: "has a template and a claim for one volume",
                program: () => {
                    claim();
                    statefulSet({ volumeName: "data" });
                },
                blames: ["data-claim", "db"],
                says: [/asked for by PersistentVolumeClaim web\/data too/],
            },
        ],
        complies: [
            {
                what: "has a claim for each volume",
                program: () => {
                    pair();
                    volume("second");
                    claim("second");
                },
            },
            {
                what: "has a template with a volume for one pod",
                program: () => void statefulSet({ volumeName: "data" }),
            },
            {
                what: "has a template with a volume, and the claim that its one pod uses, because it is there already",
                program: () => {
                    claim("share-db-0", { volumeName: "data" });
                    statefulSet({ volumeName: "data" });
                },
            },
            {
                what: "has a template without a volume, and a claim with one, of which it is not known how many and which",
                program: () => {
                    statefulSet({}, { replicas: late(2) });
                    claim("data", {}, {}, undefined, { name: late("data") });
                },
                preview: true,
            },
            {
                what: "reads, too, a claim that it makes",
                program: () => {
                    const uid = "1f0c9a52-0000-4000-8000-00000000000a";
                    for (const resource of ["made", "read"])
                        claim(resource, { volumeName: "data" }, {}, undefined, { name: "data", uid });
                },
            },
            {
                what: "has a template with a volume for no pod, and a claim",
                program: () => {
                    claim();
                    statefulSet({ volumeName: "data" }, { replicas: 0 });
                },
            },
        ],
        unknown: [
            {
                what: "names a volume that is not known yet",
                program: () => pair({}, { volumeName: late("data") }),
                says: /spec\.volumeName is known only/,
            },
            {
                what: "has a template with a volume, and a claim that may be the one of its pod",
                program: () => {
                    claim("data", { volumeName: "data" }, {}, undefined, { name: late("share-db-0") });
                    statefulSet({ volumeName: "data" });
                },
                says: /StatefulSet web\/db, .*: spec\.volumeName is known only/,
            },
            {
                what: "has a template with a volume for a number of pods that is not known yet",
                program: () => void statefulSet({ volumeName: "data" }, { replicas: late(2) }),
                says: /StatefulSet web\/db, .*: spec\.replicas is known only/,
            },
        ],
        notApplicable: [nothing],
    },
};
