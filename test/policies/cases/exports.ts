// The policies of `nfs-security` about exports: see index.ts beside this file.
import { ganeshaConfig, ganeshaNfs4Config } from "../../../components/ganesha-config";
import { configData } from "../../../components/nfs-server-pod";
import { carrierNames, configMap, late, plain, workloads } from "../stacks";
import type { PolicyCases } from "./types";

/** An EXPORT block, in a file as people write it. */
const ganesha = (body: string, before = ""): (() => void) => {
    return () =>
        void configMap({
            "ganesha.conf": `# EXPORT { Access_Type = RW; }\n${before}\nEXPORT {\n  Export_Id = 1;\n  Path = "/data";\n  Pseudo = /share;\n  ${body}\n  FSAL { Name = VFS; }\n}\n`,
        });
};
const exports = (text: unknown, key = "exports"): (() => void) => {
    return () => void configMap({ [key]: text });
};
const env = (value: unknown, name = "NFS_EXPORT_0"): (() => void) => {
    return () =>
        workloads({
            containers: [
                {
                    ...plain,
                    env: [
                        { name: "OTHER", value: "x" },
                        { name, value: value as string },
                    ],
                },
            ],
        });
};
const volumeNfs = (): void => workloads({ containers: [{ ...plain, image: "registry.k8s.io/volume-nfs:0.8" }] });
const ofStack = (): void => {
    const main = { exportPath: "/share", clientNetworks: ["10.0.0.0/24"], squashUid: 1, squashGid: 1 };
    const nfs4 = ganeshaNfs4Config({}, "1f0c9a52-7d1e-4c1b-9f53-2a6a0f5e8c11");
    configMap({ ...configData(ganeshaConfig(main), nfs4) });
};
const nodes = "CLIENT { Clients = 10.0.0.1, 10.0.0.2/31; Access_Type = RW; }";

const nothing = [
    { what: "has a ConfigMap of something else", program: exports("/share *(rw,no_root_squash)", "readme.md") },
    { what: "has an empty exports file", program: exports("# nothing\n\n") },
    { what: "has no data", program: () => void configMap({}) },
    { what: "has pods that say nothing of exports", program: env("/share *(rw,no_root_squash)", "NFS_EXPORTS") },
    {
        what: "has images that only look like it",
        program: () => workloads({ containers: [{ ...plain, image: "r.test/my-volume-nfs-client:1" }] }),
    },
    {
        what: "has ganesha.conf without exports",
        program: () => void configMap({ "ganesha.conf": "NFSv4 { Grace_Period = 15; }" }),
    },
];
// Values that are known late can only be made inside of a program.
const unknown = [
    {
        what: "has an exports file that is not known yet",
        program: () => exports(late("x"))(),
        says: /data\["exports"\] is known only/,
    },
    {
        what: "has ganesha.conf that is not known yet",
        program: () => exports(late("x"), "ganesha.conf")(),
        says: /data\["ganesha\.conf"\] is known only/,
    },
    {
        what: "has a variable that is not known yet",
        program: () => env(late("x"))(),
        says: /spec\.containers\[0\]\.env\[1\]/,
    },
];

