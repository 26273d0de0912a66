// The policies of `nfs-security` about who is let in, in other words than
// "everyone". See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { configMap, lasting, late, networkPolicy, plain } from "../stacks";
import type { PolicyCases } from "./types";

type Peers = kubernetes.types.input.networking.v1.NetworkPolicyPeer[];
const server = () =>
    lasting["stateful-set"]?.(
        "server",
        { containers: [{ ...plain, ports: [{ name: "nfs", containerPort: 2049 }] }] },
        { labels: { app: "nfs" } },
    );
const from =
    (...rules: Peers[]): (() => void) =>
    () => {
        server();
        networkPolicy({ ingress: rules.map((one) => ({ from: one, ports: [{ port: 2049 }] })) });
    };
const block = (...cidrs: string[]): Peers => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const named = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }] };

export const peersCases: Record<string, PolicyCases> = {
    "nfs-server-has-a-network-policy": {
        violates: [
            ...[
                { namespaceSelector: {} },
                { namespaceSelector: {}, podSelector: {} },
                { namespaceSelector: { matchLabels: {} } },
                { namespaceSelector: named, podSelector: { matchExpressions: [] } },
            ].map((peer) => ({
                what: `lets in every pod of the cluster, by ${JSON.stringify(peer)}`,
                program: from([...block("10.0.0.0/24"), peer]),
                blames: ["policy"],
                says: [/spec\.ingress\[0\] lets every pod of the cluster to port 2049/],
            })),
            ...[
                [block("0.0.0.0/1", "128.0.0.0/1")],
                [block("0.0.0.0/1"), block("128.0.0.0/1")],
                [block("8000::/1"), block("::/1")],
                [block("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1", "10.0.0.0/8")],
            ].map((rules, index) => ({
                what: `lets in the world in parts, number ${index + 1}`,
                program: from(...rules),
                blames: ["policy"],
                says: [/which are every address together, let to port 2049 of StatefulSet web\/server/],
            })),
            {
                what: "lets in the world in parts to every port, beside a policy that lets nobody in",
                program: () => {
                    server();
                    networkPolicy({ ingress: [{ from: block("0.0.0.0/1") }, { from: block("128.0.0.0/1") }] });
                    new kubernetes.networking.v1.NetworkPolicy("second", {
                        metadata: { name: "second", namespace: "web" },
                        spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
                    });
                },
                blames: ["policy"],
                says: [/which are every address together/],
            },
        ],
        complies: [
            ...[
                { podSelector: {} },
                { namespaceSelector: {}, podSelector: { matchLabels: { app: "client" } } },
                { namespaceSelector: { matchLabels: { team: "a" } } },
                { namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] } },
                {
                    namespaceSelector: {
                        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["a"] }],
                    },
                },
            ].map((peer) => ({
                what: `lets in pods that are named, by ${JSON.stringify(peer)}`,
                program: from([peer]),
            })),
            { what: "lets in half of the world", program: from(block("0.0.0.0/1", "129.0.0.0/8", "::/1")) },
            {
                what: "lets in the other half to another port",
                program: () => {
                    server();
                    networkPolicy({
                        ingress: [
                            { from: block("0.0.0.0/1"), ports: [{ port: 2049 }] },
                            { from: block("128.0.0.0/1"), ports: [{ port: 80 }] },
                        ],
                    });
                },
            },
        ],
        unknown: [
            {
                what: "has a selector that may be everyone",
                program: () => from([{ namespaceSelector: late({}) }])(),
                says: /spec\.ingress\[0\] is known only/,
            },
            ...[0, 1, 2].map((index) => ({
                what: `has pods that may serve, by ${["their containers", "a port", "all ports"][index]}`,
                program: () => {
                    const ports = index === 1 ? [{ containerPort: late(2049) }] : late([]);
                    const pod = index === 0 ? { containers: late([plain]) } : { containers: [{ ...plain, ports }] };
                    lasting.deployment?.("server", pod);
                },
                says: /Deployment web\/server: spec\.template\.spec\.containers(\[0\]\.ports)? is known only/,
            })),
            {
                what: "has a peer that is not known yet",
                program: () => from([late({}) as never])(),
                says: /spec\.ingress\[0\] is known only/,
            },
        ],
        notApplicable: [],
    },
    "exports-are-not-world-open": {
        violates: [
            "/srv 0.0.0.0/1(rw) 128.0.0.0/1(rw)",
            "/srv 0.0.0.0/1(rw)\n/srv 128.0.0.0/128.0.0.0(ro)",
            "/srv ::/1(rw) 8000::/1(rw)",
        ].map((exports) => ({
            what: `is the world in parts: ${JSON.stringify(exports)}`,
            program: () => void configMap({ exports }),
            blames: ["config"],
            says: [/the export \/srv open to "(0\.0\.0\.0|::)\/1 and (128\.0\.0\.0|8000::)\//],
        })),
        complies: [
            {
                what: "is half of the world",
                program: () => void configMap({ exports: "/srv 0.0.0.0/1(rw) 10.0.0.1(rw)" }),
            },
            {
                what: "is two halves, of two exports",
                program: () => void configMap({ exports: "/a 0.0.0.0/1(rw)\n/b 128.0.0.0/1(rw)" }),
            },
        ],
        unknown: [],
        notApplicable: [],
    },
};
