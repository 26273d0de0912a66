// Systems of nodes that are known to lack what `mount -t nfs` needs. Nothing of
// it can be seen through the API, so this is a list, and its findings are
// warnings. Pure.

interface Lack {
    readonly osImage: RegExp;
    readonly what: string;
    /** Where it is said. */
    readonly source: string;
}

const LACKING: readonly Lack[] = [
    {
        osImage: /^Bottlerocket\b/i,
        what: "Bottlerocket has no mount.nfs, which the kubelet needs: take nodes with another system for this stack",
        source: "github.com/bottlerocket-os/bottlerocket/issues/4022",
    },
    {
        osImage: /^K3s\b/,
        what: "the image of k3s that k3d runs as a node has no mount.nfs: make the cluster from an image that has it",
        source: "docs/your-cluster.md#k3d",
    },
];

/** What these nodes lack, each system once. */
export function lackingNfsClient(nodes: readonly { name: string; osImage: string }[]): string[] {
    return LACKING.flatMap(({ osImage, what, source }) => {
        const names = nodes.filter((node) => osImage.test(node.osImage)).map(({ name }) => name);
        return names.length === 0 ? [] : [`${names.join(", ")}: ${what} (${source})`];
    });
}
