// Which refusals stand, by what a cluster says of them. The messages are those of
// the kubelet, mount.nfs and the API server.
import assert from "node:assert/strict";
import { neverAdmitted, neverBound, neverMounted } from "../../embedded/toolchain/kubernetes-plugin/lasting";
import { mountText } from "../../embedded/toolchain/kubernetes-plugin/texts";
import type { Obj } from "../../embedded/toolchain/plugin/values";

const event = (reason: string, message: string): Obj => ({ reason, message, metadata: { uid: message } });

const failedMount = (output: string): string =>
    'MountVolume.SetUp failed for volume "share" : mount failed: exit status 32\n' +
    "Mounting command: mount\n" +
    "Mounting arguments: -t nfs -o hard,nfsvers=4.2 10.96.0.7:/wrong /var/lib/kubelet/pods/1/volumes/kubernetes.io~nfs/share\n" +
    `Output: ${output}\n`;
const starting: Obj = { metadata: { name: "writer-0" }, status: { phase: "Pending" } };
const mounting = (output: string, pod = starting): string | undefined =>
    neverMounted(pod, [event("FailedMount", failedMount(output))]);

describe("a mount that fails", () => {
    it("stands when the server or the node refuses what is asked for, and says how it was called", () => {
        assert.equal(
            mounting("mount.nfs: mounting 10.96.0.7:/wrong failed, reason given by server: No such file or directory"),
            'Pod writer-0: MountVolume.SetUp failed for volume "share" : mount.nfs: mounting 10.96.0.7:/wrong failed, ' +
                "reason given by server: No such file or directory (mount -t nfs -o hard,nfsvers=4.2 10.96.0.7:/wrong)",
        );
        for (const output of [
            "mount.nfs: an incorrect mount option was specified for /var/lib/kubelet/x",
            "mount: /x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper",
            "mount.nfs: access denied by server while mounting 10.96.0.7:/share",
            "mount.nfs: Operation not permitted for 10.96.0.7:/share on /var/lib/kubelet/x",
            "mount.nfs: Protocol not supported for 10.96.0.7:/share on /var/lib/kubelet/x",
            "mount.nfs: requested NFS version or transport protocol is not supported for /var/lib/kubelet/x",
            "mount.nfs: No such device",
        ]) {
            assert.ok(mounting(output)?.includes(output), output);
        }
    });

    it("passes when the server is away, slow or starting", () => {
        for (const output of [
            "mount.nfs: Connection refused for 10.96.0.7:/share on /var/lib/kubelet/x",
            "mount.nfs: Connection timed out for 10.96.0.7:/share on /var/lib/kubelet/x",
            "mount.nfs: No route to host for 10.96.0.7:/share on /var/lib/kubelet/x",
            "mount.nfs: Stale file handle",
            "mount.nfs: Remote I/O error",
        ]) {
            assert.equal(mounting(output), undefined, output);
        }
        assert.equal(neverMounted(starting, [event("FailedMount", "Unable to attach or mount volumes")]), undefined);
        assert.equal(neverMounted(starting, []), undefined);
    });

    it("is over when it is followed by another, and when the pod has got an address", () => {
        const refused = event("FailedMount", failedMount("mount.nfs: access denied by server while mounting x"));
        const away = event("FailedMount", failedMount("mount.nfs: Connection refused for x"));
        assert.equal(neverMounted(starting, [refused, away]), undefined);
        assert.notEqual(neverMounted(starting, [away, refused, event("FailedScheduling", "x")]), undefined);
        const mounted = { ...starting, status: { phase: "Pending", podIP: "10.0.0.1" } };
        assert.equal(neverMounted(mounted, [refused]), undefined);
        assert.equal(neverMounted({ ...starting, status: { phase: "Running" } }, [refused]), undefined);
    });

    it("leaves other messages as they are", () => {
        assert.equal(mountText("Unable to attach or mount volumes"), "Unable to attach or mount volumes");
    });
});

const set: Obj = { kind: "StatefulSet", metadata: { name: "writer" }, spec: { replicas: 1 }, status: { replicas: 0 } };
const refusal = (why: string): string =>
    `create Pod writer-0 in StatefulSet writer failed error: pods "writer-0" is forbidden: ${why}`;
const admitted = (why: string, object = set): string | undefined =>
    neverAdmitted(object, [event("FailedCreate", refusal(why))]);
const FULL = "exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0";
const TAKEN = "exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1";

describe("a pod that is not admitted", () => {
    it("never is when its own form is what is refused", () => {
        for (const why of [
            'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
            "failed quota: small: must specify limits.cpu for: main; requests.cpu for: main",
            "maximum memory usage per Container is 32Mi, but limit is 256Mi",
            "minimum cpu usage per Pod is 100m, but request is 20m",
            'admission webhook "images.example.com" denied the request: not signed',
            FULL,
            "exceeded quota: small, requested: limits.memory=256Mi,pods=1, used: limits.memory=0,pods=3, limited: limits.memory=1Mi,pods=3",
        ]) {
            assert.equal(admitted(why), refusal(why));
        }
    });

    it("may be later when others use the quota, or nobody could decide", () => {
        for (const why of [
            TAKEN,
            "exceeded quota: small, requested: pods=1, used: pods=10, limited: pods=10",
            'failed calling webhook "images.example.com": connection refused',
            "error looking up service account lab/default: serviceaccount not found",
        ]) {
            assert.equal(admitted(why), undefined, why);
        }
    });

    it("was, when the pod is there by now", () => {
        assert.equal(admitted(FULL, { ...set, status: { replicas: 1 } }), undefined);
    });

    it("is told of a Deployment by its condition", () => {
        const deployment = (why: string, updatedReplicas: number): Obj => ({
            kind: "Deployment",
            metadata: { name: "readers" },
            spec: { replicas: 2 },
            status: {
                updatedReplicas,
                conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: why }],
            },
        });
        assert.equal(neverAdmitted(deployment(FULL, 0), []), FULL);
        assert.equal(neverAdmitted(deployment(TAKEN, 1), []), undefined);
        assert.equal(neverAdmitted(deployment(FULL, 2), []), undefined, "a ReplicaSet of before");
    });
});

describe("a claim that names its volume", () => {
    const claim: Obj = { kind: "PersistentVolumeClaim", metadata: { namespace: "lab", name: "share", uid: "2" } };
    const volume = (claimRef: Obj | undefined): Obj => ({ metadata: { name: "vol" }, spec: { claimRef } });

    it("never gets one that is another's", () => {
        const text = neverBound(claim, volume({ namespace: "theirs", name: "data", uid: "9" }));
        assert.equal(text, "PersistentVolume vol is for PersistentVolumeClaim theirs/data");
    });

    it("never gets one that was bound to a claim of its name that is gone, and says what mends it", () => {
        const text = neverBound(claim, volume({ namespace: "lab", name: "share", uid: "1" }));
        assert.match(text ?? "", /bound to a claim of this name that is gone.*kubectl patch pv vol .*claimRef\/uid/);
    });

    it("gets one that is free, or kept for it, or its own", () => {
        for (const claimRef of [
            undefined,
            { namespace: "lab", name: "share" },
            { namespace: "lab", name: "share", uid: "2" },
        ]) {
            assert.equal(neverBound(claim, volume(claimRef)), undefined);
        }
        assert.equal(neverBound(claim, undefined), undefined);
    });
});
