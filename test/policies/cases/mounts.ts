// The policies of `nfs-security` about mount options: which of several counts,
// wherever and however they are written. See index.ts beside this file.
import { csi, late, plain, storageClass, volume, withShare, workloads } from "../stacks";
import type { PolicyCases } from "./types";

const ANNOTATION = "volume.beta.kubernetes.io/mount-options";
const annotated = (annotation: unknown, mountOptions: string[], spec: object = {}) =>
    volume("data", { ...spec, mountOptions }, undefined, { annotations: { [ANNOTATION]: annotation as string } });
const ofDriver = (attributes: object, mountOptions?: string[]) =>
    volume("data", { ...csi(attributes as Record<string, unknown>), ...(mountOptions && { mountOptions }) });

export const mountsCases: Record<string, PolicyCases> = {
    "nfs-mounts-are-hard": {
        violates: [
            ...[
                ["soft", "hard"],
                ["hard", "soft"],
                ["softerr", "hard"],
                ["nolock,soft", "hard"],
            ].map((options) => ({
                what: `is mounted soft, because Kubernetes sorts ${JSON.stringify(options)}`,
                program: () => void volume("data", { mountOptions: options }),
                blames: ["data"],
                says: [/found the mount option soft(err)? in spec\.mountOptions/],
            })),
            ...["soft,hard", "soft", "nfsvers=4.2,soft"].map((text) => ({
                what: `has the annotation ${text} in the place of its field`,
                program: () => void annotated(text, ["hard"]),
                blames: ["data"],
                says: [/found the mount option soft in metadata\.annotations/],
            })),
            ...[{ mountoptions: "soft" }, { MountOptions: "hard,soft" }, { mountOptions: "softerr" }].map(
                (attributes) => ({
                    what: `has the attribute ${JSON.stringify(attributes)} of the CSI driver after its field`,
                    program: () => void ofDriver(attributes, ["hard"]),
                    blames: ["data"],
                    says: [/in spec\.csi\.volumeAttributes\.mountOptions/],
                }),
            ),
            {
                what: "has parameters in another case",
                program: () => void storageClass({ parameters: { Server: "10.0.0.1", MOUNTOPTIONS: "soft" } }),
                blames: ["nfs"],
                says: [/in parameters\.mountOptions/],
            },
        ],
        complies: [
            { what: "has an annotation that is hard", program: () => void annotated("hard", ["soft"]) },
            { what: "has an annotation of nothing", program: () => void annotated("", ["soft"]) },
            {
                what: "has one item that is sorted as one",
                program: () => void volume("data", { mountOptions: ["soft,hard"] }),
            },
            {
                what: "has the order of the CSI driver",
                program: () => void ofDriver({}, ["soft", "hard"]),
            },
            {
                what: "has the driver's attribute after its field",
                program: () => void ofDriver({ mountoptions: "hard" }, ["soft"]),
            },
            {
                what: "has an annotation that nobody reads for the CSI driver",
                program: () => void annotated("soft", ["hard"], csi()),
            },
        ],
        unknown: [
            {
                what: "may have an annotation",
                program: () => void annotated(late("soft"), ["hard"]),
                says: /metadata\.annotations\["volume/,
            },
            {
                what: "has attributes that are not known yet",
                program: () =>
                    workloads(withShare({ csi: { driver: "nfs.csi.k8s.io", volumeAttributes: late({}) } }, plain)),
                says: /volumeAttributes\.mountOptions is known only/,
            },
        ],
        notApplicable: [],
        remedied: [
            {
                what: "has them under a key in another case",
                program: () => void storageClass({ parameters: { Server: "10.0.0.1", mountoptions: "soft" } }),
                becomes: { parameters: { Server: "10.0.0.1", mountoptions: "hard" } },
            },
        ],
    },
};
