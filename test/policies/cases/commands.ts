// The pack `probes`: what the commands and the patience of probes come to. See
// index.ts beside this file.
import {
    type Container,
    claim,
    good,
    lasting,
    lastingNames,
    late,
    mounting,
    sources,
    statefulSet,
    volume,
    withShare,
    workloads,
} from "../stacks";
import type { PolicyCases } from "./types";

const client =
    (changes: Partial<Container>, path = "/data") =>
    () =>
        workloads(withShare(sources.inline(), mounting({ ...good, ...changes }, false, path)), lasting);
const shell = (script: string) => ({ exec: { command: ["sh", "-c", script] } });
const exec = (...command: string[]) => ({ exec: { command } });
const server = (readinessProbe: object) => () =>
    workloads({ containers: [{ ...good, ports: [{ containerPort: 2049 }], readinessProbe }] }, lasting);
const reads = { livenessProbe: exec("cat", "/share/x") };
const ephemeral = (spec: object) =>
    workloads(withShare({ ephemeral: { volumeClaimTemplate: { spec } } }, mounting({ ...good, ...reads })), {
        deployment: lasting.deployment as NonNullable<typeof lasting.deployment>,
    });

export const commandsCases: Record<string, PolicyCases> = {
    "readiness-tells-of-data": {
        violates: [
            ...[
                shell("nc -z localhost 2049"),
                exec("rpcinfo", "-t", "localhost", "nfs"),
                exec("/usr/bin/nc", "-zv", "127.0.0.1", "2049"),
                exec("bash", "-c", "exec 3<>/dev/tcp/localhost/2049"),
                exec("pgrep", "ganesha"),
                shell("timeout 2 nc -z localhost 2049 && echo ok"),
                shell("cat /export/x || pidof ganesha.nfsd"),
            ].map((probe) => ({
                what: `is a server that is called ready for a port, or a process, by ${JSON.stringify(probe.exec.command)}`,
                program: server(probe),
                blames: lastingNames,
                says: [/which says that a process listens, or is there, and nothing of the share/],
            })),
            ...[
                shell("ls /data || true"),
                shell("ls /data; exit 0"),
                exec("printf", "ok"),
                shell("cat /data/x\necho 'done; really'"),
                shell("ls /data &"),
                shell("set -u; ls /data; true"),
                shell("nc -z localhost 80 || :"),
                shell(""),
            ].map((probe) => ({
                what: `is a client whose probe always succeeds, by ${JSON.stringify(probe.exec.command)}`,
                program: client({ readinessProbe: probe }),
                blames: lastingNames,
                says: [/which always succeeds/],
            })),
        ],
        complies: [
            shell("echo ok && cat /data/x"),
            shell("nc -z localhost 80 && cat /data/x"),
            shell("ls /data || exit 1; true"),
            shell("if test -f /data/x; then exit 0; fi; exit 1"),
            shell("set -e; cat /data/x; echo ok"),
            exec("sh", "-ec", "cat /data/x; echo ok"),
            shell("true; cat '/data/a;true'"),
            shell("true | cat /data/x"),
            exec("truecheck", "/data"),
        ].map((probe) => ({
            what: `reads, by ${JSON.stringify(probe.exec.command)}`,
            program: client({ readinessProbe: probe }),
        })),
        unknown: [
            {
                what: "may serve",
                program: () => {
                    const ports = [{ containerPort: late(2049) }];
                    workloads({ containers: [{ ...good, ports }] }, lasting);
                },
                says: /Deployment web\/deployment: spec\.template\.spec\.containers\[0\]\.ports is known only/,
            },
        ],
        notApplicable: [],
    },
    "liveness-stays-off-the-share": {
        violates: [
            ...[
                shell('test -n "`ls /data`"'),
                shell("test -n `ls /data`"),
                exec("check", "--dirs=/tmp,/data"),
                exec("curl", "-f", "file:///data/x"),
                exec("curl", "-d", "@/data/x"),
                shell("ls {/tmp,/data}"),
            ].map((livenessProbe) => ({
                what: `names the path, in ${JSON.stringify(livenessProbe.exec.command)}`,
                program: client({ livenessProbe }),
                blames: lastingNames,
                says: [/on the share mounted at \/data/],
            })),
            {
                what: "has a hand-made volume of NFS by its class alone",
                program: () => {
                    const byHand = { storageClassName: "by-hand", accessModes: ["ReadWriteOnce"] };
                    volume("data", { ...byHand, claimRef: undefined });
                    claim("data", { ...byHand, volumeName: undefined });
                    lasting.deployment?.("app", withShare(sources.claim(), mounting({ ...good, ...reads })));
                },
                preview: true,
                blames: ["app"],
                says: [/on the share/],
            },
            {
                what: "has a hand-made volume of NFS by the template of a set",
                program: () => {
                    const once = { accessModes: ["ReadWriteOnce"] };
                    volume("data", { ...once, claimRef: { namespace: "web", name: "share-db-0" } });
                    statefulSet(once, { container: mounting({ ...good, ...reads }) });
                },
                blames: ["db"],
                says: [/on the share/],
            },
            {
                what: "has a claim of the pod's own that asks for many writers",
                program: () => ephemeral({ accessModes: ["ReadWriteMany"], storageClassName: "nfs" }),
                blames: ["deployment"],
                says: [/on the share/],
            },
        ],
        complies: [
            ...[
                exec("cat", "/database/x"),
                exec("curl", "localhost/data/x"),
                exec("curl", "http://localhost:80/data/x"),
                exec("cat", "/x/data"),
                exec("check", "--name=data"),
            ].map((livenessProbe) => ({
                what: `only looks like it, in ${JSON.stringify(livenessProbe.exec.command)}`,
                program: client({ livenessProbe }),
            })),
        ],
        unknown: [],
        notApplicable: [
            {
                what: "has a claim of the pod's own, for one node",
                program: () => ephemeral({ accessModes: ["ReadWriteOnce"] }),
            },
        ],
    },
    "liveness-outlasts-a-server-restart": {
        violates: [
            [1, 60],
            [2, 30],
            [6, 10],
            [1, 3600],
        ].map(([failureThreshold = 0, periodSeconds = 0]) => ({
            what: `has ${failureThreshold} x ${periodSeconds} s`,
            program: client({ livenessProbe: { httpGet: { port: 80 }, failureThreshold, periodSeconds } }),
            blames: lastingNames,
            says: [new RegExp(`To mend: raise failureThreshold to ${Math.ceil(60 / periodSeconds) + 1}\\.`)],
        })),
        complies: [
            [7, 10],
            [2, 60],
            [3, 30],
        ].map(([failureThreshold = 0, periodSeconds = 0]) => ({
            what: `has ${failureThreshold} x ${periodSeconds} s`,
            program: client({ livenessProbe: { httpGet: { port: 80 }, failureThreshold, periodSeconds } }),
        })),
        unknown: [],
        notApplicable: [],
    },
};
