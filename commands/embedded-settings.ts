// The settings that make adds to an environment that names no cluster of its
// own: what only the embedded cluster knows.
import type { ClusterAccess } from "../embedded/cluster";
import type { keys } from "../settings/keys";

export interface Secret {
    secret: string;
}

/** By key, without the namespace. */
export function embeddedSettings(
    cluster: Pick<ClusterAccess, "context" | "kubeconfig" | "clientNetworks" | "registry">,
    baseImage: string,
) {
    const { server, username, password } = cluster.registry;
    return {
        context: cluster.context,
        kubeconfig: cluster.kubeconfig,
        clientNetworks: cluster.clientNetworks,
        registryServer: server,
        registryUsername: username,
        registryPassword: { secret: password } satisfies Secret,
        baseImage,
    } satisfies Partial<Record<keyof typeof keys, unknown>>;
}

/** What they are like, for looking at an environment while no cluster runs. */
export const embeddedExample = embeddedSettings(
    {
        context: "embedded",
        kubeconfig: "/embedded/kubeconfig",
        clientNetworks: ["10.0.0.1/32", "10.0.0.2/32"],
        registry: { server: "127.0.0.1:5000", username: "embedded", password: "password-of-the-embedded-registry" },
    },
    "embedded-base:1",
);

export const isSecret = (value: unknown): value is Secret =>
    value !== null && typeof value === "object" && "secret" in value && typeof value.secret === "string";
