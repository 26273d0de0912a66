// The pack `visibility`: which mounts are of one share, and which of them only
// read. See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import {
    claim,
    csi,
    deployment,
    good,
    type Inline,
    late,
    mounting,
    type PodSpec,
    pair,
    sources,
    statefulSet,
    volume,
    withShare,
} from "../stacks";
import type { PolicyCases } from "./types";

const POLICY = "written-share-is-read-elsewhere";
const ANNOTATION = "volume.beta.kubernetes.io/mount-options";
const SERVER = "10.96.0.20";

/** A mount of the pod's volume, or of a folder of it. */
const mounts = (source: Inline, folder: object = {}, readOnly = false): PodSpec =>
    withShare(source, { ...good, volumeMounts: [{ name: "share", mountPath: "/data", readOnly, ...folder }] });
const nfs = (path: string, server = SERVER): Inline => ({ nfs: { server, path } });
const claimed = (claimName: string, readOnly = false): Inline => ({ persistentVolumeClaim: { claimName, readOnly } });
/** A writer and a reader of these. */
const two = (writer: PodSpec, reader: PodSpec): void => {
    deployment("writer", writer);
    deployment("reader", reader);
};
/** The first pair is written to, and the second mounted by a pod that says nothing of reading. */
const second = (spec: object, metadata: object = {}): void => {
    pair();
    volume("second", spec, undefined, metadata);
    claim("second");
    two(mounts(claimed("data")), mounts(claimed("second")));
};
const labelled = (access: string) => {
    volume(access, { claimRef: undefined }, undefined, { labels: { access } });
    claim(access, { volumeName: undefined, selector: { matchLabels: { access } } });
};
/** Two volumes of servers that are given, for the claims data and second. */
const servers = (first: unknown, other: unknown, path: unknown = "/share"): void => {
    pair({ nfs: { server: first as string, path: "/share" } });
    volume("second", { nfs: { server: other as string, path: path as string } });
    claim("second");
    two(mounts(claimed("data")), mounts(claimed("second", true)));
};
const scaled = (name: string, more: object, { volumes, containers }: PodSpec): void => {
    new kubernetes.apps.v1.Deployment(name, {
        metadata: { namespace: "web", name },
        spec: { ...more, selector: { matchLabels: {} }, template: { spec: { volumes, containers } as PodSpec } },
    });
};
const reader = (more: object): void => {
    deployment("writer", mounts(sources.inline()));
    scaled("reader", more, mounts(sources.inline(true)));
};

