// The pack `bindings`: what the server of an NFS volume is called. See index.ts
// beside this file.
import { carrierNames, csi, good, late, mounting, pair, storageClass, withShare, workloads } from "../stacks";
import type { PolicyCases } from "./types";

const server = (name: string) => ({ nfs: { server: name, path: "/share" } });
const inline = (name: string) => withShare({ nfs: { server: name, path: "/share" } }, mounting(good));
const driver = (name: string) =>
    withShare(
        { csi: { driver: "nfs.csi.k8s.io", volumeAttributes: { server: name, share: "/share" } } },
        mounting(good),
    );

export const serverCases: Record<string, PolicyCases> = {
    "nfs-server-is-an-address": {
        violates: [
            ...["nfs", "nfs.storage.svc", "nfs.storage.svc.cluster.local", "NFS.cluster.local.", ""].map((name) => ({
                what: `has the server "${name}" in a PersistentVolume`,
                program: () => pair(server(name)),
                blames: ["data"],
                says: [
                    name === ""
                        ? /found no spec\.nfs\.server/
                        : new RegExp(`found spec\\.nfs\\.server "${name}", a name that only pods`),
                ],
            })),
            ...[
                "nfs.web.svc.corp.internal",
                "nfs-0.nfs.web.svc.corp.internal",
                "nfs-0.nfs.web.svc",
                "web.svc",
                "x.cluster.local",
            ].map((name) => ({
                what: `has the server "${name}" in a PersistentVolume`,
                program: () => pair(server(name)),
                blames: ["data"],
                says: [/a name that only pods can resolve/],
            })),
            {
                what: "has each node itself for the server",
                program: () => pair(server("localhost")),
                blames: ["data"],
                says: [/found spec\.nfs\.server "localhost", which is whoever mounts it/],
            },
            {
                what: "has no server in a PersistentVolume",
                program: () => pair({ nfs: { path: "/share" } as never }),
                blames: ["data"],
                says: [/found no spec\.nfs\.server\./],
            },
            {
                what: "has a single word in a PersistentVolume of the CSI driver",
                program: () => pair(csi({ server: "nfs" })),
                blames: ["data"],
                says: [
                    /found spec\.csi\.volumeAttributes\.server "nfs".*\nWanted: .* the CSI driver's own pod mounts it\./,
                ],
            },
            {
                what: "has a Service's name in inline volumes of everything that makes pods",
                program: () => workloads(inline("nfs.storage.svc")),
                blames: carrierNames,
                says: [
                    /found spec\.volumes\[0\]\.nfs\.server/,
                    /found spec\.jobTemplate\.spec\.template\.spec\.volumes\[0\]\.nfs\.server/,
                ],
            },
            {
                what: "has a single word in inline volumes of the CSI driver",
                program: () => workloads(driver("nfs")),
                blames: carrierNames,
                says: [/found spec\.template\.spec\.volumes\[0\]\.csi\.volumeAttributes\.server "nfs"/],
            },
            {
                what: "has a single word in a StorageClass of the CSI driver",
                program: () => void storageClass({ parameters: { server: "nfs", share: "/" } }),
                blames: ["nfs"],
                says: [/found parameters\.server "nfs"/],
            },
        ],
        complies: [
            ...[
                ...["10.0.0.1", "fd00::1", "[fd00::7]", "filer.example.com", "filer.lan"],
                ...["nas.svc.example.org", "filer.mycluster.local", "svc.nas.example.org"],
            ].map((name) => ({
                what: `has the server ${name}`,
                program: () => {
                    pair(server(name));
                    workloads(inline(name));
                },
            })),
            {
                what: "has a Service's whole name for the CSI driver",
                program: () => {
                    pair(csi({ server: "nfs.storage.svc.cluster.local" }));
                    workloads(driver("nfs.storage.svc"));
                    storageClass({ parameters: { server: "nfs.storage.svc", share: "/" } });
                },
            },
            {
                what: "has IPv6 in brackets, and parameters in another case, for the CSI driver",
                program: () => {
                    pair(csi({ server: undefined, SERVER: "[fd00::7]" }));
                    storageClass({ parameters: { Server: "10.96.0.20", Share: "/share" } });
                },
            },
        ],
        unknown: [
            {
                what: "has a server that is not known yet",
                program: () => pair({ nfs: { server: late("nfs"), path: "/share" } }),
                says: /spec\.nfs\.server is known only/,
            },
            {
                what: "has volumes that are not known yet",
                program: () => workloads({ containers: [good], volumes: late([]) }),
                says: /what kind of volume it has is known only/,
            },
        ],
        notApplicable: [
            { what: "has volumes of other kinds", program: () => pair({ nfs: undefined, hostPath: { path: "/" } }) },
            { what: "has another driver", program: () => pair(csi({ server: "nfs" }, { driver: "other.csi" })) },
        ],
    },
};
