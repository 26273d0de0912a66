// Where a rule about probes ends: what filters and redirections make of a
// command, spellings of a path, classes that a claim can't have. See index.ts
// beside this file.
import { list, RWO, share, workload } from "../others";
import { claim, deployment, good, late, mounting, pair, statefulSet, storageClass, volume, withShare } from "../stacks";
import type { PolicyCases } from "./types";

const live = (...command: string[]) => ({
    livenessProbe: { exec: { command }, periodSeconds: 15, failureThreshold: 6 },
});
const ready = (...command: string[]) => ({ readinessProbe: { exec: { command } } });
const shell = (script: string) => ready("sh", "-c", script);
const stack = (what: string, more: object) => ({
    what,
    program: () => {
        pair();
        deployment("app", share(false, more));
    },
});
const refused = (what: string, says: RegExp, more: object) => ({ ...stack(what, more), blames: ["app"], says: [says] });
const PORT = /says that a process listens, or is there/;
const ALWAYS = /always succeeds/;
const TOUCHED = /on the share mounted at/;
/** A set whose claims say no class, with a probe that touches them. */
const set = (): void =>
    void statefulSet({ ...RWO, storageClassName: undefined } as object, {
        container: { ...mounting(good), ...live("cat", "/share/x") },
    });
const classCalled = (name: string, isDefault: unknown, provisioner = "nfs.csi.k8s.io") =>
    storageClass({
        metadata: {
            name,
            annotations: { "storageclass.kubernetes.io/is-default-class": isDefault as string },
        },
        provisioner,
    });

