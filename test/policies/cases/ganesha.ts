// The policies of `nfs-security` about NFS-Ganesha itself: who it is, and how it
// answers. See index.ts beside this file.
import { configMap, late } from "../stacks";
import type { PolicyCases } from "./types";

const OWN = 'Server_Owner = "nfs-a"; Server_Scope = "nfs-a";';
const conf = (nfsv4: string, before = "NFS_CORE_PARAM { Protocols = 4; }"): string =>
    `${before}\nNFSv4 {\n  Grace_Period = 15;\n  ${nfsv4}\n}\nEXPORT { Export_Id = 1; Path = /data; Pseudo = /share; }\n`;
const config = (text: string, key = "ganesha.conf"): (() => void) => {
    return () => void configMap({ [key]: text });
};
const include = 'NFSv4 { %include "/etc/nfs-server/identity.conf"\n Grace_Period = 15; }';

const nothing = [
    { what: "has a ConfigMap of something else", program: config("http { server { } }", "nginx.conf") },
    { what: "has exports for a configuration that is elsewhere", program: config("EXPORT { Path = /a; }", "a.conf") },
    { what: "has a server of NFSv3 only", program: config(conf("", "NFS_CORE_PARAM { Protocols = 3; }")) },
    { what: "has exports of NFSv3 only", program: config("NFSv4 { }\nEXPORT { Protocols = 3; }", "server") },
];

