// The pack `bindings`, of one object at a time: see index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import type { Outputs } from "../../harness/engine";
import {
    claim,
    deployment,
    good,
    lasting,
    late,
    type PodSpec,
    pair,
    sources,
    statefulSet,
    volume,
    withShare,
} from "../stacks";
import type { PolicyCases } from "./types";

const nothing = {
    what: "has no volumes and no claims",
    program: () => void lasting.pod?.("pod", { containers: [good] }),
};
const CLASS = "volume.beta.kubernetes.io/storage-class";
/** A pod with a claim of its own, made of this template. */
const ephemeral = (spec: object): PodSpec =>
    withShare({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteMany"], ...spec } } } }, good);
const bare = { serviceName: "db", selector: {}, template: {} };
/** The first one lacks its class; the others need none, or say it in the annotation. */
const templates = (storageClassName?: string) => [
    { spec: { volumeName: "a", ...(storageClassName !== undefined && { storageClassName }) } },
    { spec: { accessModes: ["ReadWriteOnce"] } },
    { spec: { volumeName: "" } },
    { metadata: { annotations: { [CLASS]: "gold" } }, spec: { volumeName: "b" } },
];
const phase =
    (phase: string | undefined): Outputs =>
    ({ type }) =>
        type.endsWith(":PersistentVolumeClaim") ? { status: { phase } } : undefined;
export const objectsCases: Record<string, PolicyCases> = {
    "storage-class-is-explicit": {
        violates: [
            {
                what: "has a claim that names its volume and no class",
                program: () => pair({}, { storageClassName: undefined }),
                blames: ["data-claim"],
                says: [/found no spec\.storageClassName, although it asks for a volume by name/],
            },
            {
                what: "has templates that name a volume and no class",
                program: () => {
                    statefulSet({ storageClassName: undefined, volumeName: "data" });
                    deployment("app", ephemeral({ volumeName: "data" }));
                },
                blames: ["app", "db"],
                says: [
                    /StatefulSet web\/db: found no spec\.volumeClaimTemplates\[0\]\.spec\.storageClassName/,
                    /found no spec\.template\.spec\.volumes\[0\]\.ephemeral\.volumeClaimTemplate\.spec\.storageClassName/,
                ],
            },
        ],
        complies: [
            ...["", "gold"].map((name) => ({
                what: `says the class "${name}" in the annotation of old`,
                program: () => {
                    claim("data", { storageClassName: undefined }, { [CLASS]: name });
                    statefulSet(
                        { storageClassName: undefined, volumeName: "data" },
                        { annotations: { [CLASS]: name } },
                    );
                },
            })),
            { what: "says that there is no class", program: () => pair() },
            { what: "says a class", program: () => pair({ storageClassName: "a" }, { storageClassName: "a" }) },
        ],
        unknown: [
            {
                what: "may name a volume",
                program: () => pair({}, { storageClassName: undefined, volumeName: late("data") }),
                says: /spec\.volumeName is known only/,
            },
            {
                what: "has a class that is not known yet",
                program: () => pair({}, { storageClassName: late("a") }),
                says: /spec\.storageClassName is known only/,
            },
            {
                what: "has an annotation that is not known yet, also in a template",
                program: () => {
                    claim("data", { storageClassName: undefined }, { [CLASS]: late("a") });
                    statefulSet(
                        { storageClassName: undefined, volumeName: "data" },
                        { annotations: { [CLASS]: late("a") } },
                    );
                },
                says: /spec\.storageClassName is known only(.|\n)*spec\.volumeClaimTemplates\[0\]\.spec\.storageClassName is known/,
            },
        ],
        notApplicable: [
            {
                what: "has templates for a provisioner",
                program: () => void statefulSet({ storageClassName: undefined }),
            },
            {
                what: "has a claim for a provisioner",
                program: () => void claim("data", { volumeName: undefined, storageClassName: undefined }),
            },
            {
                what: "has a claim with an empty volume",
                program: () => void claim("data", { volumeName: "", storageClassName: undefined }),
            },
            {
                what: "has something else that names a volume",
                program: () => void lasting.pod?.("pod", { containers: [good], volumeName: "data" } as never),
            },
            {
                what: "has a volume without a class",
                program: () => void volume("data", { storageClassName: undefined }),
            },
        ],
        remedied: [
            {
                what: "has a claim that names its volume and no class",
                program: () => void claim("data", { storageClassName: undefined }),
                becomes: {
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        resources: { requests: { storage: "1Gi" } },
                        storageClassName: "",
                        volumeName: "data",
                    },
                },
            },
            {
                what: "has templates of which one names a volume and no class",
                program: () =>
                    void new kubernetes.apps.v1.StatefulSet("db", {
                        spec: { ...bare, volumeClaimTemplates: templates() },
                    }),
                becomes: { spec: { ...bare, volumeClaimTemplates: templates("") } },
            },
        ],
    },
    "claim-is-bound": {
        violates: [
            {
                what: "has a claim that is Pending after the deployment",
                program: () => pair(),
                outputs: phase("Pending"),
                blames: ["data-claim"],
                says: [
                    /found status\.phase Pending, although it asks for its volume by name.*\nWanted: Bound.*\n.*kubectl describe/,
                ],
            },
            {
                what: "has a claim that has lost its volume, and did not name it",
                program: () => void claim("data", { volumeName: undefined }),
                outputs: phase("Lost"),
                blames: ["data-claim"],
                says: [/found status\.phase Lost.*\n.*\n.*bring the volume back/],
            },
        ],
        complies: [{ what: "has a claim that is Bound", program: () => pair(), outputs: phase("Bound") }],
        unknown: [
            { what: "has a claim without a phase yet", program: () => pair(), says: /status\.phase is known only/ },
            {
                what: "has a claim with a phase that is not known yet",
                program: () => pair(),
                outputs: phase("(unknown)"),
                says: /status\.phase is known only/,
            },
        ],
        notApplicable: [
            nothing,
            {
                what: "waits for its first pod",
                program: () => void claim("data", { volumeName: undefined }),
                outputs: phase("Pending"),
            },
            {
                what: "has an empty volume name",
                program: () => void claim("data", { volumeName: "" }),
                outputs: phase("Pending"),
            },
            {
                what: "has something else that is Lost",
                program: () => void lasting.pod?.("pod", { containers: [good], volumeName: "data" } as never),
                outputs: () => ({ status: { phase: "Lost" } }),
            },
            {
                what: "is not waited for",
                program: () => void claim("data", {}, { "pulumi.com/skipAwait": "true" }),
                outputs: phase("Pending"),
            },
        ],
    },
    "capacity-is-within-limits": {
        violates: [
            {
                what: "asks for more than the largest",
                program: () =>
                    pair({ capacity: { storage: "100Gi" } }, { resources: { requests: { storage: "100Gi" } } }),
                config: { largest: "10Gi" },
                blames: ["data", "data-claim"],
                says: [
                    /found spec\.capacity\.storage 100Gi\.\nWanted: at most 10Gi\.\nTo mend: ask for 10Gi/,
                    /found spec\.resources\.requests\.storage 100Gi/,
                ],
            },
            {
                what: "asks for less than the smallest",
                program: () => void volume("data", { capacity: { storage: "100M" } }),
                config: { smallest: "1Gi", largest: "10Gi" },
                blames: ["data"],
                says: [/Wanted: at least 1Gi, at most 10Gi\.\nTo mend: ask for 1Gi/],
            },
            {
                what: "asks for too much in templates",
                program: () => {
                    statefulSet({ resources: { requests: { storage: "100Gi" } } });
                    deployment("app", ephemeral({ resources: { requests: { storage: "11Gi" } } }));
                },
                config: { largest: "10Gi" },
                blames: ["app", "db"],
                says: [
                    /found spec\.volumeClaimTemplates\[0\]\.spec\.resources\.requests\.storage 100Gi/,
                    /volumes\[0\]\.ephemeral\.volumeClaimTemplate\.spec\.resources\.requests\.storage 11Gi/,
                ],
            },
            {
                what: "says sizes as numbers",
                program: () => pair({ capacity: { storage: 2e9 as never } }),
                config: { largest: "1.5G" },
                blames: ["data"],
                says: [/found spec\.capacity\.storage 2000000000/],
            },
        ],
        complies: [
            { what: "asks for what is allowed", program: () => pair(), config: { smallest: "1Gi", largest: "1Gi" } },
            {
                what: "asks in templates for what is allowed",
                program: () => void statefulSet(),
                config: { largest: "1Gi" },
            },
            {
                what: "asks for a size that only one limit is about",
                program: () => pair(),
                config: { smallest: "1Gi" },
            },
        ],
        unknown: [
            {
                what: "has a size that is not known yet",
                program: () => pair({ capacity: { storage: late("1Gi") } }),
                config: { largest: "1Gi" },
                says: /spec\.capacity\.storage is known only/,
            },
        ],
        notApplicable: [
            { what: "has no limits", program: () => pair({ capacity: { storage: "100Ei" } }) },
            {
                what: "has other objects",
                program: () => void deployment("app", withShare(sources.inline(), good)),
                config: { largest: "1" },
            },
            {
                what: "has a volume without a size",
                program: () => void volume("data", { capacity: undefined }),
                config: { largest: "1" },
            },
        ],
        misconfigured: [
            { config: { largest: "ten" }, says: /key largest: found "ten", wanted text that matches/ },
            {
                config: { biggest: "1Gi" },
                says: /key biggest: there is no such key; there are smallest, largest, exemptNamespaces, exemptions/,
            },
        ],
    },
};
