// Names and labels of what the stack makes in Kubernetes. Pure.
import { createHash } from "node:crypto";
import { labels, PART_OF, type Role } from "@nfs-storage-stack/contract";

/** Longest DNS label (RFC 1123), which is also the longest value of a Kubernetes label. */
const LONGEST = 63;
const HASH_LENGTH = 8;

/**
 * The parts joined to a name that every kind of object accepts. Parts that do
 * not fit, such as a stack called `Prod_1`, get a hash of the original, so that
 * different parts never share a name.
 */
export function kubernetesName(...parts: readonly string[]): string {
    const joined = parts.join("-");
    const tidy = joined
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
    // A part that starts or ends with a hyphen could be read as another split of the same letters.
    const plain = parts.every((part) => part !== "" && !part.startsWith("-") && !part.endsWith("-"));
    if (plain && tidy === joined && joined.length <= LONGEST) {
        return joined;
    }
    const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_LENGTH);
    const beginning = tidy.slice(0, LONGEST - HASH_LENGTH - 1).replace(/-+$/, "");
    return beginning === "" ? `x-${hash}` : `${beginning}-${hash}`;
}

export type Labels = Readonly<Record<string, string>>;

/** What tells the pods of one component apart from all others; also good as a selector, as nothing in it ever changes. */
export function podLabels(role: Role, instance: string): Labels {
    return { ...partLabels(instance), [labels.name]: role, [labels.component]: role };
}

/** For what is not a pod: namespaces, volumes, claims. */
export function partLabels(instance: string): Labels {
    return { [labels.partOf]: PART_OF, [labels.instance]: instance };
}
