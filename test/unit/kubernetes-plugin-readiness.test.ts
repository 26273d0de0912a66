// When objects count as ready, and what is said while they do not.
import assert from "node:assert/strict";
import { eventLines, logBlock } from "../../embedded/toolchain/kubernetes-plugin/diagnosis";
import { logsWanted, podConcern, podFacts, podProgress } from "../../embedded/toolchain/kubernetes-plugin/pods";
import { judge, podSelector, remains } from "../../embedded/toolchain/kubernetes-plugin/readiness";
import type { Obj } from "../../embedded/toolchain/plugin/values";

const nothing = { pods: [], endpointSlices: [] };
const metadata = (name: string, rest: Obj = {}): Obj => ({ name, namespace: "ns", ...rest });
const yes = (type: string): Obj => ({ type, status: "True" });
const no = (type: string, rest: Obj = {}): Obj => ({ type, status: "False", ...rest });
const state = (object: Obj, around = {}): string => judge(object, { ...nothing, ...around }).state;
const status = (object: Obj, around = {}): string => {
    const found = judge(object, { ...nothing, ...around });
    return found.state === "waiting" ? found.status : found.state;
};

const pod = (status: Obj, rest: Obj = {}): Obj => ({ kind: "Pod", metadata: metadata("check"), status, ...rest });
const scheduled = [yes("PodScheduled"), yes("Initialized")];

