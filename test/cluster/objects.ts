// Pods and claims on an embedded cluster for its own tests: of the one image
// that every cluster has, with busybox in it.
import { kubectlProgram, nodeCommand } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { run } from "../../embedded/run";

export const PATIENCE = "--timeout=90s";

export interface Objects {
    kubectl(args: readonly string[], objects?: readonly object[]): Promise<string>;
    /** Runs a script; `claim` names one that is mounted at /data. */
    pod(name: string, node: string, script: string, claim?: string): Promise<object>;
    claim(name: string, storage: string): object;
    ready(pods: readonly string[]): Promise<string>;
    /** What a command in a pod prints. */
    exec(pod: string, ...command: string[]): Promise<string>;
}

export function objectsOn(cluster: string): Objects {
    async function kubectl(args: readonly string[], objects?: readonly object[]): Promise<string> {
        const [program = "", ...first] = await kubectlProgram();
        const input = objects && JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
        return run(program, [...first, "--kubeconfig", clusterFolder(cluster).kubeconfig, ...args], {
            ...(input !== undefined && { input }),
        });
    }

    async function image(): Promise<string> {
        const configuration = await nodeCommand(cluster, "node-1", ["cat", "/host/containerd.toml"]);
        return /sandbox_image = "(.*)"/.exec(configuration)?.[1] ?? "";
    }

    return {
        kubectl,
        async pod(name, node, script, claimed) {
            return {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name },
                spec: {
                    nodeSelector: { "kubernetes.io/hostname": node },
                    terminationGracePeriodSeconds: 1,
                    automountServiceAccountToken: false,
                    containers: [
                        {
                            name: "main",
                            image: await image(),
                            command: ["/bin/busybox", "sh", "-c", script],
                            ...(claimed !== undefined && { volumeMounts: [{ name: "data", mountPath: "/data" }] }),
                        },
                    ],
                    ...(claimed !== undefined && {
                        volumes: [{ name: "data", persistentVolumeClaim: { claimName: claimed } }],
                    }),
                },
            };
        },
        claim: (name, storage) => ({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
        }),
        ready: (pods) => kubectl(["wait", "--for=condition=Ready", PATIENCE, ...pods.map((one) => `pod/${one}`)]),
        exec: (pod, ...command) => kubectl(["exec", pod, "--", ...command]),
    };
}
