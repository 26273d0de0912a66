// What nobody here had thought of: exports by variables and defaults, protocols,
// drivers that are not known yet. See index.ts beside this file.
import { claimItem, list, ofExport, put, server, volumeItem, workload } from "../others";
import { configMap, csi, deployment, good, lasting, late, networkPolicy, storageClass, volume } from "../stacks";
import type { PolicyCases } from "./types";

const exportsOf = (env: object[]) => () =>
    deployment("server", { containers: [{ ...good, image: "registry.test/nfs-server:1", env: env as never }] });
const ganesha = (text: string) => () => void configMap({ "ganesha.conf": text });
const nodes = [{ ipBlock: { cidr: "10.0.0.0/24" } }];
const guarded = (spec: object) => () => {
    server();
    networkPolicy({ podSelector: { matchLabels: { app: "server" } }, ...spec });
};
const OPEN = "Access_Type = RW; Squash = No_Root_Squash;";
const world = "exports-are-not-world-open";
const squash = "exports-squash-root";
/** What has a claim, and what has an export, and holds no data itself. */
const beside = () => [
    claimItem({ volumeName: "data" }),
    workload("app", { containers: [good], volumes: [{ name: "share", nfs: { server: "10.0.0.1", path: "/a" } }] }),
];

export const othersOfSecurity: Record<string, PolicyCases> = {
    [world]: {
        violates: [
            {
                what: "has the world in a variable of a variable",
                program: exportsOf([
                    { name: "CLIENTS", value: "*" },
                    { name: "NFS_EXPORT_0", value: "/srv $(CLIENTS)(rw)" },
                ]),
                blames: ["server"],
                says: [/the export \/srv open to "\*"/],
            },
            {
                what: "leaves its clients to the defaults, which are everybody",
                program: ganesha(`EXPORT_DEFAULTS { CLIENT { Clients = *; ${OPEN} } } EXPORT { Path = /a; }`),
                blames: ["config"],
                says: [/open to "\*"/],
            },
            {
                what: "names clients twice in a block",
                program: ganesha(
                    "EXPORT { Path = /a; CLIENT { Clients = *; Clients = 10.0.0.0/8; Access_Type = RW; } }",
                ),
                blames: ["config"],
                says: [/open to "\*"/],
            },
            {
                what: "has half of all addresses, and calls it loopback",
                config: { clientNetworks: ["10.0.0.0/8"] },
                program: () => void configMap({ exports: "/a 127.0.0.1/1(rw)\n" }),
                blames: ["config"],
                says: [/"127\.0\.0\.1\/1"/],
            },
        ],
        complies: [
            {
                what: "has named clients in a variable of a variable",
                config: { clientNetworks: ["10.0.0.0/8"] },
                program: exportsOf([
                    { name: "NODES", value: "10.1.0.0/16" },
                    { name: "NFS_EXPORT_0", value: "/srv $(NODES)(rw)" },
                ]),
            },
            {
                what: "lets everybody nothing, by a client that is first of all",
                program: ganesha(
                    "EXPORT { Path = /a; Access_Type = RW; CLIENT { Clients = 10.0.0.0/8; } CLIENT { Clients = *; Access_Type = None; } }",
                ),
            },
            {
                what: "names an address of a link",
                program: () => void configMap({ exports: "/a fe80::1%eth0/64(rw)\n" }),
            },
            {
                what: "has defaults with clients, and an export with its own",
                program: ganesha(
                    `EXPORT_DEFAULTS { CLIENT { Clients = *; ${OPEN} } } EXPORT { Path = /a; CLIENT { Clients = 10.0.0.0/8; Access_Type = RW; } }`,
                ),
            },
        ],
        unknown: [
            {
                what: "has clients from elsewhere in its variable",
                preview: false,
                program: exportsOf([
                    { name: "NODES", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } },
                    { name: "NFS_EXPORT_0", value: "/srv $(NODES)(rw)" },
                ]),
                says: /\$\(NODES\) in .*env\[1\]/,
            },
        ],
        notApplicable: [
            {
                what: "exports other things than folders",
                program: () => void configMap({ export: "true", "csv.export": "daily", exports: "csv,pdf" }),
            },
        ],
    },
    [squash]: {
        violates: [
            {
                what: "squashes root for one flavor and not for another",
                program: () =>
                    void configMap({ exports: "/srv 10.0.0.0/8(rw,sec=sys,no_root_squash,sec=krb5p,root_squash)\n" }),
                blames: ["config"],
                says: [/no squashing of root/],
            },
            {
                what: "says so in a variable of a variable",
                program: exportsOf([
                    { name: "OPTIONS", value: "rw,no_root_squash" },
                    { name: "NFS_EXPORT_0", value: "/srv 10.0.0.0/8($(OPTIONS))" },
                ]),
                blames: ["server"],
                says: [/no squashing of root/],
            },
        ],
        complies: [
            {
                what: "squashes root for all flavors, at first",
                program: () => void configMap({ exports: "/srv 10.0.0.0/8(rw,root_squash,sec=sys,rw,sec=krb5p,ro)\n" }),
            },
        ],
        unknown: [],
        notApplicable: [],
    },
    "ganesha-has-its-own-identity": {
        violates: [],
        complies: [],
        unknown: [],
        notApplicable: [
            {
                what: "speaks version 3 only, by the other name of that",
                program: ganesha("NFS_CORE_PARAM { NFS_Protocols = 3; } EXPORT { Path = /a; }"),
            },
        ],
    },
    "nfs-server-has-a-network-policy": {
        violates: [
            {
                what: "has a policy for what goes out only, in a namespace that is not known yet",
                preview: true,
                program: () => {
                    server();
                    networkPolicy({ policyTypes: ["Egress"] }, late("web") as never);
                },
                blames: ["server"],
                says: [/no NetworkPolicy of its namespace selects/],
            },
            {
                what: "lets half of all addresses in as loopback",
                config: { clientNetworks: ["10.0.0.0/8"] },
                program: guarded({ ingress: [{ from: [{ ipBlock: { cidr: "127.0.0.1/1" } }] }] }),
                blames: ["policy"],
                says: [/127\.0\.0\.1\/1/],
            },
        ],
        complies: [
            {
                what: "listens by UDP beside a container that does not, and lets everybody in by TCP",
                program: () => {
                    const containers = [
                        good,
                        { ...good, name: "b", ports: [{ containerPort: 2049, protocol: "UDP" }] },
                    ];
                    lasting["stateful-set"]?.("server", { containers });
                    networkPolicy({
                        podSelector: { matchLabels: { app: "server" } },
                        ingress: [{ ports: [{ protocol: "TCP", port: 2049 }] }, { from: nodes }],
                    });
                },
            },
            {
                what: "lets everybody in by UDP, where the server listens by TCP",
                program: guarded({ ingress: [{ ports: [{ protocol: "UDP", port: 2049 }] }, { from: nodes }] }),
            },
            {
                what: "lets everybody in by any port of UDP",
                program: guarded({ ingress: [{ ports: [{ protocol: "UDP" }] }, { from: nodes }] }),
            },
        ],
        unknown: [
            {
                what: "listens by a protocol that is not known yet, and lets everybody in by one",
                program: () => {
                    const ports = [{ containerPort: 2049, protocol: late("TCP") }];
                    lasting["stateful-set"]?.("server", { containers: [{ ...good, ports }] as never });
                    networkPolicy({
                        podSelector: { matchLabels: { app: "server" } },
                        ingress: [{ ports: [{ protocol: "UDP", port: 2049 }] }],
                    });
                },
                says: /spec\.ingress\[0\]/,
            },
            {
                what: "has a policy of types that are not known yet",
                program: () => guarded({ policyTypes: late(["Egress"]), ingress: [{ from: nodes }] })(),
                says: /which NetworkPolicy selects its pods/,
            },
            {
                what: "has a policy of a type that is not known yet",
                program: () => guarded({ policyTypes: [late("Egress")], ingress: [{ from: nodes }] })(),
                says: /which NetworkPolicy selects its pods/,
            },
            {
                what: "has a List in which its policy may be",
                program: () => {
                    server();
                    list(late({}));
                },
                says: /which NetworkPolicy selects its pods/,
            },
            {
                what: "lets everybody in by a protocol that is not known yet",
                program: () => guarded({ ingress: [{ ports: [{ protocol: late("TCP"), port: 2049 }] }] })(),
                says: /spec\.ingress\[0\]/,
            },
        ],
        notApplicable: [],
    },
    "nfs-mounts-are-hard": {
        violates: [],
        complies: [],
        unknown: [
            {
                what: "is soft, of a driver that is not known yet",
                program: () => {
                    const driver = late("smb.csi.k8s.io");
                    volume("data", { nfs: undefined, csi: { driver, volumeHandle: "a" }, mountOptions: ["soft"] });
                },
                says: /spec\.csi\.driver/,
            },
            {
                what: "has a class that is soft, of a provisioner that is not known yet",
                program: () =>
                    void storageClass({ provisioner: late("nfs.csi.k8s.io") as never, mountOptions: ["soft"] }),
                says: /provisioner/,
            },
            {
                what: "has options, and a driver, that are not known yet",
                program: () => {
                    const driver = late("nfs.csi.k8s.io");
                    const mountOptions = late(["hard"]);
                    volume("data", { nfs: undefined, csi: { driver, volumeHandle: "a" }, mountOptions });
                },
                says: /spec\.csi\.driver/,
            },
            {
                what: "has a volume of a pod that is not known yet",
                program: () => void deployment("app", { containers: [good], volumes: [late({})] as never }),
                says: /spec\.template\.spec\.volumes\[0\] is known/,
            },
            {
                what: "has volumes of a pod that are not known yet",
                program: () => void deployment("app", { containers: [good], volumes: late([]) as never }),
                says: /spec\.template\.spec\.volumes is known/,
            },
            {
                what: "has a pod's volume that is soft, of a driver that is not known yet",
                program: () => {
                    const driver = late("nfs.csi.k8s.io");
                    const csi = { driver, volumeAttributes: { mountOptions: "soft" } };
                    deployment("app", { containers: [good], volumes: [{ name: "share", csi }] as never });
                },
                says: /volumes\[0\]\.csi\.driver/,
            },
        ],
        notApplicable: [
            {
                what: "is hard, of a driver that is not known yet",
                preview: true,
                program: () => {
                    const driver = late("nfs.csi.k8s.io");
                    volume("data", { nfs: undefined, csi: { driver, volumeHandle: "a" }, mountOptions: ["hard"] });
                },
            },
        ],
    },
    "data-is-retained-in-production": {
        violates: [
            {
                what: "has a volume that is emptied when its claim goes",
                stack: "prod",
                program: () => void volume("data", { persistentVolumeReclaimPolicy: "Recycle" }, { protect: true }),
                blames: ["data"],
                says: [/Recycle: the data goes with the claim/],
            },
            {
                what: "has a volume of the driver that is made by hand",
                stack: "prod",
                program: () =>
                    void volume("data", { ...csi(), persistentVolumeReclaimPolicy: "Delete" }, { protect: true }),
                blames: ["data"],
                says: [/Delete, which nobody carries out/],
            },
            {
                what: "has a volume that the driver has made, and that goes with its claim",
                stack: "prod",
                program: () =>
                    void volume(
                        "data",
                        { ...csi(), persistentVolumeReclaimPolicy: "Delete" },
                        { protect: true },
                        {
                            annotations: { "pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io" },
                        },
                    ),
                blames: ["data"],
                says: [/Delete: the data goes with the claim/],
            },
        ],
        complies: [
            {
                what: "has a volume of the driver whose folder is archived",
                stack: "prod",
                program: () => {
                    const volumeHandle = "10.0.0.1#share#pvc-1##archive";
                    const spec = { ...csi({}, { volumeHandle }), persistentVolumeReclaimPolicy: "Delete" };
                    volume("data", spec, { protect: true });
                },
            },
        ],
        unknown: [],
        notApplicable: [],
        remedied: [
            {
                what: "has a volume in a List that goes with its claim",
                stack: "prod",
                program: () =>
                    void put(
                        "core/v1:List",
                        "list",
                        {
                            items: [
                                volumeItem("data", {
                                    ...ofExport("10.0.0.1", "/a"),
                                    persistentVolumeReclaimPolicy: "Delete",
                                }),
                                ...beside(),
                            ],
                        },
                        { protect: true },
                    ),
                becomes: {
                    items: [
                        volumeItem("data", { ...ofExport("10.0.0.1", "/a"), persistentVolumeReclaimPolicy: "Retain" }),
                        ...beside(),
                    ],
                },
            },
        ],
    },
    "capabilities-are-from-the-list": {
        violates: [
            {
                what: "drops what is called CAP_ALL, which is nothing",
                program: () =>
                    void deployment("app", {
                        containers: [{ ...good, securityContext: { capabilities: { drop: ["CAP_ALL"] } } }],
                    }),
                blames: ["app"],
                says: [/gives by default/],
            },
        ],
        complies: [],
        unknown: [],
        notApplicable: [],
    },
};