describe("readiness of a Pod", () => {
    it("is Ready or Succeeded", () => {
        assert.equal(state(pod({ phase: "Running", conditions: [yes("Ready")] })), "ready");
        assert.equal(state(pod({ phase: "Succeeded", conditions: [no("Ready")] })), "ready");
        assert.equal(state(pod({ phase: "Running", conditions: [no("Ready")] })), "waiting");
        assert.equal(state(pod({})), "waiting");
        assert.equal(state(pod({ phase: "Failed" })), "failed");
    });

    it("waits with a gate that is never set, and says so", () => {
        const gated = { spec: { readinessGates: [{ conditionType: "example.com/done" }] } };
        const text = podProgress(pod({ conditions: [...scheduled, yes("ContainersReady"), no("Ready")] }, gated));
        assert.match(text, /^\[3\/3\] Waiting for Pod ns\/check to succeed \(readiness gate example.com\/done/);
    });

    it("counts its steps and names what is in the way", () => {
        const unscheduled = no("PodScheduled", { reason: "Unschedulable", message: "0/2 nodes are available" });
        assert.equal(
            podProgress(pod({ conditions: [unscheduled] })),
            "[1/3] Waiting for Pod ns/check to be scheduled: Unschedulable: 0/2 nodes are available",
        );
        const init = pod({
            conditions: [yes("PodScheduled"), no("Initialized")],
            initContainerStatuses: [{ name: "prepare", state: { terminated: { exitCode: 2, message: "no space\n" } } }],
        });
        assert.equal(
            podProgress(init),
            "[2/3] Waiting for Pod ns/check to be initialized: container prepare: exit code 2: no space",
        );
    });

    it("does not take starting for a problem", () => {
        const starting = { name: "a", state: { waiting: { reason: "ContainerCreating" } } };
        assert.equal(podConcern(pod({ conditions: scheduled, containerStatuses: [starting] })), undefined);
    });

    it("names the node that does not answer", () => {
        const running = [{ name: "a", ready: true, state: { running: {} } }];
        const spec = { nodeName: "node-2" };
        const left = { conditions: [...scheduled, yes("ContainersReady"), no("Ready")], containerStatuses: running };
        assert.equal(podConcern(pod(left, { spec })), "node node-2 does not answer");
        const gated = { ...spec, readinessGates: [{ conditionType: "never" }] };
        assert.equal(podConcern(pod(left, { spec: gated })), undefined, "its gate is what keeps it unready");
        const ending = pod(left, { spec, metadata: metadata("p", { deletionTimestamp: "x" }) });
        assert.match(
            remains({ kind: "StatefulSet", metadata: {} }, [ending]),
            /ending on node node-2, which does not answer/,
        );
    });

    it("is explained by every fact of its status", () => {
        const broken = pod(
            {
                phase: "Running",
                conditions: [...scheduled, no("Ready", { reason: "ContainersNotReady", message: "unready: [a]" })],
                containerStatuses: [
                    {
                        name: "a",
                        restartCount: 2,
                        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
                        lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
                    },
                ],
            },
            { spec: { nodeName: "one" } },
        );
        assert.deepEqual(podFacts(broken), [
            "phase Running",
            "on node one",
            "condition Ready is False, ContainersNotReady: unready: [a]",
            "container a: waiting, CrashLoopBackOff: back-off, restarted 2 times",
            "container a: ended before with exit code 137 (OOMKilled)",
        ]);
        assert.deepEqual(logsWanted(broken), [{ container: "a", previous: true }]);
    });

    it("is explained by the beginning of a long termination message", () => {
        const message = `no such export${" ".repeat(3000)}end`;
        const ended = { name: "a", state: { terminated: { exitCode: 1, message } } };
        const [fact = ""] = podFacts(pod({ containerStatuses: [ended] })).filter((line) => /^container/.test(line));
        assert.match(fact, /^container a: ended with exit code 1: no such export/);
        assert.ok(fact.length < 500 && fact.endsWith("…"));
    });

    it("is explained by one of two ends that are the same", () => {
        const terminated = { exitCode: 1, message: "no such export" };
        const facts = (last: Obj): string[] =>
            podFacts(
                pod({ containerStatuses: [{ name: "a", state: { terminated }, lastState: { terminated: last } }] }),
            );
        assert.deepEqual(facts(terminated), ["container a: ended with exit code 1: no such export"]);
        assert.equal(facts({ exitCode: 137, reason: "OOMKilled" }).length, 2);
    });

    it("names an image once when it can't be pulled, and then says why", () => {
        const image = 'image "r:1/a@sha256:00"';
        const message = `Back-off pulling ${image}: ErrImagePull: failed to pull and unpack ${image}: failed to resolve reference "r:1/a@sha256:00": not found`;
        assert.equal(
            podConcern(pod({ containerStatuses: [{ name: "a", state: { waiting: { reason: "X", message } } }] })),
            `container a: X: Back-off pulling ${image}: ErrImagePull: not found`,
        );
    });

    it("asks for the log of the run before when the present one has hardly begun", () => {
        const last = { terminated: { exitCode: 1 } };
        const running = (startedAt: string): Obj =>
            pod({
                containerStatuses: [{ name: "a", ready: false, state: { running: { startedAt } }, lastState: last }],
            });
        assert.deepEqual(logsWanted(running(new Date().toISOString())), [{ container: "a", previous: true }]);
        assert.deepEqual(logsWanted(running("2020-01-01T00:00:00Z")), [{ container: "a", previous: false }]);
        const again = { name: "a", ready: true, state: { running: { startedAt: new Date().toISOString() } } };
        const retried = pod({ containerStatuses: [{ ...again, lastState: last }] });
        assert.deepEqual(logsWanted(retried), [{ container: "a", previous: true }]);
        const fine = { name: "b", ready: true, state: { running: {} } };
        const ended = { name: "c", state: { terminated: { exitCode: 0 } } };
        assert.deepEqual(logsWanted(pod({ containerStatuses: [fine, ended] })), []);
    });
});

describe("readiness of a StatefulSet", () => {
    const set = (status: Obj, spec: Obj = {}): Obj => ({
        kind: "StatefulSet",
        metadata: metadata("server", { generation: 2 }),
        spec: { replicas: 1, ...spec },
        status: { observedGeneration: 2, ...status },
    });
    const done = { readyReplicas: 1, updatedReplicas: 1, currentRevision: "b", updateRevision: "b" };

    it("is all Pods ready, of the revision asked for", () => {
        assert.equal(state(set(done)), "ready");
        assert.equal(state(set({ ...done, observedGeneration: 1 })), "waiting");
        assert.equal(state(set({ ...done, readyReplicas: 0 })), "waiting");
        assert.equal(state(set({ ...done, updatedReplicas: 0, currentRevision: "a" })), "waiting");
        assert.equal(
            state(set({ ...done, updatedReplicas: 0, currentRevision: "a" }, { updateStrategy: { type: "OnDelete" } })),
            "ready",
        );
    });

    it("names the Pod that is stuck rather than one that is starting", () => {
        const starting = pod({ conditions: scheduled }, { metadata: metadata("server-0") });
        const stuck = pod(
            {
                containerStatuses: [
                    { name: "a", state: { waiting: { reason: "ErrImagePull", message: "no such image" } } },
                ],
            },
            { metadata: metadata("server-1") },
        );
        assert.match(
            status(set({ ...done, readyReplicas: 0 }), { pods: [starting, stuck] }),
            /0\/1 Pods ready; Pod server-1: container a: ErrImagePull: no such image/,
        );
    });

    it("tells of a Pod of the revision before that Kubernetes will not replace", () => {
        const old = pod({}, { metadata: metadata("server-0", { labels: { "controller-revision-hash": "a" } }) });
        const rolling = { ...done, readyReplicas: 0, updatedReplicas: 0, currentRevision: "a" };
        assert.match(status(set(rolling), { pods: [old] }), /delete it, or use Parallel/);
        assert.doesNotMatch(status(set(rolling, { podManagementPolicy: "Parallel" }), { pods: [old] }), /Parallel/);
    });
});

describe("readiness of other kinds", () => {
    it("is, for a Deployment, all Pods new and available, and the old ones gone", () => {
        const deployment = (status: Obj): Obj => ({
            kind: "Deployment",
            metadata: metadata("readers", { generation: 1 }),
            spec: { replicas: 2 },
            status: { observedGeneration: 1, ...status },
        });
        assert.equal(state(deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 })), "ready");
        assert.equal(state(deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 2 })), "waiting");
        assert.equal(state(deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 })), "waiting");
        const forbidden = {
            type: "ReplicaFailure",
            status: "True",
            reason: "FailedCreate",
            message: "violates PodSecurity",
        };
        assert.match(status(deployment({ conditions: [forbidden] })), /\(FailedCreate: violates PodSecurity\)/);
    });

    it("is, for a claim, being bound, or being one that is bound when it is used", () => {
        const claim = (status: Obj, spec: Obj = {}): Obj => ({
            kind: "PersistentVolumeClaim",
            metadata: metadata("claim"),
            spec,
            status,
        });
        const later = { storageClass: { volumeBindingMode: "WaitForFirstConsumer" } };
        assert.equal(state(claim({ phase: "Bound" })), "ready");
        assert.equal(state(claim({ phase: "Pending" })), "waiting");
        assert.equal(state(claim({ phase: "Pending" }), later), "ready");
        assert.equal(state(claim({ phase: "Pending" }, { volumeName: "v" }), later), "waiting");
        assert.equal(state(claim({ phase: "Lost" })), "failed");
        const named = claim({ phase: "Pending" }, { volumeName: "v" });
        assert.match(status(named, { volume: null }), /bound to PersistentVolume v \(which is not there\), its phase/);
        assert.match(status(named), /bound to PersistentVolume v, its phase/);
    });

    it("is, for a Service, one ready endpoint, unless it has no Pods of its own", () => {
        const service = (spec: Obj): Obj => ({ kind: "Service", metadata: metadata("s"), spec });
        const slices = (ready: boolean): Obj => ({ endpointSlices: [{ endpoints: [{ conditions: { ready } }] }] });
        assert.equal(state(service({ selector: { a: "b" } }), slices(true)), "ready");
        assert.equal(state(service({ selector: { a: "b" } }), slices(false)), "waiting");
        assert.equal(state(service({ selector: { a: "b" }, clusterIP: "None" })), "ready");
        assert.equal(state(service({})), "ready");
        assert.equal(state(service({ type: "LoadBalancer" })), "waiting");
    });

    it("is, for a DaemonSet, a new Pod available on each node", () => {
        const set = (status: Obj): Obj => ({ kind: "DaemonSet", metadata: metadata("d"), spec: {}, status });
        const all = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 };
        const seen = { observedGeneration: metadata("d").generation ?? 0 };
        assert.equal(state(set({ ...seen, ...all })), "ready");
        assert.equal(state(set({ ...seen, ...all, updatedNumberScheduled: 1 })), "waiting");
        assert.equal(state(set({ ...seen, ...all, numberAvailable: 1 })), "waiting");
    });

    it("is, for a Job, its completion", () => {
        const job = (...conditions: Obj[]): Obj => ({
            kind: "Job",
            metadata: metadata("j"),
            spec: {},
            status: { conditions },
        });
        assert.equal(state(job(yes("Complete"))), "ready");
        assert.equal(state(job({ ...yes("Failed"), reason: "BackoffLimitExceeded", message: "too often" })), "failed");
        assert.equal(state(job()), "waiting");
    });

    it("is, for all that nobody has to start, to exist", () => {
        for (const kind of ["Namespace", "ConfigMap", "Secret", "ServiceAccount", "NetworkPolicy", "StorageClass"]) {
            assert.equal(state({ kind, metadata: metadata("x") }), "ready");
        }
    });
});

