// The pack of policies about visibility: a policy a file; evidence.ts finds what
// visibility checks have left.
import { evidenceDelay } from "./delay";
import { lookedInto } from "./looked-into";
import { evidencePassed } from "./passed";
import { evidencePresent } from "./present";
import { readElsewhere } from "./read-elsewhere";
import { evidenceRecent } from "./recent";
import { evidenceOfRevision } from "./revision";

export const visibility = {
    name: "nfs-visibility",
    displayName: "Visibility of written data",
    description: "What is written to a share is read from elsewhere, and proven to be.",
    provider: "kubernetes",
    tags: ["kubernetes", "storage"],
    policies: [
        readElsewhere,
        evidencePresent,
        evidencePassed,
        evidenceOfRevision,
        evidenceRecent,
        evidenceDelay,
        lookedInto,
    ],
};
