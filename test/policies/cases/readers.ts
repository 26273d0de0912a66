// The policies of `nfs-security` about exports that are written as servers read
// them, and people seldom do. See index.ts beside this file.
import { configMap, plain, workloads } from "../stacks";
import type { PolicyCases } from "./types";

const exports = (text: string): (() => void) => {
    return () => void configMap({ exports: text });
};
const nodes = { clientNetworks: ["10.0.0.0/8"] };
const included = {
    "ganesha.conf": '%include "/etc/ganesha/defaults.conf"\n%include /etc/ganesha/share.conf\n',
    "defaults.conf": "EXPORT_DEFAULTS { Access_Type = RW; Squash = No_Root_Squash; }",
    "share.conf": "EXPORT { Export_Id = 1; Path = /data; Pseudo = /share; }",
};
const ganesha = (body: string, defaults = ""): (() => void) => {
    return () =>
        void configMap({
            "ganesha.conf": `${defaults}\nEXPORT { Pseudo = /share; ${body} CLIENT { Clients = 10.0.0.1; Access_Type = RW; } }`,
        });
};
const elsewhere = {
    what: "includes exports from elsewhere",
    program: () => void configMap({ "ganesha.conf": "%include /etc/ganesha/exports.conf" }),
    preview: false,
    says: /^Not judged: ConfigMap web\/config: %include of \/etc\/ganesha\/exports\.conf in data\["ganesha\.conf"\] can't/m,
};
const variable = (env: object) => ({ containers: [{ ...plain, ...env }] });
const unseen = [
    elsewhere,
    {
        what: "has a line of exports from a Secret",
        program: () =>
            workloads(
                variable({ env: [{ name: "NFS_EXPORT_0", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }] }),
            ),
        preview: false,
        says: /^Not judged: Pod web\/pod: spec\.containers\[0\]\.env\[0\]\.valueFrom can't be looked into/m,
    },
    {
        what: "has a server whose variables come from a ConfigMap",
        program: () =>
            workloads(
                variable({ image: "erichough/nfs-server:2.2.1", envFrom: [{ configMapRef: { name: "exports" } }] }),
            ),
        preview: false,
        says: /spec\.template\.spec\.containers\[0\]\.envFrom can't be looked into/,
    },
];
const nothing = [
    {
        what: "has pods of something else whose variables come from a ConfigMap",
        program: () => workloads(variable({ envFrom: [{ configMapRef: { name: "app" } }] })),
    },
];

export const readersCases: Record<string, PolicyCases> = {
    "exports-are-not-world-open": {
        violates: [
            {
                what: "is open by what it includes",
                program: () => void configMap(included),
                blames: ["config"],
                says: [/data\["ganesha\.conf"\]: the export \/share open to everyone/],
            },
            {
                what: "continues a line",
                program: exports("/srv \\\n    *(rw)"),
                blames: ["config"],
                says: [/the export \/srv open to "\*"/],
            },
            {
                what: "has a path in quotes",
                program: exports('"/srv/my share" *(rw)'),
                blames: ["config"],
                says: [/the export \/srv\/my share open to "\*"/],
            },
        ],
        complies: [
            { what: "continues a line", program: exports("/srv \\\n    10.0.0.0/8(rw,root_squash)"), config: nodes },
            {
                what: "continues a line, in a file of Windows",
                program: exports("/srv \\\r\n 10.0.0.0/8(rw)\r\n"),
                config: nodes,
            },
            { what: "has a path in quotes", program: exports('"/srv/my share" 10.0.0.0/8(rw)'), config: nodes },
            {
                what: "has a path with an escape",
                program: exports("/srv/my\\040share 10.0.0.0/8(rw) # *"),
                config: nodes,
            },
            { what: "has default options", program: exports("/srv -ro,sync 10.0.0.0/8 10.1.0.1(rw)"), config: nodes },
        ],
        unknown: unseen,
        notApplicable: nothing,
    },
    "exports-squash-root": {
        violates: [
            {
                what: "does not squash by what it includes",
                program: () => void configMap(included),
                blames: ["config"],
                says: [/no squashing of root for everyone/],
            },
            ...["(rw,all_squash,anonuid=0,anongid=0)", "(rw,root_squash,anonuid=0)", "(rw,anonuid=0)"].map(
                (options) => ({
                    what: `squashes to root: ${options}`,
                    program: exports(`/srv 10.0.0.0/8${options}`),
                    blames: ["config"],
                    says: [/squashing to uid 0, which is root, for "10\.0\.0\.0\/8" on the export \/srv/],
                }),
            ),
            ...["Squash = All_Squash; Anonymous_Uid = 0;", "Anonymous_uid = 0;"].map((body) => ({
                what: `squashes to root: ${body}`,
                program: ganesha(body),
                blames: ["config"],
                says: [/squashing to uid 0/],
            })),
            {
                what: "squashes to root by its defaults",
                program: ganesha("Squash = All_Squash;", "EXPORT_DEFAULTS { Anonymous_Uid = 0; }"),
                blames: ["config"],
                says: [/squashing to uid 0/],
            },
            {
                what: "takes the squashing back",
                program: exports("/srv -root_squash 10.0.0.0/8(rw,no_root_squash)"),
                blames: ["config"],
                says: [/no squashing of root/],
            },
        ],
        complies: [
            ...[
                "/srv -no_root_squash 10.0.0.0/8(rw,root_squash)",
                "/srv 10.0.0.0/8(rw,no_root_squash,root_squash)",
                "/srv 10.0.0.0/8(rw,no_root_squash,all_squash,anonuid=1000)",
                "/srv 10.0.0.0/8(rw,anonuid=0,anonuid=65534)",
                "/srv 10.0.0.0/8(rw) -no_root_squash",
            ].map((text) => ({ what: `squashes in the end: ${text}`, program: exports(text) })),
            {
                what: "says another identity than its defaults",
                program: ganesha("Anonymous_Uid = 1000;", "EXPORT_DEFAULTS { Anonymous_Uid = 0; }"),
            },
        ],
        unknown: unseen,
        notApplicable: nothing,
    },
};
