// What is not waited for to the end, because it does not mend itself.
import assert from "node:assert/strict";
import { beyondHope } from "../../embedded/toolchain/kubernetes-plugin/hopeless";
import type { Obj } from "../../embedded/toolchain/plugin/values";

const waiting = (reason: string, message = "", rest: Obj = {}): Obj => ({
    name: "main",
    state: { waiting: { reason, message } },
    ...rest,
});
const pod = (status: Obj, metadata: Obj = {}): Obj => ({
    kind: "Pod",
    metadata: { name: "one-0", ...metadata },
    status: { containerStatuses: [status] },
});
const crashing = (restartCount: number, terminated: Obj = { exitCode: 1, reason: "Error" }): Obj =>
    waiting("CrashLoopBackOff", "back-off", { restartCount, lastState: { terminated } });
const hopeless = (status: Obj): boolean => beyondHope(pod(status), [], []);

const NOT_THERE =
    'Back-off pulling image "r:1/a@sha256:00": ErrImagePull: failed to resolve reference "r:1/a@sha256:00": r:1/a@sha256:00: not found';

describe("what does not mend itself", () => {
    it("is an image that can't be named, or that the registry does not have or give out", () => {
        assert.ok(hopeless(waiting("InvalidImageName")));
        for (const reason of ["ErrImagePull", "ImagePullBackOff"]) {
            assert.ok(hopeless(waiting(reason, NOT_THERE)), reason);
            assert.ok(hopeless(waiting(reason, "pull access denied, repository does not exist")), reason);
            assert.ok(hopeless(waiting(reason, "unexpected status from HEAD request: 401 Unauthorized")), reason);
        }
    });

    it("is not a registry that is away, slow or busy", () => {
        for (const message of [
            "dial tcp 10.0.0.1:5000: connect: connection refused",
            "dial tcp: lookup registry.test: no such host",
            "unexpected status from GET request: 503 Service Unavailable",
            "429 Too Many Requests",
            "context deadline exceeded",
        ]) {
            assert.ok(!hopeless(waiting("ImagePullBackOff", message)), message);
        }
    });

    it("is a container that has failed three times, not one that came too early", () => {
        assert.ok(hopeless(crashing(2)));
        const ended = { name: "main", restartCount: 2, state: { terminated: { exitCode: 1, reason: "Error" } } };
        assert.ok(hopeless(ended));
        assert.ok(!hopeless({ ...ended, restartCount: 1 }));
        assert.ok(!hopeless(crashing(1)));
        assert.ok(!hopeless({ name: "main", restartCount: 9, state: { running: {} } }));
    });

    it("is not a container that ended well, or that went with its node", () => {
        assert.ok(!hopeless(crashing(5, { exitCode: 0, reason: "Completed" })));
        assert.ok(!hopeless(crashing(5, { exitCode: 255, reason: "Unknown" })));
        assert.ok(!hopeless(crashing(5, { exitCode: 137, reason: "ContainerStatusUnknown" })));
    });

    it("is not what goes away anyway", () => {
        const going = pod(crashing(5), { deletionTimestamp: "2026-01-01T00:00:00Z" });
        assert.ok(!beyondHope(going, [], []));
    });
});

describe("an object whose pods do not mend themselves", () => {
    const set = (status: Obj): Obj => ({ kind: "StatefulSet", metadata: { generation: 2 }, status });
    const ofSet = pod(crashing(3), { labels: { "controller-revision-hash": "new" } });

    it("is a StatefulSet with such a pod of its newest revision", () => {
        assert.ok(beyondHope(set({ observedGeneration: 2, updateRevision: "new" }), [ofSet], []));
    });

    it("is not a StatefulSet that is being corrected: the pod is of the revision before", () => {
        assert.ok(!beyondHope(set({ observedGeneration: 2, updateRevision: "newer" }), [ofSet], []));
        assert.ok(!beyondHope(set({ observedGeneration: 1, updateRevision: "new" }), [ofSet], []));
    });

    const revision = (number: string): Obj => ({
        generation: 2,
        annotations: { "deployment.kubernetes.io/revision": number },
    });
    const deployment = (number: string): Obj => ({
        kind: "Deployment",
        metadata: revision(number),
        status: { observedGeneration: 2 },
    });
    const replicaSets = ["1", "2"].map((number) => ({
        kind: "ReplicaSet",
        metadata: { ...revision(number), uid: `uid-${number}` },
    }));
    const ofFirst = pod(waiting("ImagePullBackOff", NOT_THERE), { ownerReferences: [{ uid: "uid-1" }] });

    it("is a Deployment with such a pod of its newest ReplicaSet only", () => {
        assert.ok(beyondHope(deployment("1"), [ofFirst], replicaSets));
        assert.ok(!beyondHope(deployment("2"), [ofFirst], replicaSets));
        assert.ok(!beyondHope(deployment("3"), [ofFirst], replicaSets));
    });

    it("is not a Service, whose pods are somebody else's", () => {
        assert.ok(!beyondHope({ kind: "Service", metadata: {} }, [ofFirst], replicaSets));
    });
});
