// The pack `probes`: see index.ts beside this file.
import {
    type Container,
    claim,
    ending,
    good,
    lasting,
    lastingNames,
    late,
    mounting,
    pair,
    plain,
    sources,
    statefulSet,
    storageClass,
    volume,
    withShare,
    workloads,
} from "../stacks";
import type { PolicyCases } from "./types";

const { livenessProbe: _, ...forgotten } = good;
const sidecar = (container: Container): Container => ({ ...container, name: "beside", restartPolicy: "Always" });
const client = (more: Partial<Container>, source = sources.inline()): (() => void) => {
    return () => {
        if ("persistentVolumeClaim" in source) pair();
        workloads(withShare(source, mounting({ ...good, ...more })), lasting);
    };
};
/** With a server in the same pod that says where it listens. */
const server = (more: Partial<Container>): (() => void) => {
    return () => workloads({ containers: [{ ...good, ...more, ports: [{ containerPort: 2049 }] }] }, lasting);
};
const command = (...words: string[]) => ({ exec: { command: words }, periodSeconds: 30, failureThreshold: 6 });
const nothing = { what: "mounts and serves nothing", program: () => workloads({ containers: [plain] }) };
const endsByItself = {
    what: "has the share in what ends by itself",
    program: () =>
        workloads(
            withShare(
                sources.inline(),
                mounting({
                    ...good,
                    livenessProbe: command("ls", "/share"),
                    readinessProbe: { tcpSocket: { port: 1 } },
                }),
            ),
            ending,
        ),
};
const unknownVolumes = {
    what: "has volumes that are not known yet",
    program: () => workloads({ containers: [good], volumes: late([]) }, lasting),
    says: /spec\.template\.spec\.volumes is known only/,
};

