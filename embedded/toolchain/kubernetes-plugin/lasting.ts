// Refusals that stand: a mount that the node or the server refuses, a pod that
// is not admitted, a claim whose volume is another's. Each is tried again and
// again by Kubernetes, with the same answer. Pure; hopeless.ts has what
// containers say, warnings.ts brings the events.
import type { Obj } from "../plugin/values";
import { condition, idOf } from "./objects";
import { eventText, mountText } from "./texts";

/** What mount and mount.nfs say for good (nfs-utils, utils/mount/error.c); not that a server is away, slow or in grace. */
const MOUNT_REFUSED = [
    /an incorrect mount option was specified/,
    /bad option; for several filesystems/,
    /reason given by server: No such file or directory/,
    /access denied by server/,
    /Operation not permitted/,
    /Protocol not supported|requested NFS version or transport protocol is not supported/,
    /unknown filesystem type|No such device/,
];

/** Why a pod's volumes are never mounted; undefined when nothing says so. `events` are those about this pod. */
export function neverMounted(pod: Obj, events: readonly Obj[]): string | undefined {
    // An address is given to a pod once its volumes are mounted: what was said of them before is over then.
    if (pod.status?.podIP || pod.status?.phase !== "Pending") return undefined;
    const last = events.filter(({ reason }) => reason === "FailedMount").at(-1);
    if (!last || !MOUNT_REFUSED.some((refused) => refused.test(String(last.message)))) return undefined;
    return `Pod ${pod.metadata.name}: ${mountText(String(last.message))}`;
}

/** A quota that others use up may have room again when they end, and a webhook that could not be asked may answer. */
const NOT_ADMITTED = [
    /violates PodSecurity/,
    /failed quota: .*must specify/,
    /(maximum|minimum) \S+ usage per (Container|Pod) is/,
    /admission webhook "[^"]*" denied the request/,
];

const notAdmitted = (message: string): boolean =>
    NOT_ADMITTED.some((refused) => refused.test(message)) || exceedsAlone(message);

/** Of a quota of which nothing is used: what does not fit now never will. */
function exceedsAlone(message: string): boolean {
    const [, used = ""] = /exceeded quota: \S+, requested: \S+, used: (\S+), limited: \S+/.exec(message) ?? [];
    return used.split(",").some((one) => /=0$/.test(one));
}

/** Why an object's pods are never made. `events` are those about the object. */
export function neverAdmitted(object: Obj, events: readonly Obj[]): string | undefined {
    if (object.kind === "Deployment") {
        const { replicas = 1 } = object.spec ?? {};
        const failure = condition(object, "ReplicaFailure");
        const short = (object.status?.updatedReplicas ?? 0) < replicas;
        return short && failure?.status === "True" && notAdmitted(failure.message ?? "") ? failure.message : undefined;
    }
    const short = (object.status?.replicas ?? 0) < (object.spec?.replicas ?? 1);
    const last = events.filter(({ reason }) => reason === "FailedCreate").at(-1);
    return short && last && notAdmitted(String(last.message)) ? eventText(last) : undefined;
}

/** What keeps a claim from its volume; undefined when it need only be waited for. */
export function neverBound(claim: Obj, volume: Obj | undefined): string | undefined {
    const taker = volume?.spec?.claimRef;
    if (!volume || !taker) return undefined;
    const name = volume.metadata.name;
    const other = idOf({ metadata: taker });
    if (other !== idOf(claim)) return `PersistentVolume ${name} is for PersistentVolumeClaim ${other}`;
    if (!taker.uid || taker.uid === claim.metadata.uid) return undefined;
    return (
        `PersistentVolume ${name} was bound to a claim of this name that is gone: it is free for this one after ` +
        `kubectl patch pv ${name} --type json --patch '[{"op": "remove", "path": "/spec/claimRef/uid"}]'`
    );
}
