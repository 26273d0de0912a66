// The pack `bindings`, of volumes with their claims (objects.ts has those of one
// object): see index.ts beside this file.
import { claim, csi, good, lasting, late, pair, volume } from "../stacks";
import type { PolicyCases } from "./types";

const nothing = {
    what: "has no volumes and no claims",
    program: () => void lasting.pod?.("pod", { containers: [good] }),
};
const filledIn = { "pv.kubernetes.io/bound-by-controller": "yes" };
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
    "volume-satisfies-claim": {
        violates: [
            {
                what: "has a volume that offers nothing",
                program: () => pair({ accessModes: [] }),
                blames: ["data-claim"],
                says: [/but PersistentVolume data offers none\./],
            },
            {
                what: "has different classes",
                program: () => pair({}, { storageClassName: "standard" }),
                blames: ["data-claim"],
                says: [/found storageClassName "standard", but PersistentVolume data has ""\./],
            },
            {
                what: "fits in nothing",
                program: () =>
                    pair(
                        { accessModes: ["ReadOnlyMany"], capacity: { storage: "1000M" } },
                        { resources: { requests: { storage: "1Gi" } }, volumeMode: "Block" },
                    ),
                blames: ["data-claim", "data-claim", "data-claim"],
                says: [
                    /found access mode ReadWriteMany, but PersistentVolume data offers ReadOnlyMany\./,
                    /found a request of 1Gi, but PersistentVolume data has a capacity of 1000M\./,
                    /found volumeMode Block, but PersistentVolume data has Filesystem\./,
                ],
            },
        ],
        complies: [
            {
                what: "has sizes that are none, and a claim without one",
                program: () => {
                    pair({ capacity: { storage: "much" } });
                    volume("second");
                    claim("second", { resources: undefined });
                },
            },
            { what: "has a pair that fits", program: () => pair() },
            {
                what: "has a volume that is larger and offers more",
                program: () => pair({ capacity: { storage: "2Gi" }, accessModes: ["ReadOnlyMany", "ReadWriteMany"] }),
            },
            { what: "has a class left out where it is empty", program: () => pair({ storageClassName: undefined }) },
        ],
        unknown: [
            {
                what: "has a volume of which nothing is known yet",
                program: () =>
                    pair({
                        storageClassName: late("a"),
                        accessModes: late(["ReadOnlyMany"]),
                        volumeMode: late("Block"),
                    }),
                says: /PersistentVolume data: spec\.storageClassName, spec\.accessModes and spec\.volumeMode are known only/,
            },
            {
                what: "has a size that is not known yet",
                program: () => pair({ capacity: { storage: late("1Gi") } }),
                says: /spec\.capacity\.storage is known only/,
            },
            {
                what: "has a class and modes that are not known yet",
                program: () =>
                    pair(
                        {},
                        {
                            storageClassName: late("a"),
                            accessModes: late(["ReadWriteOnce"]),
                            volumeMode: late("Block"),
                        },
                    ),
                says: /spec\.storageClassName, spec\.accessModes and spec\.volumeMode are known only/,
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
        ],
        unknown: [
            {
                what: "names a volume that is not known yet",
                program: () => pair({}, { volumeName: late("data") }),
                says: /spec\.volumeName is known only/,
            },
        ],
        notApplicable: [nothing],
    },
};
