// The pack `visibility`, of who reads what is written (evidence.ts has the rest): see index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import {
    carrierNames,
    carriers,
    claim,
    csi,
    deployment,
    good,
    type Inline,
    late,
    mounting,
    type PodSpec,
    pair,
    plain,
    sources,
    statefulSet,
    storageClass,
    volume,
    withShare,
    workloads,
} from "../stacks";
import type { PolicyCases } from "./types";

const writes = (source: Inline): PodSpec => withShare(source, mounting(good));
const reads = (source: Inline): PodSpec => withShare(source, mounting(good, true));

export const visibilityCases: Record<string, PolicyCases> = {
    "written-share-is-read-elsewhere": {
        violates: [
            ...Object.entries(sources).map(([way, source]) => ({
                what: `is written by one of everything that makes pods and read by none, by ${way}`,
                program: () => {
                    pair();
                    workloads(writes(source()));
                },
                blames: carrierNames,
                says: [
                    /Deployment web\/deployment: found that it writes to the NFS export 10\.96\.0\.20:\/share, as does CronJob web\/cron-job, DaemonSet/,
                ],
            })),
            {
                what: "is written through the CSI driver's volume",
                program: () => {
                    pair(csi());
                    deployment("writer", writes(sources.claim()));
                },
                blames: ["writer"],
                says: [
                    /found that it writes to the NFS export 10\.96\.0\.20:\/share, which no other pod reads without writing/,
                ],
            },
            {
                what: "is read by the writer itself only, in another container",
                program: () => {
                    pair();
                    deployment(
                        "writer",
                        withShare(sources.claim(), mounting(good), mounting({ ...good, name: "second" }, true)),
                    );
                },
                blames: ["writer"],
                says: [/which no other pod reads/],
            },
            {
                what: "is written by an init container, to a claim that asks for many writers",
                program: () => {
                    claim("data", { volumeName: undefined, storageClassName: "somewhere" });
                    deployment("writer", { ...withShare(sources.claim(), good), initContainers: [mounting(plain)] });
                },
                blames: ["writer"],
                says: [/writes to the claim web\/data/],
            },
            {
                what: "is written by a sidecar, to a claim of a class of the CSI driver",
                program: () => {
                    storageClass();
                    claim("data", { volumeName: undefined, storageClassName: "nfs", accessModes: ["ReadWriteOnce"] });
                    const sidecar = mounting({ ...good, name: "beside", restartPolicy: "Always" });
                    deployment("writer", { ...withShare(sources.claim(), good), initContainers: [sidecar] });
                },
                blames: ["writer"],
                says: [/writes to the claim web\/data/],
            },
            {
                what: "is the claim that a template makes, written by its name, and read by nobody",
                program: () => {
                    deployment("writer", writes({ persistentVolumeClaim: { claimName: "share-db-0" } }));
                    statefulSet();
                },
                blames: ["writer"],
                says: [/writes to the claim web\/share-db-0, which no other pod reads/],
            },
            {
                what: "has readers of another share, and of another folder of it",
                program: () => {
                    deployment("writer", writes({ nfs: { server: "10.96.0.20", path: "/share/b" } }));
                    deployment("reader", reads({ nfs: { server: "10.96.0.20", path: "/other" } }));
                    deployment(
                        "second",
                        reads({
                            csi: {
                                driver: "nfs.csi.k8s.io",
                                volumeAttributes: { server: "10.96.0.20", share: "/share/", subdir: "a" },
                            },
                        }),
                    );
                },
                blames: ["writer"],
                says: [/which no other pod reads/],
            },
        ],
        complies: [
            ...Object.entries(sources).flatMap(([way, source]) =>
                Object.entries(carriers).map(([name, make]) => ({
                    what: `is read from a ${name}, by ${way}, and said to be read-only by the mount`,
                    program: () => {
                        pair();
                        deployment("writer", writes(source()));
                        make("reader", reads(source()));
                    },
                })),
            ),
            ...Object.entries(sources).map(([way, source]) => ({
                what: `has a reader whose volume says that it is read-only, by ${way}`,
                program: () => {
                    pair();
                    deployment("writer", writes(sources.claim()));
                    deployment("reader", writes(source(true)));
                },
            })),
            {
                what: "has a reader through a volume that is mounted ro, whose claim is elsewhere",
                program: () => {
                    volume("second", { mountOptions: ["hard", "ro"] });
                    deployment("writer", writes(sources.inline()));
                    deployment("reader", writes({ persistentVolumeClaim: { claimName: "second" } }));
                },
            },
            {
                what: "has a reader of the claim that a template makes, by its name",
                program: () => {
                    deployment("writer", writes({ persistentVolumeClaim: { claimName: "share-db-0" } }));
                    statefulSet({}, { container: mounting(good, true) });
                },
            },
            { what: "is only read", program: () => void deployment("reader", reads(sources.inline())) },
        ],
        unknown: [
            {
                what: "may have a reader",
                program: () => {
                    pair();
                    deployment("writer", writes(sources.claim()));
                    deployment("reader", { containers: [good], volumes: late([]) });
                },
                says: /Deployment web\/writer: who reads the NFS export 10\.96\.0\.20:\/share is known only/,
            },
            {
                what: "has a mount that may be read-only",
                program: () => {
                    deployment("writer", writes(sources.inline()));
                    deployment("reader", withShare(sources.inline(), mounting(good, late(true) as never)));
                },
                says: /who reads the NFS export/,
            },
            {
                what: "has an export that is not known yet",
                program: () => void deployment("writer", writes({ nfs: { server: late("10.0.0.1"), path: "/" } })),
                says: /volumes\[0\]\.nfs\.server is known only/,
            },
            {
                what: "has a driver that is not known yet",
                program: () => void deployment("writer", writes({ csi: { driver: late("x") } })),
                says: /volumes\[0\] is known only/,
            },
            {
                what: "has a claim that is not known yet",
                program: () =>
                    void deployment("writer", writes({ persistentVolumeClaim: { claimName: late("data") } })),
                says: /volumes\[0\]\.persistentVolumeClaim is known only/,
            },
        ],
        notApplicable: [
            { what: "mounts nothing", program: () => void deployment("app", { containers: [good] }) },
            {
                what: "has a disk of its own",
                program: () => {
                    claim("data", { accessModes: ["ReadWriteOnce"], volumeName: undefined });
                    deployment("app", writes(sources.claim()));
                },
            },
            {
                what: "has a claim that is not in the stack",
                program: () => void deployment("app", writes(sources.claim())),
            },
            {
                what: "has a claim for each pod",
                program: () =>
                    void new kubernetes.apps.v1.StatefulSet("set", {
                        metadata: { namespace: "web", name: "set" },
                        spec: {
                            serviceName: "set",
                            selector: { matchLabels: {} },
                            template: { spec: { containers: [mounting(good)] } },
                            volumeClaimTemplates: [
                                { metadata: { name: "share" }, spec: { accessModes: ["ReadWriteMany"] } },
                            ],
                        },
                    }),
            },
        ],
    },
};
