// Names and labels of what the stack makes in Kubernetes. Pure.
import { createHash } from "node:crypto";
import { labels, PART_OF, type Role } from "@nfs-storage-stack/contract";

/** What a name has to be. */
interface Kind {
    readonly longest: number;
    readonly begins: RegExp;
}
/** A DNS label (RFC 1123), which is also as long as the value of a Kubernetes label may be. */
const LABEL: Kind = { longest: 63, begins: /^[a-z0-9]/ };
/**
 * Of a StatefulSet, and of the Service in front of it. Kubernetes puts the name of a set's revision into a label of its
 * pod: that is the set's with up to 11 characters more (1.35, stateful_set_utils.go, newRevision). Services begin with a
 * letter (RFC 1035; a digit is taken from 1.34 on, where a feature gate says so).
 */
const WORKLOAD: Kind = { longest: 52, begins: /^[a-z]/ };
const HASH_LENGTH = 8;

/**
 * The parts joined to a name that every kind of object accepts. Parts that do
 * not fit, such as a stack called `Prod_1`, get a hash of the original, so that
 * different parts never share a name.
 */
export const kubernetesName = (...parts: readonly string[]): string => fitted(LABEL, parts);

/** The same, for what has pods and a Service under one name. */
export const workloadName = (name: string): string => fitted(WORKLOAD, [name]);

/** Metadata of what Pulumi names after its resource: nothing, where that is a name that Kubernetes takes. */
export function namedAfter(resource: string): { readonly generateName?: string } {
    const name = kubernetesName(resource);
    return name === resource ? {} : { generateName: `${name}-` };
}

function fitted({ longest, begins }: Kind, parts: readonly string[]): string {
    const joined = parts.join("-");
    const tidy = joined
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "");
    // A part that starts or ends with a hyphen could be read as another split of the same letters.
    const plain = parts.every((part) => part !== "" && !part.startsWith("-") && !part.endsWith("-"));
    if (plain && tidy === joined && joined.length <= longest && begins.test(joined)) {
        return joined;
    }
    const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_LENGTH);
    const start = begins.test(tidy) ? tidy : `x-${tidy}`;
    return `${start.slice(0, longest - HASH_LENGTH - 1).replace(/-+$/, "")}-${hash}`;
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
