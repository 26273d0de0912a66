// Where a rule about security ends: who is everybody to Ganesha, two ports of one
// number, what comes from elsewhere, who is let off. See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { put } from "../others";
import { configMap, deployment, good, lasting, late, networkPolicy, storageClass, volume } from "../stacks";
import type { PolicyCases } from "./types";

const nodes = [{ ipBlock: { cidr: "10.0.0.0/24" } }];
const ports = [
    { name: "nfs-udp", containerPort: 2049, protocol: "UDP" },
    { name: "nfs", containerPort: 2049, protocol: "TCP" },
];
const guarded = (rule: object) => () => {
    lasting["stateful-set"]?.("server", { containers: [{ ...good, ports }] });
    networkPolicy({ podSelector: { matchLabels: { app: "server" } }, ingress: [rule] });
};
const ganesha = (text: string) => () => void configMap({ "ganesha.conf": text });
const exported = (more: object) => () =>
    deployment("server", {
        containers: [
            {
                ...good,
                image: "registry.test/a-server:1",
                env: [{ name: "NFS_EXPORT_0", value: "/srv $(NODES)(rw)" }],
                ...more,
            } as never,
        ],
    });
const privileged = (namespace: unknown) => () =>
    void new kubernetes.apps.v1.Deployment("app", {
        metadata: { name: "app", namespace: namespace as string },
        spec: {
            selector: { matchLabels: {} },
            template: { spec: { containers: [{ ...good, securityContext: { privileged: true } }] } },
        },
    });

export const edgesOfSecurity: Record<string, PolicyCases> = {
    "exports-are-not-world-open": {
        violates: [
            {
                what: "has a client 0.0.0.0, which is everybody to Ganesha",
                program: ganesha("EXPORT { Path = /a; CLIENT { Clients = 0.0.0.0; Access_Type = RW; } }"),
                blames: ["config"],
                says: [/open to "\*"/],
            },
        ],
        complies: [
            {
                what: "lets everybody nothing, by networks of both families",
                program: ganesha(
                    "EXPORT { Path = /a; Access_Type = RW; CLIENT { Clients = 10.0.0.0/8; } CLIENT { Clients = 0.0.0.0/0, ::/0; Access_Type = None; } }",
                ),
            },
            {
                what: "has a # in a path of exports(5)",
                program: () => void configMap({ exports: "/srv/c#lib 10.0.0.1(rw) # and *(rw)\n" }),
            },
        ],
        unknown: [
            {
                what: "has clients that come with others from elsewhere",
                preview: false,
                config: { clientNetworks: ["10.0.0.0/8"] },
                program: exported({ envFrom: [{ configMapRef: { name: "a" } }] }),
                says: /\$\(NODES\)/,
            },
            {
                what: "has the address of a Service as a client",
                preview: false,
                program: exported({ env: [{ name: "NFS_EXPORT_0", value: "/srv $(WEB_SERVICE_HOST)(rw)" }] }),
                says: /\$\(WEB_SERVICE_HOST\)/,
            },
        ],
        notApplicable: [],
    },
    "nfs-server-has-a-network-policy": {
        violates: [
            {
                what: "listens by two protocols, and lets everybody in by one",
                program: guarded({ ports: [{ protocol: "TCP", port: 2049 }] }),
                blames: ["policy"],
                says: [/lets everyone to port 2049/],
            },
            {
                what: "lets everybody in by the name of the second port",
                program: guarded({ ports: [{ protocol: "TCP", port: "nfs" }] }),
                blames: ["policy"],
                says: [/lets everyone to port 2049/],
            },
        ],
        complies: [
            {
                what: "listens elsewhere by another protocol, by which it lets everybody in",
                program: () => {
                    const metrics = { name: "metrics", containerPort: 9090, protocol: "UDP" };
                    lasting["stateful-set"]?.("server", {
                        containers: [{ ...good, ports: [{ containerPort: 2049 }, metrics] }],
                    });
                    networkPolicy({
                        podSelector: { matchLabels: { app: "server" } },
                        ingress: [{ ports: [{ protocol: "UDP" }] }],
                    });
                },
            },
            {
                what: "has a server that is let off, with a policy that lets everybody in, beside one that is right",
                config: { exemptions: [{ resource: "server", reason: "of a test" }] },
                program: () => {
                    guarded({})();
                    lasting.deployment?.("other", { containers: [{ ...good, ports }] });
                    new kubernetes.networking.v1.NetworkPolicy("right", {
                        metadata: { name: "right", namespace: "web" },
                        spec: { podSelector: { matchLabels: { app: "other" } }, ingress: [{ from: nodes }] },
                    });
                },
            },
        ],
        unknown: [],
        notApplicable: [],
    },
    "containers-are-not-privileged": {
        violates: [
            {
                what: "is in a namespace that is not known yet, where none is let off",
                preview: true,
                program: () => privileged(late("web"))(),
                blames: ["app"],
                says: [/privileged/],
            },
        ],
        complies: [],
        unknown: [
            {
                what: "is in a namespace that is not known yet, and may be let off",
                config: { exemptNamespaces: ["storage"] },
                program: () => privileged(late("storage"))(),
                says: /its namespace/,
            },
        ],
        notApplicable: [],
    },
    "data-is-retained-in-production": {
        violates: [
            {
                what: "has a class whose volumes go with their claims",
                stack: "prod",
                program: () => void storageClass({ reclaimPolicy: "Delete" }),
                blames: ["nfs"],
                says: [/reclaimPolicy Delete: the data goes with the claim/],
            },
            {
                what: "has a volume of the driver that is to be emptied, which it can't",
                stack: "prod",
                program: () => {
                    const csi = { driver: "nfs.csi.k8s.io", volumeHandle: "a" };
                    const spec = { nfs: undefined, csi, persistentVolumeReclaimPolicy: "Recycle" };
                    volume("data", spec, { protect: true });
                },
                blames: ["data"],
                says: [/Recycle, which nobody carries out/],
            },
        ],
        complies: [],
        unknown: [],
        notApplicable: [],
    },
};

export const edgesOfLooking: Record<string, PolicyCases> = {
    "everything-is-looked-into": {
        violates: [],
        complies: [],
        unknown: [
            {
                what: "has a kind of an operator that is only called a list",
                preview: false,
                program: () =>
                    void put("example.com/v1:AllowList", "allow", {
                        spec: { containers: [{ image: "a" }], items: [] },
                    }),
                says: /AllowList \(example\.com\)/,
            },
        ],
        notApplicable: [
            {
                what: "has a chart, whose objects are in the stack",
                program: () => void put("helm.sh/v4:Chart", "web", {}),
            },
            {
                what: "has a secret that is made of a template",
                program: () =>
                    void put("bitnami.com/v1alpha1:SealedSecret", "s", {
                        spec: { template: { metadata: { name: "s" } } },
                    }),
            },
        ],
    },
};
