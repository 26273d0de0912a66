// The policies of `nfs-security` about data, how it is mounted and kept: see
// index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import {
    carrierNames,
    claim,
    csi,
    late,
    pair,
    plain,
    sources,
    storageClass,
    volume,
    withShare,
    workloads,
} from "../stacks";
import type { PolicyCases } from "./types";

const prod = { stack: "prod" };
const ANNOTATION = "volume.beta.kubernetes.io/mount-options";

export const dataCases: Record<string, PolicyCases> = {
    "nfs-mounts-are-hard": {
        violates: [
            {
                what: "has a soft PersistentVolume",
                program: () => void volume("data", { mountOptions: ["nfsvers=4.2", "soft"] }),
                blames: ["data"],
                says: [/found the mount option soft in spec\.mountOptions\./],
            },
            {
                what: "says more after soft",
                program: () => void volume("data", { mountOptions: ["soft", "timeo=600"] }),
                blames: ["data"],
                says: [/the mount option soft/],
            },
            {
                what: "has one that is soft in the end",
                program: () => void volume("data", { mountOptions: ["hard", "timeo=5, softerr"] }),
                blames: ["data"],
                says: [/the mount option softerr/],
            },
            {
                what: "has soft in the annotation of old",
                program: () =>
                    void new kubernetes.core.v1.PersistentVolume("old", {
                        metadata: { name: "old", annotations: { [ANNOTATION]: "soft" } },
                        spec: { nfs: { server: "10.96.0.20", path: "/" }, claimRef: { namespace: "web", name: "a" } },
                    }),
                blames: ["old"],
                says: [/in metadata\.annotations\["volume\.beta/],
            },
            {
                what: "has a soft volume of the CSI driver",
                program: () => void volume("data", { ...csi({ mountOptions: "soft" }), mountOptions: ["hard"] }),
                blames: ["data"],
                says: [/in spec\.csi\.volumeAttributes\.mountOptions/],
            },
            {
                what: "has a soft StorageClass",
                program: () =>
                    void storageClass({
                        mountOptions: ["soft"],
                        parameters: { server: "10.0.0.1", mountOptions: "timeo=5" },
                    }),
                blames: ["nfs"],
                says: [/in mountOptions/],
            },
            {
                what: "has soft inline volumes of the CSI driver",
                program: () =>
                    workloads(
                        withShare(
                            { csi: { driver: "nfs.csi.k8s.io", volumeAttributes: { mountOptions: "nolock,soft" } } },
                            plain,
                        ),
                    ),
                blames: carrierNames,
                says: [/in spec\.template\.spec\.volumes\[0\]\.csi\.volumeAttributes\.mountOptions/],
            },
        ],
        complies: [
            { what: "says hard", program: () => void volume("data", { mountOptions: ["hard", "timeo=600"] }) },
            { what: "says nothing", program: () => void volume("data") },
            {
                what: "says hard in the end, to the CSI driver",
                program: () => void volume("data", { ...csi(), mountOptions: ["soft", "hard"] }),
            },
            {
                what: "says something that only sounds soft",
                program: () => void volume("data", { mountOptions: ["softreval"] }),
            },
            {
                what: "is hard by the CSI driver, everywhere",
                program: () => {
                    volume("data", csi({ mountOptions: "hard" }));
                    storageClass({ mountOptions: ["hard"] });
                    workloads(withShare(sources.csi(), plain));
                },
            },
        ],
        unknown: [
            {
                what: "has options that are not known yet",
                program: () => void volume("data", { mountOptions: late(["soft"]) }),
                says: /spec\.mountOptions is known only/,
            },
            {
                what: "has one that is not known yet",
                program: () => void volume("data", { mountOptions: ["soft", late("hard")] }),
                says: /spec\.mountOptions is known only/,
            },
        ],
        notApplicable: [
            {
                what: "has a soft volume of another kind",
                program: () => void volume("data", { nfs: undefined, hostPath: { path: "/" }, mountOptions: ["soft"] }),
            },
            {
                what: "has a class of another driver",
                program: () => void storageClass({ provisioner: "other", mountOptions: ["soft"] }),
            },
            {
                what: "has pods without volumes of the driver",
                program: () => workloads(withShare(sources.inline(), plain)),
            },
        ],
        remedied: [
            {
                what: "has soft options among others",
                program: () =>
                    void volume("data", { mountOptions: ["nfsvers=4.2", "soft", "ro,softerr"], claimRef: undefined }),
                becomes: {
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        capacity: { storage: "1Gi" },
                        mountOptions: ["nfsvers=4.2", "hard", "ro,hard"],
                        nfs: { path: "/share", server: "10.96.0.20" },
                        storageClassName: "",
                    },
                },
            },
            {
                what: "has them in text, for the CSI driver",
                program: () =>
                    void storageClass({
                        parameters: { server: "10.0.0.1", mountOptions: "soft,timeo=5" },
                        mountOptions: ["soft"],
                    }),
                becomes: { parameters: { server: "10.0.0.1", mountOptions: "hard,timeo=5" }, mountOptions: ["hard"] },
            },
            {
                what: "has them in an annotation",
                program: () =>
                    void new kubernetes.core.v1.PersistentVolume("old", {
                        metadata: { name: "old", annotations: { [ANNOTATION]: "soft", note: "soft" } },
                        spec: { nfs: { server: "10.96.0.20", path: "/" } },
                    }),
                becomes: { metadata: { name: "old", annotations: { [ANNOTATION]: "hard", note: "soft" } } },
            },
        ],
    },
    "data-is-retained-in-production": {
        violates: [
            {
                what: "has a volume that goes with its claim",
                ...prod,
                program: () => void volume("data", { persistentVolumeReclaimPolicy: "Delete" }, { protect: true }),
                blames: ["data"],
                says: [
                    /found persistentVolumeReclaimPolicy Delete, which nobody carries out for a volume of NFS that is made by hand/,
                ],
            },
            {
                what: "has a volume of the CSI driver and a claim that are not protected",
                ...prod,
                program: () => pair(csi()),
                blames: ["data", "data-claim"],
                says: [/found no protection: `pulumi destroy`/],
            },
            {
                what: "has a class that says nothing",
                ...prod,
                program: () => void storageClass(),
                blames: ["nfs"],
                says: [/found reclaimPolicy Delete/],
            },
            {
                what: "has a class that deletes what is on the share",
                ...prod,
                program: () => void storageClass({ parameters: { server: "10.0.0.1", onDelete: "delete" } }),
                blames: ["nfs"],
                says: [/found reclaimPolicy Delete/],
            },
            {
                what: "is production by another name",
                stack: "live",
                config: { stacks: ["live"] },
                program: () => void claim("data"),
                blames: ["data-claim"],
                says: [/no protection/],
            },
        ],
        complies: [
            {
                what: "retains and protects",
                ...prod,
                program: () => {
                    volume("data", { persistentVolumeReclaimPolicy: "Retain" }, { protect: true });
                    claim("data", {}, {}, { protect: true });
                    storageClass({ reclaimPolicy: "Retain" });
                },
            },
            ...[{ onDelete: "archive" }, { onDelete: "retain" }, { ondelete: "Retain" }].map((parameters) => ({
                what: `has a class whose driver keeps the data, by ${JSON.stringify(parameters)}`,
                ...prod,
                program: () => void storageClass({ reclaimPolicy: "Delete", parameters: parameters as never }),
            })),
            {
                what: "says nothing of a volume made by hand",
                stack: "production",
                program: () => void volume("data", {}, { protect: true }),
            },
        ],
        unknown: [
            {
                what: "has a policy that is not known yet",
                ...prod,
                program: () => void volume("data", { persistentVolumeReclaimPolicy: late("Retain") }),
                says: /persistentVolumeReclaimPolicy is known only/,
            },
            {
                what: "has a class whose parameters are not known yet",
                ...prod,
                program: () => void storageClass({ parameters: { onDelete: late("retain") } }),
                says: /parameters\.onDelete is known only/,
            },
        ],
        notApplicable: [
            { what: "is not production", program: () => pair({ persistentVolumeReclaimPolicy: "Delete" }) },
            {
                what: "is not what is configured",
                ...prod,
                config: { stacks: ["live"] },
                program: () => pair({ persistentVolumeReclaimPolicy: "Delete" }),
            },
            {
                what: "has other volumes and classes",
                ...prod,
                program: () => {
                    volume("data", {
                        nfs: undefined,
                        hostPath: { path: "/" },
                        persistentVolumeReclaimPolicy: "Delete",
                    });
                    storageClass({ provisioner: "other" });
                    workloads({ containers: [plain] });
                },
            },
        ],
        misconfigured: [{ config: { stacks: "prod" }, says: /key stacks: found "prod", wanted a value of type array/ }],
        remedied: [
            {
                what: "has a class that deletes",
                ...prod,
                program: () => void storageClass({ reclaimPolicy: "Delete" }),
                becomes: { reclaimPolicy: "Retain" },
            },
            {
                what: "has a volume that is deleted",
                ...prod,
                program: () =>
                    void volume(
                        "data",
                        { persistentVolumeReclaimPolicy: "Delete", claimRef: undefined, ...csi() },
                        { protect: true },
                    ),
                becomes: {
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        capacity: { storage: "1Gi" },
                        csi: {
                            driver: "nfs.csi.k8s.io",
                            volumeAttributes: { server: "10.96.0.20", share: "/share" },
                            volumeHandle: "data",
                        },
                        persistentVolumeReclaimPolicy: "Retain",
                        storageClassName: "",
                    },
                },
            },
        ],
    },
};
