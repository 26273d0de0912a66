// Policy: says once which resources of a stack bring pods or volumes that no
// policy looks into. It never fails a stack: silence would look like a pass.
import {
    at,
    isOwnGroup,
    isPatch,
    type Judgement,
    type KubernetesObject,
    listed,
    podSpec,
    stackPolicy,
} from "@nfs-storage-stack/policies-shared";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const unseen = objects.filter(isUnseen);
    const [first] = unseen;
    if (first === undefined) return "not applicable";
    const kinds = [...new Set(unseen.map(({ kind, group }) => `${kind} (${group})`))].sort();
    const names = unseen.map(({ resource }) => `"${resource}"`);
    return [{ urn: first.urn, subject: `what ${listed(names)} make`, unseen: [`kinds ${listed(kinds)}`] }];
}

function isUnseen(object: KubernetesObject): boolean {
    if (isPatch(object)) return isWorkload(object);
    // A release makes whatever its chart has.
    if (object.group === "helm.sh") return object.kind === "Release";
    return !isOwnGroup(object.group) && mentions(at(object.value, "spec"));
}

const isWorkload = (patch: KubernetesObject): boolean => {
    const kind = patch.kind.slice(0, -"Patch".length);
    return (
        podSpec({ ...patch, kind }) !== undefined || /^(PersistentVolume(Claim)?|StorageClass|ConfigMap)$/.test(kind)
    );
};

/** Keys by which resources of operators ask for pods, or for storage. */
const KEYS = new Set([
    ...["containers", "podTemplate", "replicas", "instances", "nodeSets"],
    ...["volumes", "volumeClaimTemplate", "volumeClaimTemplates", "storage", "storageClassName", "persistence"],
]);

const mentions = (value: unknown): boolean =>
    Object(value) === value && Object.entries(value as object).some(([key, inner]) => KEYS.has(key) || mentions(inner));

export const lookedInto = stackPolicy(
    {
        name: "everything-is-looked-into",
        displayName: "Everything is looked into",
        description: "What brings pods or volumes is of a kind that the policies look into.",
        severity: "low",
        tags: ["kubernetes", "storage"],
        remediationSteps:
            "Render what can be rendered (a chart by helm.v4.Chart or `helm template`), or look at it yourself.",
        details: [
            "The policies look into Kubernetes' own kinds. A helm.v3.Release makes objects that the engine never sees; a Rollout, a Cluster of a database's operator or a notebook makes pods and claims in the cluster; a Patch says a part of an object that is elsewhere. Of these nothing is found, and that would look like a pass.",
            "So they are named, once, as advice: `helm.sh` resources, patches of workloads, volumes, claims and ConfigMaps, and custom resources whose spec asks for pods or storage (`containers`, `replicas`, `storage`, `volumeClaimTemplates` and the like). It never fails a stack.",
        ],
    },
    judge,
);
