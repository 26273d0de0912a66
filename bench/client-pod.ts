// A pod of somebody's with a claim of the share, for what is measured there.
// Perl is in every Debian, and so in the stack's own image.

export interface ClientPod {
    readonly name: string;
    readonly node: string;
    readonly namespace: string;
    readonly claim: string;
    readonly image: string;
    readonly command: readonly string[];
}

/** The share is at /share. */
export const clientPod = ({ name, node, namespace, claim, image, command }: ClientPod): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
        nodeSelector: { "kubernetes.io/hostname": node },
        restartPolicy: "Never",
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
            {
                name: "main",
                image,
                command,
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                volumeMounts: [{ name: "share", mountPath: "/share" }],
            },
        ],
        volumes: [{ name: "share", persistentVolumeClaim: { claimName: claim } }],
    },
});
