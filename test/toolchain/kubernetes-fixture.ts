// What tests of Pulumi programs on a running cluster (TEST_KUBECONFIG) share: a
// namespace of their own, and a hand that plays the kubelet: pods here name a
// scheduler that does not exist, so that nothing but the test changes their
// status, whether the cluster has nodes or not.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { connect } from "../../kube-api";
import { Api } from "./api";

export function testKubeconfig(): string {
    const path = process.env.TEST_KUBECONFIG;
    assert.ok(path, "TEST_KUBECONFIG must name the kubeconfig of a running cluster; make test-cluster sets it");
    return path;
}

export const testApi = async (): Promise<Api> => new Api(await connect({ kubeconfig: testKubeconfig() }));

/** A namespace that no other run uses. */
export const freshNamespace = (): string => `program-test-${process.pid}-${Math.random().toString(36).slice(2, 7)}`;

export async function makeNamespace(api: Api, name: string): Promise<void> {
    await api.ask("/api/v1/namespaces", { method: "POST", body: object("v1", "Namespace", { name }) });
}

export async function removeNamespace(api: Api, name: string): Promise<void> {
    await api.ask(`/api/v1/namespaces/${name}`, { method: "DELETE" }).catch(() => {});
}

export const object = (apiVersion: string, kind: string, metadata: Obj, rest: Obj = {}): Obj => ({
    apiVersion,
    kind,
    metadata,
    ...rest,
});

/** Of a pod that no kubelet takes. */
export const idlePodSpec = (spec: Obj = {}): Obj => ({
    schedulerName: "nobody",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image: "example.invalid/none" }],
    ...spec,
});

/** Plays the kubelet, as soon as the pod is there. */
export async function setPodStatus(api: Api, namespace: string, name: string, status: Obj): Promise<void> {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await api.seen(pods, { fieldSelector: `metadata.name=${name}` }, (found) => found.length > 0);
    await mergePatch(api, `${pods}/${name}/status`, { status });
}

export const mergePatch = (api: Api, path: string, body: Obj, fieldManager = "test"): Promise<Obj> =>
    api.ask(path, { method: "PATCH", contentType: "application/merge-patch+json", body, query: { fieldManager } });

/** Of a PersistentVolume whose server nobody asks. */
export const NFS = {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteMany"],
    nfs: { server: "192.0.2.1", path: "/x" },
};

const condition = (type: string, status: string, rest: Obj = {}): Obj => ({ type, status, ...rest });

export const statuses = {
    ready: {
        phase: "Running",
        podIP: "10.254.0.9",
        podIPs: [{ ip: "10.254.0.9" }],
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => condition(type, "True")),
        containerStatuses: [{ ...container(), ready: true, state: { running: { startedAt: "2026-01-01T00:00:00Z" } } }],
    },
    succeeded: (message: string): Obj => ({
        phase: "Succeeded",
        conditions: [condition("PodScheduled", "True"), condition("Initialized", "True"), condition("Ready", "False")],
        containerStatuses: [
            { ...container(), ready: false, state: { terminated: { exitCode: 0, reason: "Completed", message } } },
        ],
    }),
    /** Its containers are ready; a gate is not. */
    held: {
        phase: "Running",
        conditions: [
            ...["PodScheduled", "Initialized", "ContainersReady"].map((type) => condition(type, "True")),
            condition("Ready", "False", { reason: "ReadinessGatesNotReady", message: "the gate is not set" }),
        ],
        containerStatuses: [{ ...container(), ready: true, state: { running: {} } }],
    },
    crashing: (message: string): Obj => ({
        phase: "Running",
        conditions: [
            condition("PodScheduled", "True"),
            condition("Initialized", "True"),
            condition("Ready", "False", {
                reason: "ContainersNotReady",
                message: "containers with unready status: [main]",
            }),
        ],
        containerStatuses: [
            {
                ...container(),
                ready: false,
                restartCount: 3,
                state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" } },
                lastState: { terminated: { exitCode: 7, reason: "Error", message } },
            },
        ],
    }),
};

function container(): Obj {
    return { name: "main", image: "example.invalid/none", imageID: "", restartCount: 0 };
}
