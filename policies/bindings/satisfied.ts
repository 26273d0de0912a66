// Policy: the volume that a claim is bound to by name can be given to it. These
// are the questions of Kubernetes' own binder; where one is answered with no,
// the claim stays Pending without an end.
import { type Finding, listed, type Problem, stackPolicy, UNKNOWN } from "@nfs-storage-stack/policies-shared";
import { compareQuantities } from "./quantity";
import { type Declared, ofVolumesAndClaims, type Pair, pairs, unjudgedOf } from "./volumes";

export function judge(all: Declared): Finding[] {
    return pairs(all).flatMap((pair): Finding[] => [
        ...[differentClass, missingModes, tooSmall, differentMode].flatMap((question) => {
            const problem = question(pair);
            return problem ? [{ urn: pair.claim.urn, subject: pair.claim.title, ...problem }] : [];
        }),
        ...unjudgedOf(
            { volumes: [pair.volume], claims: [pair.claim] },
            "storageClass",
            "accessModes",
            "storage",
            "volumeMode",
        ),
    ]);
}

type Answer = Pick<Problem, "found" | "wanted" | "mend"> | undefined;

function differentClass({ volume, claim }: Pair): Answer {
    const { storageClass: offered } = volume;
    const { storageClass: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN || offered === asked) return undefined;
    return {
        found: `storageClassName "${asked}", but ${volume.title} has "${offered}"`,
        wanted: "the same storageClassName on both",
        mend: `set spec.storageClassName of both to the same; "" keeps every provisioner away`,
    };
}

function missingModes({ volume, claim }: Pair): Answer {
    const { accessModes: offered } = volume;
    const { accessModes: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN) return undefined;
    const missing = asked.filter((mode) => !offered.includes(mode));
    if (missing.length === 0) return undefined;
    return {
        found: `access mode ${listed(missing)}, but ${volume.title} offers ${listed(offered) || "none"}`,
        wanted: "a volume that offers every access mode of its claim",
        mend: `add ${listed(missing)} to spec.accessModes of the volume, or take it out of the claim's`,
    };
}

function tooSmall({ volume, claim }: Pair): Answer {
    const { storage: offered } = volume;
    const { storage: asked } = claim;
    if (typeof offered !== "string" || typeof asked !== "string") return undefined;
    const order = compareQuantities(offered, asked);
    if (order === undefined || order >= 0) return undefined;
    return {
        found: `a request of ${asked}, but ${volume.title} has a capacity of ${offered}`,
        wanted: "a volume at least as large as its claim asks for",
        mend: `raise spec.capacity.storage of the volume to ${asked}, or lower spec.resources.requests.storage of the claim`,
    };
}

function differentMode({ volume, claim }: Pair): Answer {
    const { volumeMode: offered } = volume;
    const { volumeMode: asked } = claim;
    if (offered === UNKNOWN || asked === UNKNOWN || offered === asked) return undefined;
    return {
        found: `volumeMode ${asked}, but ${volume.title} has ${offered}`,
        wanted: "the same volumeMode on both",
        mend: "set spec.volumeMode of both to the same; Filesystem for NFS",
    };
}

export const satisfiedClaim = stackPolicy(
    {
        name: "volume-satisfies-claim",
        displayName: "Volume satisfies claim",
        description: "A volume has the storage class, access modes, size and mode that the claim bound to it asks for.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Make storageClassName, accessModes, capacity and volumeMode of the volume fit the claim.",
        details: [
            "These are the questions that Kubernetes' own binder asks before it gives a volume to a claim that names it. Where one is answered with no, the claim stays Pending without an end and the pods that use it do not start.",
            '| of the volume | of the claim | fits when |\n|---|---|---|\n| `storageClassName` | `storageClassName` | equal; left out is the same as `""` here |\n| `accessModes` | `accessModes` | the volume offers every mode that the claim asks for, by name (ReadWriteMany does not stand for ReadWriteOnce) |\n| `capacity.storage` | `resources.requests.storage` | the volume is at least as large; `1Gi` is more than `1000M` |\n| `volumeMode` | `volumeMode` | equal; left out is `Filesystem` |',
            "Change the side that is wrong, as the message says. Judged are pairs of which at least one names the other.",
        ],
    },
    ofVolumesAndClaims(judge),
);
