// The version of Kubernetes that kubernetes.ts builds. Pure.

/** The version that go.mod requires, such as "v1.35.4". */
export function kubernetesVersion(goMod: string): string {
    const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes\s+(v\d+\.\d+\.\d+)\s*$/m.exec(goMod)?.[1];
    if (version === undefined)
        throw new Error("embedded/cluster/kubernetes/go.mod requires no version of k8s.io/kubernetes");
    return version;
}

/**
 * Kubernetes's own releases are linked with these (its hack/lib/version.sh). Without them the components call
 * themselves v0.0.0, and clients that look at the server's version take it for something ancient.
 */
export function versionVariables(version: string): Record<string, string> {
    const [major = "", minor = ""] = version.slice(1).split(".");
    const base = "k8s.io/component-base/version";
    return {
        [`${base}.gitVersion`]: version,
        [`${base}.gitMajor`]: major,
        [`${base}.gitMinor`]: minor,
        [`${base}.gitTreeState`]: "clean",
        "k8s.io/client-go/pkg/version.gitVersion": version,
    };
}
