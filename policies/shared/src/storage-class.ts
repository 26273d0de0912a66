// The storage class that a volume or a claim says: in its annotation of old, or
// else in its field.
import { isKind, type KubernetesObject, nameOf } from "./objects";
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

/**
 * The class that a claim ends up with: the cluster's for one that says none, and that the API server has not answered yet.
 * What a template says never is answered.
 */
export function grantedClass(claim: unknown, ofCluster: Maybe<string>): Maybe<string> {
    const said = classOf(claim);
    if (said !== undefined) return said;
    return isAnswered(claim) ? "" : ofCluster;
}

/** The cluster's default class, where the stack makes it. */
export function defaultClassOf(objects: readonly KubernetesObject[]): Maybe<string> {
    const [only, ...more] = objects.filter(
        (one) => isKind(one, "storage.k8s.io", "StorageClass") && isDefaultClass(one) === true,
    );
    return only === undefined || more.length > 0 ? UNKNOWN : (nameOf(only) ?? UNKNOWN);
}

/** On a volume: whoever provisioned it for a claim. */
export const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

/** The API server has made it. */
export const isAnswered = (value: unknown): boolean =>
    at(value, "metadata", "uid") !== undefined || at(value, "status", "phase") !== undefined;

/** The marks of the cluster's default class (pkg/volume/util/storageclass.go of Kubernetes 1.35). */
const DEFAULT_CLASS = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];
export function isDefaultClass({ value }: KubernetesObject): Maybe<boolean> {
    const marks = DEFAULT_CLASS.map((mark) => at(value, "metadata", "annotations", mark));
    return marks.includes("true") ? true : marks.includes(UNKNOWN) ? UNKNOWN : false;
}
