// The policy of `nfs-security` about networks: see index.ts beside this file.
import { carrierNames, good, lasting, late, networkPolicy, plain, workloads } from "../stacks";
import type { PolicyCases } from "./types";

const server = (labels: Record<string, string> = { app: "nfs" }, namespace = "web"): void =>
    void lasting["stateful-set"]?.(
        "server",
        { containers: [{ ...good, ports: [{ containerPort: 9090 }, { containerPort: 2049, name: "nfs" }] }] },
        { labels, namespace },
    );
const nodes = [{ ipBlock: { cidr: "10.0.0.0/24" } }];
const guarded =
    (spec: Parameters<typeof networkPolicy>[0], namespace?: string): (() => void) =>
    () => {
        server();
        networkPolicy(spec, namespace);
    };

export const networkCases: Record<string, PolicyCases> = {
    "nfs-server-has-a-network-policy": {
        violates: [
            {
                what: "has a server and no policy",
                program: () => server(),
                blames: ["server"],
                says: [/StatefulSet web\/server: found an NFS server that no NetworkPolicy of its namespace selects/],
            },
            {
                what: "has servers in everything that makes pods",
                program: () => workloads({ containers: [{ ...plain, ports: [{ containerPort: 2049 }] }] }),
                blames: carrierNames,
                says: [/found an NFS server/],
            },
            {
                what: "has a policy in another namespace",
                program: guarded({ ingress: [{ from: nodes }] }, "other"),
                blames: ["server"],
                says: [/no NetworkPolicy/],
            },
            {
                what: "has a policy for other pods",
                program: guarded({ podSelector: { matchLabels: { app: "web" } }, ingress: [{ from: nodes }] }),
                blames: ["server"],
                says: [/no NetworkPolicy/],
            },
            {
                what: "has a policy for pods without the label",
                program: guarded({ podSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } }),
                blames: ["server"],
                says: [/no NetworkPolicy/],
            },
            {
                what: "has a policy for what goes out",
                program: guarded({ policyTypes: ["Egress"] }),
                blames: ["server"],
                says: [/no NetworkPolicy/],
            },
            {
                what: "lets everyone in",
                program: guarded({ ingress: [{}] }),
                blames: ["policy"],
                says: [
                    /NetworkPolicy web\/policy: found spec\.ingress\[0\] lets everyone to port 2049 of StatefulSet web\/server\.\nWanted: named clients/,
                ],
            },
            {
                what: "lets everyone to the port, by number, range, name and protocol",
                program: guarded({
                    ingress: [
                        { ports: [{ port: 2049 }] },
                        { ports: [{ port: 2000, endPort: 2049 }] },
                        { ports: [{ port: 2049, endPort: 2050 }] },
                        { ports: [{ port: "nfs" }] },
                        { ports: [{ protocol: "TCP" }] },
                    ],
                }),
                blames: ["policy", "policy", "policy", "policy", "policy"],
                says: [/spec\.ingress\[4\] lets everyone/],
            },
            {
                what: "lets the world in",
                program: guarded({ ingress: [{ from: [...nodes, { ipBlock: { cidr: "0.0.0.0/0" } }] }] }),
                blames: ["policy"],
                says: [/lets 0\.0\.0\.0\/0 to port 2049/],
            },
            {
                what: "lets in who is not configured",
                program: guarded({ ingress: [{ from: nodes }] }),
                config: { clientNetworks: ["10.1.0.0/16"] },
                blames: ["policy"],
                says: [/lets 10\.0\.0\.0\/24 to port 2049.*\nWanted: none but 10\.1\.0\.0\/16\./],
            },
        ],
        complies: [
            {
                what: "lets everyone to ports above and below",
                program: guarded({
                    ingress: [
                        {
                            ports: [
                                { port: 3000, endPort: 4000 },
                                { port: 1, endPort: 2048 },
                            ],
                        },
                    ],
                }),
            },
            {
                what: "lets nodes in",
                program: guarded({
                    podSelector: { matchLabels: { app: "nfs" } },
                    policyTypes: ["Ingress"],
                    ingress: [{ from: nodes, ports: [{ port: 2049 }] }],
                }),
            },
            { what: "lets nobody in", program: guarded({}) },
            {
                what: "selects by expressions",
                program: guarded({
                    podSelector: {
                        matchExpressions: [
                            { key: "app", operator: "In", values: ["nfs", "x"] },
                            { key: "app", operator: "Exists" },
                            { key: "app", operator: "NotIn", values: ["web"] },
                            { key: "other", operator: "DoesNotExist" },
                        ],
                    },
                }),
            },
            {
                what: "lets everyone to another port",
                program: guarded({
                    ingress: [
                        { ports: [{ port: 9090 }] },
                        { ports: [{ port: 80, endPort: 2048 }] },
                        { ports: [{ port: "health" }] },
                    ],
                }),
            },
            {
                what: "lets in who is configured, and pods by their labels",
                program: guarded({ ingress: [{ from: [...nodes, { podSelector: {} }] }] }),
                config: { clientNetworks: ["10.0.0.0/16"] },
            },
        ],
        unknown: [
            {
                what: "has a server in a namespace that is not known yet",
                program: () => {
                    server({ app: "nfs" }, late("web") as never);
                    networkPolicy({});
                },
                says: /which NetworkPolicy/,
            },
            {
                what: "has a rule that is not known yet",
                program: () => guarded({ ingress: [late({})] })(),
                says: /spec\.ingress is known only/,
            },
            ...["ports", "port", "endPort"].map((what) => ({
                what: `has a rule whose ${what} is not known yet`,
                program: () => {
                    const port = {
                        port: what === "port" ? late(1) : 1,
                        ...(what === "endPort" && { endPort: late(2) }),
                    };
                    guarded({ ingress: [{ ports: what === "ports" ? late([]) : [port] }] })();
                },
                says: /spec\.ingress\[0\] is known only/,
            })),
            {
                what: "has a policy that may select it",
                program: () => guarded({ podSelector: late({}) })(),
                says: /which NetworkPolicy selects its pods is known only/,
            },
            {
                what: "has a policy whose labels are not known yet",
                program: () => guarded({ podSelector: { matchLabels: { app: late("nfs") } } })(),
                says: /which NetworkPolicy/,
            },
            {
                what: "has a policy of a namespace that is not known yet",
                program: () => guarded({}, late("web") as never)(),
                says: /which NetworkPolicy/,
            },
            {
                what: "has rules that are not known yet",
                program: () => guarded({ ingress: late([]) })(),
                says: /spec\.ingress is known only/,
            },
            {
                what: "has a rule whose clients are not known yet",
                program: () => guarded({ ingress: [{ from: late([]) }] })(),
                says: /spec\.ingress\[0\] is known only/,
            },
            {
                what: "has a network that is not known yet",
                program: () => guarded({ ingress: [{ from: [{ ipBlock: { cidr: late("10.0.0.0/8") } }] }] })(),
                says: /spec\.ingress\[0\] is known only/,
            },
        ],
        notApplicable: [
            {
                what: "has no server",
                program: () => {
                    networkPolicy({});
                    workloads({ containers: [{ ...plain, ports: [{ containerPort: 80 }] }] });
                },
            },
        ],
        misconfigured: [
            {
                config: { clientNetworks: ["10.0.0.1"] },
                says: /key clientNetworks\[0\]: found "10\.0\.0\.1", wanted text that matches/,
            },
        ],
    },
};
