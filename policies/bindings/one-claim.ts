// Policy: a volume is given to one claim only, ever. Two that want the same one
// leave one of them Pending, and which one is decided by chance.
import { type Finding, listed, stackPolicy } from "@nfs-storage-stack/policies-shared";
import { type Declared, ofVolumesAndClaims, unjudgedOf } from "./volumes";

export function judge(all: Declared): Finding[] {
    const sameVolume = rivals(all.claims, (claim) => claim.volume).map(({ of, group, one }) => ({
        urn: one.urn,
        subject: one.title,
        found: `spec.volumeName "${of}", asked for by ${others(group, one)} too`,
        wanted: "one claim a volume",
        mend: "let pods share the one claim, or give each claim a volume of its own (two volumes may name one NFS export)",
    }));
    const sameClaim = rivals(all.volumes, (volume) => volume.claim).map(({ of, group, one }) => ({
        urn: one.urn,
        subject: one.title,
        found: `spec.claimRef ${of}, as in ${others(group, one)}`,
        wanted: "one volume a claim",
        mend: "give each volume a claim of its own, or delete the one that is not used",
    }));
    // Of one pod it would be one claim, of more as many.
    const naming = {
        volumes: [],
        claims: all.claims.filter(({ template, volume }) => template !== "" && volume !== undefined),
    };
    return [...once(sameVolume), ...sameClaim, ...unjudgedOf(all, "claim", "volume"), ...unjudgedOf(naming, "key")];
}

/** The claims of one template say the same of themselves. */
const once = <T extends { urn: string; subject: string }>(findings: readonly T[]): T[] => [
    ...new Map(findings.map((finding) => [`${finding.urn} ${finding.subject}`, finding])).values(),
];

function others(group: readonly { title: string }[], one: { title: string }): string {
    const titles = new Set(group.filter((rival) => rival !== one).map(({ title }) => title));
    return listed([...titles].map((title) => (title === one.title ? "the next pod's claim" : title)));
}

interface Rival<T> {
    of: string;
    group: T[];
    one: T;
}

/** All that want the same thing as another one. */
function rivals<T>(items: readonly T[], wish: (item: T) => unknown): Rival<T>[] {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const of = wish(item);
        if (typeof of === "string") groups.set(of, [...(groups.get(of) ?? []), item]);
    }
    return [...groups].flatMap(([of, group]) => (group.length < 2 ? [] : group.map((one) => ({ of, group, one }))));
}

export const oneClaimAVolume = stackPolicy(
    {
        name: "one-claim-a-volume",
        displayName: "One claim a volume",
        description: "No two claims ask for the same volume, and no two volumes are reserved for the same claim.",
        severity: "high",
        tags: ["kubernetes", "storage", "binding"],
        remediationSteps: "Let pods share one claim, or make a volume for each claim.",
        details: [
            "A volume is given to one claim, once. Which of two rivals gets it is chance; the other stays Pending.",
            "Pods of one namespace share a claim, as many as you like. For another namespace make another volume with a claim of its own: two volumes may name the same NFS export. The claims that a StatefulSet makes for its pods are as many as its replicas: with a `volumeName` in the template all of them want the one volume. So it is with ephemeral volumes of several pods.",
        ],
    },
    ofVolumesAndClaims(judge),
);
