// Policy: a volume is given to one claim only, ever. Two that want the same one
// leave one of them Pending, and which one is decided by chance.
import { listed, type Problem, stackPolicy, UNKNOWN } from "@nfs-storage-stack/policies-shared";
import { type Declared, ofVolumesAndClaims } from "./volumes";

export function judge({ volumes, claims }: Declared): Problem[] {
    const sameVolume = rivals(claims, (claim) => claim.volume).map(({ of, all, one }) => ({
        urn: one.urn,
        subject: one.title,
        found: `spec.volumeName "${of}", asked for by ${others(all, one)} too`,
        wanted: "one claim a volume",
        mend: "let pods share the one claim, or give each claim a volume of its own (two volumes may name one NFS export)",
    }));
    const sameClaim = rivals(volumes, (volume) => volume.claim).map(({ of, all, one }) => ({
        urn: one.urn,
        subject: one.title,
        found: `spec.claimRef ${of}, as in ${others(all, one)}`,
        wanted: "one volume a claim",
        mend: "give each volume a claim of its own, or delete the one that is not used",
    }));
    return [...sameVolume, ...sameClaim];
}

function others(all: readonly { title: string }[], one: { title: string }): string {
    return listed(all.filter((rival) => rival !== one).map((rival) => rival.title));
}

interface Rival<T> {
    of: string;
    all: T[];
    one: T;
}

/** All that want the same thing as another one. */
function rivals<T>(items: readonly T[], wish: (item: T) => unknown): Rival<T>[] {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const of = wish(item);
        if (of !== UNKNOWN && typeof of === "string") groups.set(of, [...(groups.get(of) ?? []), item]);
    }
    return [...groups].flatMap(([of, all]) => (all.length < 2 ? [] : all.map((one) => ({ of, all, one }))));
}

export const oneClaimAVolume = stackPolicy(
    {
        name: "one-claim-a-volume",
        displayName: "One claim a volume",
        description: "No two claims ask for the same volume, and no two volumes are reserved for the same claim.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Let pods share one claim, or make a volume for each claim.",
    },
    ofVolumesAndClaims(judge),
);