export const placesCases: Record<string, PolicyCases> = {
    [POLICY]: {
        violates: [
            ...[{ nfs: { server: SERVER, path: "/share", readOnly: true } }, csi({}, { readOnly: true })].map(
                (spec) => ({
                    what: `has a volume that says it is read-only, which no mount is: ${Object.keys(spec).at(-1)}`,
                    program: () => second(spec),
                    blames: ["reader", "writer"],
                    says: [/Deployment web\/reader: found that it writes to the NFS export/],
                }),
            ),
            {
                what: "has a volume whose options are writable in the end, sorted",
                program: () => second({ mountOptions: ["rw", "ro"] }),
                blames: ["reader", "writer"],
                says: [/as does Deployment web\/writer/],
            },
            {
                what: "has an annotation that takes the place of ro",
                program: () => second({ mountOptions: ["ro"] }, { annotations: { [ANNOTATION]: "hard" } }),
                blames: ["reader", "writer"],
                says: [/as does/],
            },
            {
                what: "has a reader of another folder of the volume",
                program: () => {
                    pair();
                    two(
                        mounts(claimed("data"), { subPath: "homes/ann" }),
                        mounts(claimed("data"), { subPath: "course" }, true),
                    );
                },
                blames: ["writer"],
                says: [/writes to the NFS export 10\.96\.0\.20:\/share, folder homes\/ann/],
            },
            {
                what: "has a reader of a folder that only begins alike",
                program: () => two(mounts(nfs("/share/course")), mounts(nfs("/share"), { subPath: "course-b" }, true)),
                blames: ["writer"],
                says: [/10\.96\.0\.20:\/share\/course,/],
            },
            {
                what: "has a reader whose folder is known by its pod",
                program: () =>
                    two(
                        mounts(nfs("/share"), { subPath: "a" }),
                        mounts(nfs("/share"), { subPathExpr: "$(POD_NAME)" }, true),
                    ),
                blames: ["writer"],
                says: [/folder a/],
            },
            {
                what: "has two writers of shares of their own",
                program: () => two(mounts(nfs("/a")), mounts(nfs("/b"))),
                blames: ["reader", "writer"],
                says: [/10\.96\.0\.20:\/a, which no other/, /10\.96\.0\.20:\/b, which no other/],
            },
            {
                what: "has a reader that does not run",
                program: () => reader({ replicas: 0 }),
                blames: ["writer"],
                says: [/which no other pod reads/],
            },
            {
                what: "has known servers that differ, and a path that is not known yet",
                program: () => servers("10.0.0.1", "10.0.0.2", late("/share")),
                preview: true,
                blames: ["writer"],
                says: [/which no other pod reads/],
            },
            {
                what: "has no reader at all, of a volume whose server is not known yet",
                program: () => {
                    pair({ nfs: { server: late("10.0.0.1"), path: "/share" } });
                    deployment("writer", mounts(claimed("data")));
                },
                preview: true,
                blames: ["writer"],
                says: [/writes to the volume data, which no other pod reads/],
            },
        ],
        complies: [
            ...[
                { mountOptions: ["ro,hard"] },
                { mountOptions: ["hard", "ro"] },
                csi({ mountOptions: "ro" }),
                csi({ mountoptions: "rw,ro" }),
            ].map((spec) => ({
                what: `has a reader by the options of its volume: ${JSON.stringify(spec)}`,
                program: () => second(spec),
            })),
            {
                what: "has a reader by the annotation of its volume",
                program: () => second({ mountOptions: ["rw"] }, { annotations: { [ANNOTATION]: "ro,hard" } }),
            },
            {
                what: "has a reader by the options of its inline volume",
                program: () => {
                    const volumeAttributes = { server: SERVER, share: "/share" };
                    const driver = "nfs.csi.k8s.io";
                    two(
                        mounts({ csi: { driver, volumeAttributes } }),
                        mounts({ csi: { driver, volumeAttributes: { ...volumeAttributes, MountOptions: "ro" } } }),
                    );
                },
            },
            ...[
                [{}, { subPath: "course" }],
                [{ subPath: "course" }, {}],
                [{ subPath: "course" }, { subPath: "course" }],
                [{ subPath: "course/" }, { subPath: "course/week" }],
                [{ subPathExpr: "$(POD_NAME)" }, { subPathExpr: "$(POD_NAME)" }],
                [{ subPathExpr: "$(POD_NAME)" }, {}],
            ].map(([writer, other]) => ({
                what: `has a reader of a folder that is, contains or is in the writer's: ${JSON.stringify([writer, other])}`,
                program: () => {
                    pair();
                    two(mounts(claimed("data"), writer), mounts(claimed("data"), other, true));
                },
            })),
            {
                what: "has a folder once in the export and once in the mount",
                program: () => two(mounts(nfs("/share/course")), mounts(nfs("/share"), { subPath: "course" }, true)),
            },
            ...[
                [nfs("/share"), nfs("/share/")],
                [nfs("/share"), nfs("//share/.")],
                [nfs("/", "fd00::7"), nfs("/", "fd00:0:0::7")],
                [nfs("/", "fd00::7"), nfs("/", "[FD00::7]")],
                [nfs("/", "nas.example.org"), nfs("/", "NAS.example.org.")],
            ].map(([writer, other], index) => ({
                what: `is one export in two spellings, number ${index + 1}`,
                program: () => two(mounts(writer as Inline), mounts(other as Inline, {}, true)),
            })),
            {
                what: "has volumes of one export for claims that choose by labels",
                program: () => {
                    labelled("rw");
                    labelled("ro");
                    two(mounts(claimed("rw")), mounts(claimed("ro", true)));
                },
                preview: true,
            },
            {
                what: "has a reader with a volume for its only pod",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "share-db-0" } });
                    statefulSet({}, { container: mounting(good, true) });
                    deployment("writer", mounts(nfs("/share")));
                },
            },
            {
                what: "has a writer that does not run, and one whose pods have a claim each",
                program: () => {
                    scaled("writer", { replicas: 0 }, mounts(sources.inline()));
                    statefulSet({}, { container: mounting(good) });
                },
            },
        ],
        unknown: [
            {
                what: "may have a writer that runs",
                program: () => scaled("writer", { replicas: late(0) }, mounts(sources.inline())),
                says: /Deployment web\/writer: who reads/,
            },
            {
                what: "has two volumes of servers that may be one",
                program: () => servers(late("10.0.0.1"), late("10.0.0.1")),
                says: /Deployment web\/writer: who reads the volume data is known only/,
            },
            {
                what: "has two volumes of which one's server is known",
                program: () => servers(late("10.0.0.1"), "10.0.0.1"),
                says: /who reads the volume data is known only/,
            },
            {
                what: "has two volumes of which one's path is known",
                program: () => servers("10.0.0.1", "10.0.0.1", late("/share")),
                says: /who reads the NFS export 10\.0\.0\.1:\/share is known only/,
            },
            {
                what: "has a folder that is not known yet",
                program: () =>
                    two(mounts(nfs("/share"), { subPath: late("a") }), mounts(nfs("/share"), { subPath: "a" }, true)),
                says: /who reads the NFS export 10\.96\.0\.20:\/share is known only/,
            },
            { what: "may have a reader that runs", program: () => reader({ replicas: late(0) }), says: /who reads/ },
            {
                what: "has claims that may be bound to one of two volumes",
                program: () => {
                    volume("one", { claimRef: undefined });
                    volume("other", { claimRef: undefined, nfs: { server: SERVER, path: "/other" } });
                    claim("data", { volumeName: undefined });
                    two(mounts(claimed("data")), mounts(nfs("/share"), {}, true));
                },
                says: /who reads the claim web\/data is known only/,
            },
            {
                what: "has a writer that may only read",
                program: () =>
                    void deployment("writer", withShare(sources.inline(), mounting(good, late(true) as never))),
                says: /who reads/,
            },
        ],
        notApplicable: [],
    },
};
