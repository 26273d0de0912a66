// Policy: volumes and claims are of a size that the platform's limits allow.
// There are none until somebody configures them.
import {
    claimTemplatesOf,
    compareQuantities,
    type Finding,
    isClaimObject,
    isPersistentVolume,
    type Judgement,
    type KubernetesObject,
    type Maybe,
    objectPolicy,
    quantityAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";

interface Limits {
    smallest?: string;
    largest?: string;
}

interface Size {
    /** Where it is, such as `spec.capacity.storage`. */
    where: string;
    size: Maybe<string>;
}

const REQUEST = ["spec", "resources", "requests", "storage"] as const;

function sizesOf(object: KubernetesObject): Size[] {
    const one = (value: unknown, path: readonly string[], before = ""): Size[] => {
        const size = quantityAt(value, ...path);
        return size === undefined ? [] : [{ where: before + path.join("."), size }];
    };
    if (isPersistentVolume(object)) return one(object.value, ["spec", "capacity", "storage"]);
    if (isClaimObject(object)) return one(object.value, REQUEST);
    return claimTemplatesOf(object).flatMap(({ value, path }) => one(value, REQUEST, `${path}.`));
}

export function judge(object: KubernetesObject, { smallest, largest }: Limits): Judgement {
    const sizes = sizesOf(object);
    if (sizes.length === 0 || (smallest ?? largest) === undefined) return "not applicable";
    const { urn } = object;
    const subject = titleOf(object);
    return sizes.flatMap(({ where, size }): Finding[] => {
        if (size === UNKNOWN) return [{ urn, subject, unknown: [where] }];
        const order = (limit: string | undefined): number =>
            limit === undefined ? 0 : (compareQuantities(size, limit) ?? 0);
        const nearest = order(smallest) < 0 ? smallest : order(largest) > 0 ? largest : undefined;
        if (nearest === undefined) return [];
        const limits = [...(smallest ? [`at least ${smallest}`] : []), ...(largest ? [`at most ${largest}`] : [])];
        return [
            {
                urn,
                subject,
                found: `${where} ${size}`,
                wanted: limits.join(", "),
                mend: `ask for ${nearest}, or have the limit changed in the policy's configuration`,
            },
        ];
    });
}

const quantity = {
    type: "string",
    pattern: "^[0-9.]+([eE][+-]?[0-9]+|[KMGTPE]i|[numkMGTPE])?$",
} as const;

export const capacityWithinLimits = objectPolicy<Limits>(
    {
        name: "capacity-is-within-limits",
        displayName: "Capacity is within limits",
        description: "Volumes and claims are not smaller and not larger than the configured limits.",
        severity: "low",
        tags: ["kubernetes", "storage", "cost"],
        remediationSteps: "Ask for a size within the limits, or have them changed.",
        details: [
            "NFS enforces no size: what a claim asks for is what people plan and pay by, and a slip of a unit (`100G` for `100M`) is found late. Judged are volumes, claims, and the templates of claims in StatefulSets and in ephemeral volumes. Until `smallest` or `largest` is configured this policy is not applicable.",
        ],
        config: {
            smallest: { ...quantity, description: "The smallest size that is allowed, a Kubernetes quantity." },
            largest: { ...quantity, description: "The largest size that is allowed, a Kubernetes quantity." },
        },
    },
    judge,
);