export const edgesOfProbes: Record<string, PolicyCases> = {
    "readiness-tells-of-data": {
        violates: [
            refused("filters who listens, and says nothing of it", PORT, shell("netstat -tln | grep 2049 > /dev/null")),
            refused("opens a connection by the shell", PORT, shell("echo > /dev/tcp/localhost/2049")),
            refused("does so in a shell below", PORT, shell("(echo > /dev/tcp/localhost/2049) >/dev/null 2>&1")),
            refused("says something through a filter that takes all", ALWAYS, shell("echo ok | cat")),
            refused("hides a failure behind a comment", ALWAYS, shell("ls /share; true # and so on")),
            refused("does nothing, by env", ALWAYS, ready("env", "-i", "A=1", "true")),
        ],
        complies: [
            stack("looks for a word in what it has read", shell('S=$(cat /share/status); echo "$S" | grep -q ok')),
            stack("counts lines, and looks for the number", shell('echo "$out" | wc -l | grep -qv "^0$"')),
            stack("goes on in the next line", shell("cat /share/x &&\necho ok")),
            stack("goes on behind a backslash", shell("cat /share/x \\\n && echo ok")),
            stack("writes through a pipe", shell('date | tee "$DATA/beat"')),
            stack("reads the names that come in", shell("echo /share/x | xargs cat")),
            stack("looks for words of a file", shell('echo ok | grep -qf "$F"')),
            stack("filters a file that comes in", shell("ps | grep -q x < /share/x")),
            stack("runs a program that is called like another", ready("ss-check", "--data")),
            stack("has a comment where others have a command", shell("ls /share >/dev/null # fine; true")),
        ],
        unknown: [],
        notApplicable: [],
    },
    "liveness-stays-off-the-share": {
        violates: [
            refused("reads the number of a process from a file", TOUCHED, live("pgrep", "-F", "/share/app.pid")),
            refused("does so in a script", TOUCHED, live("sh", "-c", "pkill -0 --pidfile /share/app.pid")),
            refused(
                "asks for a process and for a file",
                TOUCHED,
                live("sh", "-c", "test -n `pgrep nginx` -a -f /share/x"),
            ),
            refused("goes round in the path", TOUCHED, live("cat", "/tmp/../share/./x")),
            refused("names it behind a variable of nothing", TOUCHED, {
                ...live("sh", "-c", "ls $NONE/share"),
                env: [{ name: "NONE", value: "" }],
            }),
            refused("names it by a variable of its shell", TOUCHED, {
                ...live("sh", "-c", 'test -f "$AT/alive"'),
                env: [{ name: "AT", value: "/share" }],
            }),
            refused("names it behind a variable from elsewhere, which is nothing there", TOUCHED, {
                ...live("cat", "$(PREFIX)/share/x"),
                env: [{ name: "PREFIX", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
            }),
            {
                what: "has a claim without a class, where the stack's default one is of NFS",
                program: () => {
                    classCalled("nfs", "true");
                    set();
                },
                blames: ["db"],
                says: [TOUCHED],
            },
        ],
        complies: [
            stack("says a dollar, and no variable", {
                ...live("cat", "$$(AT)/x"),
                env: [{ name: "AT", value: "/share" }],
            }),
            stack("names a variable that it does not have", live("sh", "-c", "ls $NOPE/share/x")),
            stack("asks for a process, in time", live("timeout", "5", "pgrep", "-f", "/share/app")),
            stack("asks for one by env", live("/usr/bin/env", "pgrep", "-f", "/share/app")),
            stack("has a variable in a variable, which is not expanded there", {
                ...live("cat", "$(B)/y"),
                env: [
                    { name: "A", value: "/share" },
                    { name: "B", value: "$(A)/x" },
                ],
            }),
            {
                what: "has a claim from elsewhere, beside a volume that is free",
                program: () => {
                    volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                    deployment("app", share(false, live("cat", "/share/x")));
                    volume("second");
                    claim("second");
                    deployment("second", withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good)));
                },
            },
            {
                what: "has a claim of which is not known yet what it asks for, beside a volume that is reserved for others",
                preview: true,
                program: () => {
                    volume("other", { accessModes: ["ReadWriteOnce"] });
                    claim("data", { ...RWO, volumeName: "", resources: { requests: { storage: late("1Gi") } } });
                    deployment("app", share(false, live("cat", "/share/x")));
                    volume("second");
                    claim("second");
                    deployment("second", withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good)));
                },
            },
            ...[
                [
                    "has a class of NFS that is not the default one, and claims without a class",
                    () => void classCalled("nfs", "false"),
                ],
                [
                    "has another class as the default one",
                    () => {
                        classCalled("nfs", "false");
                        list({
                            apiVersion: "storage.k8s.io/v1",
                            kind: "StorageClass",
                            metadata: {
                                name: "ssd",
                                annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
                            },
                            provisioner: "ebs.csi.aws.com",
                        });
                    },
                ],
                [
                    "has a default class, and a volume of none that is free",
                    () => {
                        classCalled("ssd", "true", "ebs.csi.aws.com");
                        volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                    },
                ],
                [
                    "has a volume of none that another claim has",
                    () => {
                        volume("taken", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                        claim("taken", RWO);
                    },
                ],
            ].map(([what, before]) => ({
                what: what as string,
                program: () => {
                    (before as () => void)();
                    set();
                    volume("second");
                    claim("second");
                    deployment("second", withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good)));
                },
            })),
        ],
        unknown: [
            {
                what: "has a class of NFS of which is not known yet whether it is the default one",
                program: () => {
                    classCalled("nfs", late("true"));
                    set();
                },
                says: /StatefulSet web\/db/,
            },
            ...(
                [
                    ["accessModes", { accessModes: () => late(["ReadWriteOnce"]) }],
                    ["an access mode", { accessModes: () => [late("ReadWriteOnce")] }],
                    ["a class", { storageClassName: () => late("hand") }],
                    ["a size", { resources: () => ({ requests: { storage: late("1Gi") } }) }],
                ] as [string, Record<string, () => unknown>][]
            ).map(([what, more]) => ({
                what: `has ${what} of a claim that is not known yet, beside a volume that may be its`,
                program: () => {
                    const late = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, value()]));
                    volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"], storageClassName: "hand" });
                    claim("data", { ...RWO, volumeName: undefined, storageClassName: "hand", ...late } as object);
                    deployment("app", share(false, live("cat", "/share/x")));
                },
                says: /Deployment web\/app/,
            })),
            {
                what: "has variables that are not known yet",
                program: () => {
                    pair();
                    deployment("app", share(false, { ...live("cat", "$(AT)/x"), env: late([]) }));
                },
                says: /livenessProbe/,
            },
            {
                what: "has a variable that is not known yet, which its shell asks for",
                program: () => {
                    pair();
                    const env = [{ name: "AT", value: late("/share") as never }];
                    deployment("app", share(false, { ...live("sh", "-c", "ls $AT"), env }));
                },
                says: /livenessProbe/,
            },
            {
                what: "has a variable of its shell that is not known yet",
                program: () => {
                    pair();
                    const env = [{ name: "AT", value: late("/share") as never }];
                    list(workload("app", share(false, { ...live("cat", "$(AT)/x"), env })));
                },
                says: /livenessProbe/,
            },
        ],
        notApplicable: [],
    },
};
