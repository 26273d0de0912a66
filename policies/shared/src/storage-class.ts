// The storage class that a volume or a claim says: in its annotation of old, or
// else in its field.
import { at, type Maybe, textAt, UNKNOWN } from "./plain";

/** What the field was before Kubernetes 1.6; it still comes first. */
export const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/**
 * undefined where nothing is said: only then the API server puts the cluster's default class into a claim. So
 * Kubernetes 1.35: GetPersistentVolumeClass and GetPersistentVolumeClaimClass (component-helpers/storage/volume), and
 * for the default PersistentVolumeClaimHasClass (pkg/apis/core/v1/helper). An empty annotation says that there is none.
 */
export function classOf(value: unknown): Maybe<string> | undefined {
    const annotation = at(value, "metadata", "annotations", CLASS_ANNOTATION);
    if (annotation === UNKNOWN || typeof annotation === "string") return annotation;
    return textAt(value, "spec", "storageClassName");
}