export const probesCases: Record<string, PolicyCases> = {
    "containers-have-three-probes": {
        violates: [
            {
                what: "has a container without one, and a sidecar without any",
                program: () =>
                    workloads({
                        containers: [good, { ...forgotten, name: "forgotten" }],
                        initContainers: [sidecar(plain)],
                    }),
                blames: lastingNames.flatMap((name) => [name, name]),
                says: [
                    /Deployment web\/deployment, container "beside" \(spec\.template\.spec\.initContainers\[0\]\): found no startupProbe, no readinessProbe and no livenessProbe\./,
                    /Deployment web\/deployment, container "forgotten" \(spec\.template\.spec\.containers\[1\]\): found no livenessProbe\.\nWanted: startupProbe, readinessProbe and livenessProbe on every container that goes on running, each with one of httpGet, exec, tcpSocket and grpc\.\nTo mend: add livenessProbe; if it can do without, add \{ resource: "deployment", container: "forgotten", reason: "\.\.\." \}/,
                ],
            },
            {
                what: "has a probe that asks nothing",
                program: () => workloads({ containers: [{ ...good, startupProbe: { periodSeconds: 1 } }] }, lasting),
                preview: true,
                blames: lastingNames,
                says: [/found no startupProbe\./],
            },
            {
                what: "lets off one container of two",
                program: () =>
                    void lasting.deployment?.("deployment", { containers: [plain, { ...plain, name: "other" }] }),
                config: { exemptions: [{ resource: "deployment", container: "bare", reason: "it only sleeps" }] },
                blames: ["deployment"],
                says: [/container "other"/],
            },
        ],
        complies: [
            {
                what: "has all three, and none where they are not needed",
                program: () => workloads({ containers: [good], initContainers: [plain, sidecar(good)] }, lasting),
            },
            {
                what: "may run once, and has all three",
                preview: true,
                program: () => void lasting.pod?.("pod", { containers: [good], restartPolicy: late("Never") }),
            },
            { what: "has pods that run once", program: () => workloads({ containers: [plain] }, ending) },
            {
                what: "lets a container off",
                program: () => void lasting.deployment?.("deployment", { containers: [plain] }),
                config: { exemptions: [{ resource: "deployment", container: "bare", reason: "it only sleeps" }] },
            },
        ],
        unknown: [
            {
                what: "has a probe that is not known yet",
                program: () => workloads({ containers: [{ ...good, livenessProbe: late({}) }] }, lasting),
                says: /spec\.containers\[0\]\.livenessProbe is known only/,
            },
            {
                what: "has containers that are not known yet",
                program: () => workloads({ containers: late([good]) }, lasting),
                says: /spec\.containers is known only/,
            },
            {
                what: "has a container that is not known yet",
                program: () => workloads({ containers: [late(good)] }, lasting),
                says: /spec\.containers\[0\] is known only/,
            },
            {
                what: "may run once",
                program: () => void lasting.pod?.("pod", { containers: [plain], restartPolicy: late("Never") }),
                says: /spec\.containers\[0\]\.restartPolicy is known only/,
            },
        ],
        notApplicable: [{ what: "has no pods", program: () => pair() }],
    },
    "liveness-stays-off-the-share": {
        violates: [
            {
                what: "lists the share",
                program: client({ livenessProbe: command("ls", "/share") }),
                blames: lastingNames,
                says: [/found a livenessProbe that runs \["ls","\/share"\], on the share mounted at \/share\./],
            },
            {
                what: "looks at a file of it in a script, by a claim",
                program: client(
                    { livenessProbe: command("sh", "-c", "test -f '/share/alive' || exit 1") },
                    sources.claim(),
                ),
                blames: lastingNames,
                says: [/on the share mounted at \/share/],
            },
            {
                what: "runs in it, by CSI",
                program: client({ livenessProbe: command("true"), workingDir: "/share/app" }, sources.csi()),
                blames: lastingNames,
                says: [/found a livenessProbe that is run in \/share\/app, on the share/],
            },
            {
                what: "runs in the very folder, in a sidecar",
                program: () =>
                    workloads(
                        {
                            ...withShare(sources.inline(), good),
                            initContainers: [
                                mounting({ ...sidecar(good), livenessProbe: command("true"), workingDir: "/share" }),
                            ],
                        },
                        lasting,
                    ),
                blames: lastingNames,
                says: [/container "beside"/],
            },
            {
                what: "has the share by a claim that asks for it",
                program: () => {
                    claim("data", { volumeName: undefined, storageClassName: "somewhere" });
                    workloads(
                        withShare(sources.claim(), mounting({ ...good, livenessProbe: command("cat", "/share/x") })),
                        lasting,
                    );
                },
                blames: lastingNames,
                says: [/on the share/],
            },
            {
                what: "has it by a claim of a class of the CSI driver",
                program: () => {
                    storageClass();
                    claim("data", { accessModes: ["ReadWriteOnce"], storageClassName: "nfs", volumeName: undefined });
                    const liveness = { livenessProbe: command("cat", "/share/x") };
                    workloads(withShare(sources.claim(), mounting({ ...good, ...liveness })), lasting);
                },
                blames: lastingNames,
                says: [/on the share/],
            },
        ],
        complies: [
            { what: "asks the process", program: client({}) },
            {
                what: "runs something that only looks like it",
                program: client({ livenessProbe: command("cat", "/shared/x", "/x/share", "/share.txt") }),
            },
            {
                what: "has a working folder that only looks like it",
                program: client({ livenessProbe: command("true"), workingDir: "/shared" }),
            },
            { what: "asks the process, from the share", program: client({ workingDir: "/share" }) },
        ],
        unknown: [
            unknownVolumes,
            {
                what: "has a command that is not known yet",
                program: () => client({ livenessProbe: { exec: { command: ["ls", late("/")] } } })(),
                says: /livenessProbe is known only/,
            },
            {
                what: "has a probe that is not known yet",
                program: () => client({ livenessProbe: late({}) })(),
                says: /livenessProbe is known only/,
            },
            {
                what: "has the share at a place that is not known yet",
                program: () =>
                    workloads(
                        withShare(
                            sources.inline(),
                            mounting({ ...good, livenessProbe: command("ls", "/share") }, false, late("/x") as never),
                        ),
                        lasting,
                    ),
                says: /livenessProbe is known only/,
            },
            {
                what: "has mounts that are not known yet",
                program: () => workloads(withShare(sources.inline(), { ...good, volumeMounts: late([]) }), lasting),
                says: /volumeMounts is known only/,
            },
        ],
        notApplicable: [
            nothing,
            endsByItself,
            {
                what: "has a disk of its own",
                program: () => {
                    volume("data", { nfs: undefined, hostPath: { path: "/" } });
                    claim("data", { accessModes: ["ReadWriteOnce"] });
                    workloads(
                        withShare(sources.claim(), mounting({ ...good, livenessProbe: command("ls", "/share") })),
                        lasting,
                    );
                },
            },
        ],
    },
    "liveness-outlasts-a-server-restart": {
        violates: [
            {
                what: "has what Kubernetes takes for nothing said",
                program: client({ livenessProbe: { httpGet: { port: 80 } } }),
                blames: lastingNames,
                says: [
                    /found a livenessProbe that gives up at failure 3, 20 s after the first \(10 s apart\)\.\nWanted: at least 60 s.*\nTo mend: raise failureThreshold to 7\./,
                ],
            },
            {
                what: "is patient, but not as long as it is configured",
                program: client({}, sources.claim()),
                config: { restartSeconds: 76 },
                blames: lastingNames,
                says: [/gives up at failure 6, 75 s after the first/],
            },
            {
                what: "is of a set that is scaled to nothing",
                program: () => {
                    const impatient = { ...good, livenessProbe: { httpGet: { port: 80 } } };
                    statefulSet({}, { replicas: 0, container: mounting(impatient) });
                },
                blames: ["db"],
                says: [/gives up at failure 3/],
            },
        ],
        complies: [
            {
                what: "is patient for just as long",
                program: client({ livenessProbe: { httpGet: { port: 80 }, periodSeconds: 30 } }, sources.csi()),
            },
            { what: "has no liveness probe", program: client({ livenessProbe: undefined as never }) },
        ],
        unknown: [
            unknownVolumes,
            {
                what: "has a threshold that is not known yet",
                program: () => client({ livenessProbe: { failureThreshold: late(1) } })(),
                says: /livenessProbe is known only/,
            },
            {
                what: "has a period that is not known yet",
                program: () => client({ livenessProbe: { periodSeconds: late(1) } })(),
                says: /livenessProbe is known only/,
            },
            {
                what: "has a template with a volume of NFS, and a claim that may be the one of its pod",
                program: () => {
                    volume("data");
                    claim("data", { accessModes: ["ReadOnlyMany"] }, {}, undefined, { name: late("share-db-0") });
                    const impatient = { ...good, livenessProbe: { httpGet: { port: 80 } } };
                    statefulSet({ volumeName: "data" }, { container: mounting(impatient) });
                },
                says: /volumeClaimTemplates\[0\] is known only/,
            },
        ],
        notApplicable: [nothing, endsByItself],
        misconfigured: [
            { config: { restartSeconds: 0 }, says: /key restartSeconds: found 0, wanted at least 1/ },
            { config: { restartSeconds: "60" }, says: /key restartSeconds: found "60", wanted a value of type number/ },
        ],
    },
    "readiness-tells-of-data": {
        violates: [
            {
                what: "is a client that is called ready for a port",
                program: client({ readinessProbe: { tcpSocket: { port: 80 } } }),
                blames: lastingNames,
                says: [/found a readinessProbe by tcpSocket, which says that a process listens/],
            },
            {
                what: "is a server that is called ready for a port",
                program: server({ readinessProbe: { tcpSocket: { port: 2049 } } }),
                blames: lastingNames,
                says: [/by tcpSocket/],
            },
            ...[
                ["true"],
                ["/bin/true"],
                ["sh", "-c", "exit 0"],
                ["/bin/bash", "-ec", " echo ok "],
                [":"],
                ["echo", "ready"],
            ].map((words) => ({
                what: `runs ${words.join(" ")}`,
                program: client({ readinessProbe: command(...words) }, sources.claim()),
                blames: lastingNames,
                says: [/, which always succeeds\./],
            })),
        ],
        complies: [
            {
                what: "asks what looks at the data",
                program: () => {
                    client({}, sources.csi())();
                },
            },
            { what: "is a server that is asked", program: server({}) },
            {
                what: "reads a file",
                program: client({ readinessProbe: command("sh", "-c", "echo x > /share/x && cat /share/x") }),
            },
            ...[
                ["sh", "/probe.sh", "true"],
                ["tool", "-c", "true"],
            ].map((words) => ({
                what: `runs ${words.join(" ")}`,
                program: client({ readinessProbe: command(...words) }),
            })),
            { what: "has no readiness probe", program: client({ readinessProbe: undefined as never }) },
        ],
        unknown: [
            unknownVolumes,
            {
                what: "has a probe that is not known yet",
                program: () => client({ readinessProbe: late({}) })(),
                says: /readinessProbe is known only/,
            },
            {
                what: "has a word of a command that is not known yet",
                program: () => server({ readinessProbe: { exec: { command: [late("true")] } } })(),
                says: /readinessProbe is known only/,
            },
        ],
        notApplicable: [
            nothing,
            endsByItself,
            {
                what: "serves something else",
                program: () =>
                    workloads(
                        {
                            containers: [
                                {
                                    ...good,
                                    readinessProbe: { tcpSocket: { port: 80 } },
                                    ports: [{ containerPort: 80 }],
                                },
                            ],
                        },
                        lasting,
                    ),
            },
        ],
    },
};