export const exportsCases: Record<string, PolicyCases> = {
    "exports-are-not-world-open": {
        violates: [
            {
                what: "lets a client be anyone in ganesha.conf",
                program: ganesha("CLIENT { Clients = *; Access_Type = RW; }"),
                blames: ["config"],
                says: [
                    /ConfigMap web\/config: found data\["ganesha\.conf"\]: the export \/share open to "\*"\.\nWanted: clients that are named/,
                ],
            },
            {
                what: "lets two networks be the world",
                program: ganesha("CLIENT { Clients = 10.0.0.1, 0.0.0.0/0, ::/0; Access_Type = RO; }"),
                blames: ["config", "config"],
                says: [/open to "0\.0\.0\.0\/0"/, /open to "::\/0"/],
            },
            {
                what: "is open without any client named",
                program: ganesha("Access_Type = RO;"),
                blames: ["config"],
                says: [/the export \/share open to everyone\./],
            },
            {
                what: "is open by its defaults",
                program: ganesha(nodes, "EXPORT_DEFAULTS { Access_Type = RW; }"),
                blames: ["config"],
                says: [/open to everyone/],
            },
            {
                what: "gives a client what the export has",
                program: ganesha('Access_Type = "RO"; CLIENT { Clients = *.*; }'),
                blames: ["config", "config"],
                says: [/open to everyone/, /open to "\*\.\*"/],
            },
            {
                what: "has * in exports(5)",
                program: exports("/share *(rw) 10.0.0.1(ro)\n"),
                blames: ["config"],
                says: [/data\["exports"\]: the export \/share open to "\*"/],
            },
            {
                what: "names nobody in exports(5)",
                program: exports("/share\n/other (rw)\n", "nfs.exports"),
                blames: ["config", "config"],
                says: [/the export \/share open to everyone/, /the export \/other open to everyone/],
            },
            {
                what: "has the world by its mask",
                program: exports("/share -ro 0.0.0.0/0.0.0.0"),
                blames: ["config"],
                says: [/0\.0\.0\.0\/0\.0\.0\.0/],
            },
            {
                what: "has it in a variable of everything that makes pods",
                program: env("/share *(rw)"),
                blames: carrierNames,
                says: [/spec\.template\.spec\.containers\[0\]\.env\[1\]: the export \/share/],
            },
            {
                what: "runs the image of the Kubernetes examples",
                program: volumeNfs,
                blames: carrierNames,
                says: [/spec\.containers\[0\]\.image: the export \/ open to "\*"/],
            },
            {
                what: "lets in who is not configured",
                program: exports("/share 10.1.0.1(rw) node-1(rw) 10.0.0.0/23(rw) 10.0.0.0/255.255.0.0(rw) fd00::1(rw)"),
                config: { clientNetworks: ["10.0.0.0/24"] },
                blames: ["config", "config", "config", "config", "config"],
                says: [
                    /open to "node-1"\.\nWanted: clients in 10\.0\.0\.0\/24\./,
                    /open to "10\.1\.0\.1"/,
                    /open to "10\.0\.0\.0\/23"/,
                ],
            },
        ],
        complies: [
            {
                what: "has this stack's own configuration",
                program: ofStack,
                config: { clientNetworks: ["10.0.0.0/16"] },
            },
            {
                what: "names its clients in ganesha.conf",
                program: ganesha(`Access_Type = None; ${nodes}`),
                config: { clientNetworks: ["10.0.0.0/29"] },
            },
            {
                what: "refuses the world by name",
                program: ganesha(`CLIENT { Clients = *; Access_Type = None; } ${nodes}`),
            },
            {
                what: "names its clients in exports(5)",
                program: exports(
                    "# all\n/share 10.0.0.1(rw) 10.0.0.0/255.255.255.0(ro) localhost(ro) 127.0.0.1(ro) # here\n",
                ),
                config: { clientNetworks: ["10.0.0.0/24"] },
            },
            { what: "names nodes by name", program: exports("/share node-*.example.com(rw) @nodes(rw)") },
            {
                what: "names its clients in a variable",
                program: env("/share 10.0.0.1(rw) fd00::1(rw)"),
                config: { clientNetworks: ["fd00::/64", "10.0.0.0/8"] },
            },
        ],
        unknown,
        notApplicable: nothing,
        misconfigured: [
            { config: { clientNetworks: ["everybody"] }, says: /key clientNetworks\[0\]: found "everybody"/ },
        ],
    },
    "exports-squash-root": {
        violates: [
            ...["No_Root_Squash", "no_root_squash", "NoRootSquash", "None", "No_Id_Squash"].map((squash) => ({
                what: `has Squash = ${squash}`,
                program: ganesha(`Squash = ${squash}; ${nodes}`),
                blames: ["config", "config"],
                says: [/found data\["ganesha\.conf"\]: no squashing of root for "10\.0\.0\.1" on the export \/share\./],
            })),
            {
                what: "squashes, but not for one client",
                program: ganesha(
                    "Squash = All_Squash; CLIENT { Clients = 10.0.0.1; Access_Type = RW; Squash = No_Root_Squash; } CLIENT { Clients = 10.0.0.2; Access_Type = RW; }",
                ),
                blames: ["config"],
                says: [/for "10\.0\.0\.1"/],
            },
            {
                what: "does not squash by its defaults, for everyone",
                program: ganesha("Access_Type = RW;", "EXPORT_DEFAULTS { Squash = None; }"),
                blames: ["config"],
                says: [/for everyone/],
            },
            {
                what: "has no_root_squash in exports(5)",
                program: exports("/share 10.0.0.1(rw,no_root_squash) 10.0.0.2(rw)\n/other -no_root_squash 10.0.0.1"),
                blames: ["config", "config"],
                says: [/on the export \/share/, /on the export \/other/],
            },
            {
                what: "has it in a variable",
                program: env("/share 10.0.0.1(no_root_squash)"),
                blames: carrierNames,
                says: [/no squashing of root/],
            },
            {
                what: "runs the image of the Kubernetes examples",
                program: volumeNfs,
                blames: carrierNames,
                says: [/no squashing of root for "\*"/],
            },
        ],
        complies: [
            { what: "has this stack's own configuration", program: ofStack },
            { what: "squashes everybody", program: ganesha(`Squash = All_Squash; ${nodes}`) },
            {
                what: "says nothing, which squashes root",
                program: () => {
                    ganesha(nodes)();
                },
            },
            { what: "squashes in exports(5)", program: exports("/share 10.0.0.1(rw,all_squash) 10.0.0.2(rw)") },
        ],
        unknown,
        notApplicable: nothing,
    },
};
