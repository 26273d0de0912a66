// A pod of somebody's with a claim of the share, for what is tried and measured
// there. Perl is in every Debian, and so in the stack's own image.

export interface SharePod {
    readonly name: string;
    readonly node: string;
    readonly namespace: string;
    readonly claim: string;
    readonly image: string;
    /** @default the image's own */
    readonly command?: readonly string[];
    /** Whom it runs as. @default 10001, whom the server takes everybody for */
    readonly uid?: number;
}

/** The share is at /share. */
export const sharePod = ({ name, node, namespace, claim, image, command, uid = 10001 }: SharePod): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
        nodeSelector: { "kubernetes.io/hostname": node },
        restartPolicy: "Never",
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: uid, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
            {
                name: "main",
                image,
                ...(command && { command }),
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                volumeMounts: [{ name: "share", mountPath: "/share" }],
            },
        ],
        volumes: [{ name: "share", persistentVolumeClaim: { claimName: claim } }],
    },
});
