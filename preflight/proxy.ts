// Whether a server is reached through a proxy that the environment names, as
// Go's programs, and so Pulumi's Kubernetes plugin, read it. Pure.

/** The variable that names the proxy for this server; undefined when it is reached directly. */
export function proxyOf(server: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
    const { protocol, hostname, port } = new URL(server);
    const host = hostname.replace(/^\[|\]$/g, "");
    const names = protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
    const named = names.find((name) => env[name]);
    const isLocal = host === "localhost" || host === "::1" || host.startsWith("127.");
    if (named === undefined || isLocal) return undefined;
    const direct = (env.NO_PROXY || env.no_proxy || "").split(",").map((entry) => entry.trim());
    return direct.some((entry) => excepted(entry, host, port)) ? undefined : named;
}

/** Networks in NO_PROXY are not looked into: then the preflight says that it did not run, and the plugin decides. */
function excepted(entry: string, host: string, port: string): boolean {
    const [name = "", onPort] = entry.split(/:(?=\d+$)/);
    if (entry === "*") return true;
    if (name === "" || (onPort !== undefined && onPort !== port)) return false;
    const domain = name.replace(/^\*?\./, "");
    return host === domain || host.endsWith(`.${domain}`);
}
