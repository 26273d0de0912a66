// What nobody here had thought of: commands by variables and in other spellings,
// filters and files, pods that may end. See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { ephemeral, list, RWO, share, workload } from "../others";
import {
    claim,
    deployment,
    good,
    lasting,
    late,
    mounting,
    pair,
    sources,
    storageClass,
    volume,
    withShare,
} from "../stacks";
import type { PolicyCases } from "./types";

const live = (...command: string[]) => ({
    livenessProbe: { exec: { command }, periodSeconds: 15, failureThreshold: 6 },
});
const ready = (...command: string[]) => ({ readinessProbe: { exec: { command } } });
const shell = (script: string) => ready("sh", "-c", script);
const L = "liveness-stays-off-the-share";
/** Something that the policy is about. */
const pair2 = (): void => {
    volume("second");
    claim("second");
    deployment("second", withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good)));
};
const touching = (what: string, more: object, mountPath?: string) => ({
    what,
    program: () => {
        pair();
        deployment("app", withShare(sources.claim(), { ...mounting(good, false, mountPath), ...more }));
    },
    blames: ["app"],
    says: [/on the share mounted at/],
});
const asking = (what: string, more: object) => ({
    what,
    program: () => {
        pair();
        deployment("app", share(false, more));
    },
});
const refused = (what: string, more: object) => ({
    ...asking(what, more),
    blames: ["app"],
    says: [/says that a process listens, or is there/],
});
export const othersOfProbes: Record<string, PolicyCases> = {
    [L]: {
        violates: [
            {
                what: "has it in the second workload of a List",
                program: () => {
                    pair();
                    list(workload("reader", share(true)), workload("writer", share(false, live("cat", "/share/x"))));
                },
                blames: ["list"],
                says: [/Deployment web\/writer/],
            },
            touching("names it by a variable", {
                ...live("cat", "$(AT)/x"),
                env: [{ name: "AT", value: "/share" }],
            }),
            touching("has it as the default of a shell's variable", live("sh", "-c", `ls \${AT:-/share}`)),
            touching("has it behind an option of one letter", live("tar", "-C/share", "-tf", "x")),
            touching("names it with slashes that say nothing", live("cat", "//share///x")),
            touching("names it with a wildcard", live("sh", "-c", "ls /share*")),
            touching("mounts it by a path without its first slash", live("cat", "/data/x"), "data"),
            touching("mounts it by a path with two slashes", live("cat", "/var/www/x"), "/var//www"),
            touching("is run in it", { ...live("./alive"), workingDir: "/data" }, "/data/"),
            {
                what: "has a StatefulSet with a volume for the claim of its pod, which is asked for once",
                program: () => {
                    volume("data", {
                        accessModes: ["ReadWriteOnce"],
                        claimRef: { namespace: "web", name: "db-0-share" },
                    });
                    lasting["stateful-set"]?.("db", ephemeral(RWO, live("cat", "/share/x")));
                },
                blames: ["db"],
                says: [/on the share/],
            },
            {
                what: "has a template without a class, where the default one is of NFS",
                program: () => {
                    storageClass({
                        metadata: {
                            name: "nfs",
                            annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
                        },
                    });
                    deployment("app", ephemeral({ ...RWO, storageClassName: undefined }, live("cat", "/share/x")));
                },
                blames: ["app"],
                says: [/on the share/],
            },
        ],
        complies: [
            asking(
                "asks for a process by a pattern that has the path in it",
                live("pgrep", "-f", "server --root /share"),
            ),
            asking("does so in a script", live("sh", "-c", "pgrep -f 'root /share' && true")),
            asking("has another path that begins alike", live("cat", "/shared/x")),
            {
                what: "has a claim that names a volume from elsewhere, beside one that is free",
                program: () => {
                    volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                    claim("data", { ...RWO, volumeName: "elsewhere" });
                    pair2();
                    deployment("app", share(false, live("cat", "/share/x")));
                },
            },
            {
                what: "has a claim that names nothing, beside a volume that is reserved for another",
                program: () => {
                    volume("other", { accessModes: ["ReadWriteOnce"] });
                    claim("data", { ...RWO, volumeName: "" });
                    pair2();
                    deployment("app", share(false, live("cat", "/share/x")));
                },
            },
            {
                ...asking("asks over HTTP, and mounts where that is not known yet", {}),
                preview: true,
                program: () => {
                    pair();
                    deployment("app", withShare(sources.claim(), mounting(good, false, late("/share") as never)));
                },
            },
        ],
        unknown: [
            {
                what: "has a pod of which is not known yet whether it ends",
                program: () => {
                    pair();
                    lasting.pod?.("app", {
                        ...share(false, live("cat", "/share/x")),
                        restartPolicy: late("Always") as never,
                    });
                },
                says: /restartPolicy/,
            },
            {
                what: "has an init container of which that is not known yet",
                program: () => {
                    pair();
                    const init = {
                        ...mounting(good),
                        ...live("cat", "/share/x"),
                        restartPolicy: late("Always") as never,
                    };
                    deployment("app", { ...share(), initContainers: [{ ...init, name: "init" }] });
                },
                says: /initContainers\[0\]\.restartPolicy/,
            },
            {
                what: "has a claim that names a volume which is not known yet",
                program: () => {
                    volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                    claim("data", { ...RWO, volumeName: late("free") });
                    deployment("app", share(false, live("cat", "/share/x")));
                },
                says: /Deployment web\/app/,
            },
            {
                what: "has a volume that is reserved for whom is not known yet",
                program: () => {
                    volume("free", {
                        claimRef: { namespace: "web", name: late("data") },
                        accessModes: ["ReadWriteOnce"],
                    });
                    claim("data", { ...RWO, volumeName: undefined });
                    deployment("app", share(false, live("cat", "/share/x")));
                },
                says: /Deployment web\/app/,
            },
            {
                what: "has a claim that names a volume, of which one's name is not known yet",
                program: () => {
                    new kubernetes.core.v1.PersistentVolume("free", {
                        metadata: { name: late("named") },
                        spec: {
                            capacity: { storage: "1Gi" },
                            accessModes: ["ReadWriteOnce"],
                            storageClassName: "",
                            nfs: { server: "10.0.0.1", path: "/a" },
                        },
                    });
                    claim("data", { ...RWO, volumeName: "named" });
                    deployment("app", share(false, live("cat", "/share/x")));
                },
                says: /Deployment web\/app/,
            },
            {
                what: "has a class whose provisioner is not known yet",
                program: () => {
                    storageClass({ provisioner: late("nfs.csi.k8s.io") as never });
                    claim("data", { ...RWO, volumeName: undefined, storageClassName: "nfs" });
                    deployment("app", share(false, live("cat", "/share/x")));
                },
                says: /Deployment web\/app/,
            },
            {
                what: "has a working directory that is not known yet",
                program: () => {
                    pair();
                    deployment("app", share(false, { ...live("./alive"), workingDir: late("/share") }));
                },
                says: /livenessProbe/,
            },
        ],
        notApplicable: [],
    },
    "liveness-outlasts-a-server-restart": {
        violates: [
            {
                what: "says 0 failures, which are three",
                program: () => {
                    pair();
                    const probe = { httpGet: { port: 80 }, periodSeconds: 10, failureThreshold: 0 };
                    deployment("app", share(false, { livenessProbe: probe }));
                },
                blames: ["app"],
                says: [/gives up at failure 3, 20 s after the first \(10 s apart\)/],
            },
        ],
        complies: [
            asking("says a period of 0, which is 10 s", {
                livenessProbe: { httpGet: { port: 80 }, periodSeconds: 0, failureThreshold: 7 },
            }),
        ],
        unknown: [],
        notApplicable: [],
    },
    "readiness-tells-of-data": {
        violates: [
            refused("counts who listens, through a filter", shell("ss -ltn | grep -q :2049")),
            refused("asks the port mapper through a filter", shell("rpcinfo -p | grep -q nfs")),
            refused("lists processes through a filter", shell("ps aux | grep -q [g]anesha")),
            refused("asks whether a process is there", shell("kill -0 $(cat /run/pid)")),
            refused("asks for a port by busybox", ready("busybox", "nc", "-z", "localhost", "80")),
            refused("asks for one in time", ready("timeout", "-k", "5", "10", "nc", "-z", "localhost", "80")),
            {
                what: "has it in the second workload of a List",
                program: () => {
                    pair();
                    list(
                        workload("reader", share(true)),
                        workload("writer", share(false, { readinessProbe: { tcpSocket: { port: 80 } } })),
                    );
                },
                blames: ["list"],
                says: [/Deployment web\/writer/],
            },
            {
                ...refused("only speaks", ready("echo", ">", "/share/x")),
                says: [/always succeeds/],
            },
        ],
        complies: [
            asking("writes a file", shell("echo ok > /share/.probe")),
            asking("opens one", shell("true < /share/x")),
            asking("empties one", shell(": > /share/.probe")),
            asking("adds to one", shell("date >> /share/beats")),
            asking("asks for the time of a file", ready("date", "-r", "/share/beat")),
            asking("filters a file", shell("ls -l | grep -q x /share/list")),
        ],
        unknown: [
            {
                what: "has a server of which is not known yet whether it ends",
                program: () =>
                    void lasting.pod?.("server", {
                        containers: [
                            { ...good, ports: [{ containerPort: 2049 }], readinessProbe: { tcpSocket: { port: 1 } } },
                        ],
                        restartPolicy: late("Always") as never,
                    }),
                says: /restartPolicy/,
            },
        ],
        notApplicable: [],
    },
};
