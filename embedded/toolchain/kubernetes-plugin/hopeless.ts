// What does not mend itself however long it is waited for: an image that is not
// there, a container that ends again and again. Pure; wait.ts gives it a moment.
import type { Obj } from "../plugin/values";
import { annotation, annotations, observed } from "./objects";
import { type ContainerStatus, containerStatuses } from "./pods";

/** The kubelet never gets such an image. */
const NEVER_PULLED = new Set(["InvalidImageName", "ErrImageNeverPull"]);
const NOT_PULLED = new Set(["ErrImagePull", "ImagePullBackOff"]);
/** What registries answer for good; not that they are away, slow or busy. */
const REFUSED = /not found|manifest unknown|unauthorized|authentication required|denied|forbidden/i;
/** Three runs, with pauses of 10 and 20 s: what only came too early is up by then. The next pause is 40 s. */
const RESTARTS = 2;

function isHopeless({ state, lastState, restartCount = 0 }: ContainerStatus): boolean {
    const { reason = "", message = "" } = state?.waiting ?? {};
    if (NEVER_PULLED.has(reason)) return true;
    if (NOT_PULLED.has(reason)) return REFUSED.test(message);
    // The kubelet calls it a back-off only for the last moments of its pause.
    const last = reason === "CrashLoopBackOff" ? lastState?.terminated : state?.terminated;
    // A container that went with its node has not failed by itself.
    const failed = last !== undefined && last.exitCode !== 0 && !/Unknown/.test(last.reason ?? "");
    return failed && restartCount >= RESTARTS;
}

/** The pods that are as the object now wants them; those of the revision before are on their way out. */
function currentPods(object: Obj, pods: readonly Obj[], replicaSets: readonly Obj[]): readonly Obj[] {
    if (object.kind === "Pod") return [object];
    if (!observed(object)) return [];
    if (object.kind === "StatefulSet") {
        const revision = object.status?.updateRevision;
        return pods.filter((pod) => pod.metadata?.labels?.["controller-revision-hash"] === revision);
    }
    if (object.kind === "Deployment") {
        const newest = replicaSets.find((set) => revisionOf(set) === revisionOf(object))?.metadata.uid;
        return pods.filter(
            (pod) => newest && pod.metadata?.ownerReferences?.some((owner: Obj) => owner.uid === newest),
        );
    }
    return [];
}

const revisionOf = (object: Obj): string | undefined => annotation(object, annotations.deploymentRevision);

const hopelessPod = (pod: Obj): boolean =>
    !pod.metadata?.deletionTimestamp && containerStatuses(pod).some((status) => isHopeless(status));

/** Whether a Deployment's ReplicaSets are worth asking for. */
export const anyHopeless = (pods: readonly Obj[]): boolean => pods.some(hopelessPod);

/** Whether a pod keeps the object from ever being ready. */
export const beyondHope = (object: Obj, pods: readonly Obj[], replicaSets: readonly Obj[]): boolean =>
    anyHopeless(currentPods(object, pods, replicaSets));