describe("what belongs to an object", () => {
    it("is found by its selector", () => {
        const matchExpressions = [
            { key: "c", operator: "In", values: ["d", "e"] },
            { key: "f", operator: "DoesNotExist" },
        ];
        const selector = { matchLabels: { a: "b" }, matchExpressions };
        assert.equal(podSelector({ kind: "Deployment", spec: { selector } }), "a=b,c in (d,e),!f");
        assert.equal(podSelector({ kind: "Service", spec: { selector: { a: "b" } } }), "a=b");
        assert.equal(podSelector({ kind: "ConfigMap" }), undefined);
    });

    it("is named while the object is being deleted", () => {
        const namespace = {
            kind: "Namespace",
            metadata: {},
            spec: { finalizers: ["kubernetes"] },
            status: {
                conditions: [{ type: "NamespaceContentRemaining", status: "True", message: "pods. has 1 instances" }],
            },
        };
        assert.equal(remains(namespace, []), ": pods. has 1 instances; finalizers: kubernetes");
        const ending = pod(
            {},
            {
                metadata: metadata("p", { deletionTimestamp: "x", deletionGracePeriodSeconds: 30 }),
                spec: { nodeName: "one" },
            },
        );
        assert.equal(
            remains({ kind: "StatefulSet", metadata: {} }, [ending]),
            ": Pod p is ending on node one (grace period 30 s)",
        );
    });
});

describe("a diagnosis", () => {
    it("says what differs only in ids and counts once, the newest last", () => {
        const event = (message: string, at: number, count = 1): Obj => ({
            reason: "R",
            message,
            count,
            lastTimestamp: `2026-01-01T00:00:0${at}Z`,
        });
        assert.deepEqual(
            eventLines([
                event("mount 38e64b85-e41c-4a37-9cb8-c99edbf3106d failed", 3, 7),
                event("other", 2),
                event("(combined from similar events): mount 00000000-e41c-4a37-9cb8-c99edbf3106d failed", 1),
            ]),
            ["event R: other", "event R (7 times): mount 38e64b85-e41c-4a37-9cb8-c99edbf3106d failed"],
        );
    });

    it("quotes the last lines of a log, and says so when there are none", () => {
        const text = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
        const quoted = logBlock("a", true, `${text}\n`).split("\n");
        assert.equal(quoted[0], "last lines of the log of container a in its run before:");
        assert.equal(quoted.at(-1), "  | line 99");
        assert.ok(quoted.length <= 16);
        assert.equal(logBlock("a", false, "\n"), "container a wrote nothing to its log");
    });
});