export const ganeshaCases: Record<string, PolicyCases> = {
    "ganesha-has-its-own-identity": {
        violates: [
            {
                what: "says nothing of it",
                program: config(conf("")),
                blames: ["config"],
                says: [
                    /ConfigMap web\/config: found data\["ganesha\.conf"\]: no Server_Owner and Server_Scope in NFSv4/,
                ],
            },
            {
                what: "has no NFSv4 block at all",
                program: config("EXPORT { Path = /data; }"),
                blames: ["config"],
                says: [/no Server_Owner and Server_Scope/],
            },
            {
                what: "has two servers that say nothing of it",
                program: () => {
                    configMap({ "ganesha.conf": conf("") }, "one");
                    configMap({ "ganesha.conf": conf("") }, "other");
                },
                blames: ["one", "other"],
                says: [/no Server_Owner and Server_Scope/],
            },
            {
                what: "says the owner alone",
                program: config(conf('Minor_Versions = 0, 1; Server_Owner = "a";')),
                blames: ["config"],
                says: [/no Server_Scope in/],
            },
            {
                what: "says nothing between the quotes",
                program: config(conf('Server_Owner = ""; Server_Scope = "a";'), "server"),
                blames: ["config"],
                says: [/data\["server"\]: no Server_Owner in/],
            },
            {
                what: "says it in a block that does not count",
                program: config(`NFSv4 { ${OWN} }\nNFSv4 { Grace_Period = 15; }`),
                blames: ["config"],
                says: [/no Server_Owner and Server_Scope/],
            },
            {
                what: "says it in a comment, and includes what does not say it",
                program: () =>
                    void configMap({ "ganesha.conf": `# ${OWN}\n%include more.conf\n`, "more.conf": "LOG { A = B; }" }),
                blames: ["config"],
                says: [/no Server_Owner and Server_Scope/],
            },
            {
                what: "has two servers of one owner, whatever their scope",
                program: () => {
                    configMap({ "ganesha.conf": conf('Server_Owner = "a"; Server_Scope = "b";') }, "one");
                    configMap({ "ganesha.conf": conf('Server_Owner = a; Server_Scope = "c";') }, "other");
                    configMap({ "ganesha.conf": conf('Server_Owner = A; Server_Scope = "c";') }, "third");
                },
                blames: ["one", "other"],
                says: [
                    /ConfigMap web\/one: found data\["ganesha\.conf"\]: Server_Owner "a", as in ConfigMap web\/other \(data\["ganesha\.conf"\]\)\./,
                ],
            },
        ],
        complies: [
            { what: "says both", program: config(conf(OWN)) },
            {
                what: "says both in single quotes and words",
                program: config(conf("server_owner = 'a'; SERVER_SCOPE = b;")),
            },
            {
                what: "includes them into the block",
                program: () => void configMap({ "ganesha.conf": include, "identity.conf": OWN }),
            },
            {
                what: "includes the block",
                program: () =>
                    void configMap({ "ganesha.conf": "%include nfsv4.conf", "nfsv4.conf": conf(OWN), "a.txt": "a" }),
            },
            {
                what: "says both, and includes exports from elsewhere",
                program: config(`%include /etc/ganesha/exports.conf\n${conf(OWN)}`),
            },
            {
                what: "has two servers that share a scope, as a cluster's nodes do",
                program: () => {
                    configMap({ "ganesha.conf": conf("Server_Owner = a; Server_Scope = c;") }, "one");
                    configMap({ "ganesha.conf": conf("Server_Owner = b; Server_Scope = c;") }, "other");
                },
            },
        ],
        unknown: [
            {
                what: "has a configuration that is not known yet",
                program: () => void configMap({ "ganesha.conf": late("x") }),
                says: /^Not judged yet: ConfigMap web\/config: data\["ganesha\.conf"\] is known only/m,
            },
            {
                what: "includes what is not known yet",
                program: () => void configMap({ "ganesha.conf": include, "identity.conf": late(OWN) }),
                says: /data\["identity\.conf"\] is known only/,
            },
            {
                what: "says both, and includes what is not known yet",
                program: () => void configMap({ "ganesha.conf": `${conf(OWN)}%include a.conf`, "a.conf": late("") }),
                says: /data\["a\.conf"\] is known only/,
            },
            {
                what: "has the owner of another one, and includes what is not known yet",
                program: () => {
                    configMap({ "ganesha.conf": conf(OWN) }, "one");
                    configMap({ "ganesha.conf": `${conf(OWN)}%include a.conf`, "a.conf": late("") }, "other");
                },
                says: /ConfigMap web\/other: data\["a\.conf"\] is known only/,
            },
            {
                what: "includes what is in no ConfigMap, into the block",
                program: config(include),
                preview: false,
                says: /^Not judged: ConfigMap web\/config: %include of \/etc\/nfs-server\/identity\.conf in data\["ganesha\.conf"\] can't be looked into/m,
            },
            {
                what: "includes what is in no ConfigMap, before it",
                program: config(`%include /etc/ganesha/more.conf\n${conf("")}`),
                preview: false,
                says: /%include of \/etc\/ganesha\/more\.conf/,
            },
        ],
        notApplicable: [
            ...nothing,
            { what: "has a server of NFSv4.0 only", program: config(conf("Minor_Versions = 0;")) },
        ],
    },
    "ganesha-does-not-queue-locks": {
        violates: [
            {
                what: "says nothing of it",
                program: config(conf(OWN)),
                blames: ["config"],
                says: [
                    /ConfigMap web\/config: found data\["ganesha\.conf"\]: no Blocking_Locks in NFSv4, which is true\./,
                ],
            },
            {
                what: "has no NFSv4 block at all",
                program: config("EXPORT { Path = /data; }"),
                blames: ["config"],
                says: [/no Blocking_Locks/],
            },
            {
                what: "wants them queued",
                program: config(conf("Blocking_Locks = Yes;"), "server"),
                blames: ["config"],
                says: [/data\["server"\]: Blocking_Locks = Yes\./],
            },
            {
                what: "says it in a block that does not count",
                program: config("NFSv4 { Blocking_Locks = false; }\nNFSv4 { Grace_Period = 15; }"),
                blames: ["config"],
                says: [/no Blocking_Locks/],
            },
            {
                what: "wants them queued in NFSv4.0",
                program: config(conf("Minor_Versions = 0;")),
                blames: ["config"],
                says: [/no Blocking_Locks/],
            },
            {
                what: "wants them queued in what it includes",
                program: () =>
                    void configMap({
                        "ganesha.conf": "NFSv4 { Blocking_Locks = false; %include more.conf\n }",
                        "more.conf": "blocking_locks = TRUE;",
                    }),
                blames: ["config"],
                says: [/Blocking_Locks = TRUE/],
            },
        ],
        complies: [
            ...["false", "No", "OFF", '"false"'].map((value) => ({
                what: `says ${value}`,
                program: config(conf(`Blocking_Locks = ${value};`)),
            })),
            {
                what: "includes it",
                program: () => void configMap({ "ganesha.conf": "NFSv4 { %include a }", a: "Blocking_Locks = false;" }),
            },
            {
                what: "says it, and includes exports from elsewhere",
                program: config(`%dir /etc/ganesha/exports.d\n${conf("BLOCKING_LOCKS = false;")}`),
            },
        ],
        unknown: [
            {
                what: "has a configuration that is not known yet",
                program: () => void configMap({ "ganesha.conf": late("x") }),
                says: /data\["ganesha\.conf"\] is known only/,
            },
            {
                what: "says it, and includes what is not known yet",
                program: () =>
                    void configMap({
                        "ganesha.conf": "NFSv4 { Blocking_Locks = false; %include identity.conf\n }",
                        "identity.conf": late(OWN),
                    }),
                says: /data\["identity\.conf"\] is known only/,
            },
            {
                what: "includes what is in no ConfigMap",
                program: config(`%include /etc/ganesha/more.conf\n${conf("")}`),
                preview: false,
                says: /^Not judged: ConfigMap web\/config: %include of \/etc\/ganesha\/more\.conf in data/m,
            },
        ],
        notApplicable: nothing,
    },
};
