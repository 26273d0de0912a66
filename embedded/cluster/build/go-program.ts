// What kubernetes.ts decides without running anything. Pure.

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
export function versionFlags(version: string): string[] {
    const [major, minor] = version.slice(1).split(".");
    const base = "k8s.io/component-base/version";
    const values = {
        [`${base}.gitVersion`]: version,
        [`${base}.gitMajor`]: major,
        [`${base}.gitMinor`]: minor,
        [`${base}.gitTreeState`]: "clean",
        "k8s.io/client-go/pkg/version.gitVersion": version,
    };
    return Object.entries(values).map(([name, value]) => `-X ${name}=${value}`);
}

/** Reads the lines of `go build -v`, which names each package that it compiles; those in Go's cache are not named. */
export function goProgress(packages: readonly string[]): (line: string) => string | undefined {
    const known = new Set(packages);
    const last = packages.at(-1);
    let compiled = 0;
    return (line) => {
        if (!known.has(line)) return undefined;
        compiled++;
        // `go list -deps` puts the program itself last: after it comes the linker, which says nothing.
        return line === last ? "linking" : `${compiled} of at most ${packages.length} packages compiled`;
    };
}
