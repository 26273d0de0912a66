// The text of a kubeconfig: one cluster, one user who is known by a certificate.

export interface Identity {
    /** Also the context's name. */
    name: string;
    server: string;
    /** PEM texts. */
    authority: string;
    certificate: string;
    key: string;
}

/** The name of the context in a cluster's own kubeconfig. */
export const contextName = (cluster: string): string => `embedded-${cluster}`;

/** JSON, which is YAML too. */
export function kubeconfig({ name, server, authority, certificate, key }: Identity): string {
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const config = {
        apiVersion: "v1",
        kind: "Config",
        "current-context": name,
        clusters: [{ name, cluster: { server, "certificate-authority-data": base64(authority) } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        users: [
            {
                name,
                user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
            },
        ],
    };
    return `${JSON.stringify(config, null, 2)}\n`;
}
