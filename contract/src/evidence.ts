// The proof that a stack gives of itself: made by the run-once check pod, kept
// as a stack output, judged by the visibility policies, shown to people.
import * as z from "zod";

/** Kubernetes cuts a termination message at this many bytes. */
export const EVIDENCE_MAX_BYTES = 4096;

const place = z.strictObject({ pod: z.string(), node: z.string() });
const milliseconds = z.number().nonnegative();

export const Evidence = z.strictObject({
    /** Hash of what the deployment is; evidence of another revision proves nothing about this one. */
    revision: z.string().min(1),
    /** When the check ended, by the checker's clock, UTC. */
    checkedAt: z.iso.datetime({ precision: 3 }),
    writer: place,
    checker: place,
    /** How many records of this revision were verified. */
    records: z.int().nonnegative(),
    /** 0 when no record was verified. */
    firstSequence: z.int().nonnegative(),
    lastSequence: z.int().nonnegative(),
    /** Whether the replaced document was seen to move on, each state intact and part of the chain. */
    changedDataSeen: z.boolean(),
    /**
     * From the writer's clock to the checker's sight of a record, corrected by the
     * estimated offset of the two clocks; null where it could not be measured.
     * Milliseconds. `clockUncertainty` is half the round trip of the best clock reading and the
     * millisecond that clocks are read to.
     */
    delayMs: z
        .strictObject({ p50: z.number(), p99: z.number(), max: z.number(), clockUncertainty: milliseconds })
        .nullable(),
    /** Hash of the last record verified; null when there was none. */
    chainHead: z.string().nullable(),
    mountOptions: z.strictObject({
        /** As the PersistentVolume asks for them. */
        requested: z.array(z.string()),
        /** As /proc/mounts of the checker's node spells them. */
        observed: z.array(z.string()),
    }),
    verdict: z.enum(["passed", "failed"]),
    /** One sentence; for a failure what was found and what was expected. */
    reason: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/**
 * The termination message. What was found comes first: who shows only its beginning, as error messages do, shows that.
 * @throws RangeError when it would be cut off by Kubernetes.
 */
export function encodeEvidence(evidence: Evidence): string {
    const { verdict, reason, ...rest } = Evidence.parse(evidence);
    const text = JSON.stringify({ verdict, reason, ...rest });
    const bytes = Buffer.byteLength(text);
    if (bytes > EVIDENCE_MAX_BYTES) {
        throw new RangeError(
            `evidence takes ${bytes} bytes; a termination message holds at most ${EVIDENCE_MAX_BYTES}`,
        );
    }
    return text;
}

/** @throws Error saying what is wrong with the text, and showing its beginning. */
export function decodeEvidence(text: string): Evidence {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new Error(`evidence is not JSON: ${JSON.stringify(text.slice(0, 120))}`);
    }
    const parsed = Evidence.safeParse(value);
    if (!parsed.success) {
        throw new Error(`evidence does not have the expected shape: ${z.prettifyError(parsed.error)}`);
    }
    return parsed.data;
}

/**
 * The evidence among the termination messages of a pod's containers, or undefined while there is none. The kubelet sorts
 * containers by name, and a mesh puts others beside the check's. @throws Error when what was left is no evidence
 */
export function evidenceAmong(messages: readonly (string | undefined)[]): Evidence | undefined {
    let wrong: Error | undefined;
    for (const message of messages) {
        if (message === undefined || message === "") continue;
        try {
            return decodeEvidence(message);
        } catch (error) {
            wrong ??= error as Error;
        }
    }
    if (wrong) throw wrong;
    return undefined;
}
