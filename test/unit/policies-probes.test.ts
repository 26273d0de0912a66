import assert from "node:assert/strict";
import fc from "fast-check";
import { judge } from "../../policies/probes/three-probes";
import { isUnjudged, type KubernetesObject, type Problem, UNKNOWN } from "../../policies/shared/src";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

function problems(object: KubernetesObject): Problem[] {
    const found = judge(object);
    assert.ok(found !== "not applicable");
    return found.filter((finding): finding is Problem => !isUnjudged(finding));
}

const pod = (spec: Record<string, unknown>): KubernetesObject => ({
    urn: "urn",
    resource: "pod",
    group: "core",
    kind: "Pod",
    value: { metadata: { name: "pod" }, spec },
});
const withProbes = (names: readonly string[], more: object = {}) => ({
    ...Object.fromEntries(names.map((name) => [name, { tcpSocket: { port: 1 } }])),
    ...more,
});

const container = fc.record({ probes: fc.subarray(PROBES), name: fc.stringMatching(/^[a-z]{1,8}$/) });

describe("rule about probes", () => {
    it("names, of each container, exactly the probes that are missing", () => {
        fc.assert(
            fc.property(fc.array(container, { maxLength: 5 }), (containers) => {
                const found = problems(
                    pod({ containers: containers.map((c) => withProbes(c.probes, { name: c.name })) }),
                );
                const expected = containers
                    .map((c) => ({ name: c.name, missing: PROBES.filter((probe) => !c.probes.includes(probe)) }))
                    .filter(({ missing }) => missing.length > 0);
                assert.equal(found.length, expected.length);
                found.forEach((problem, index) => {
                    assert.ok(problem.subject.includes(`container "${expected[index]?.name}"`));
                    assert.deepEqual(problem.found.match(/\w+Probe/g), expected[index]?.missing);
                });
            }),
        );
    });

    it("counts a probe that asks nothing as none, and one not known yet as one", () => {
        const containers = (livenessProbe: unknown) => ({
            containers: [withProbes(["startupProbe", "readinessProbe"], { name: "a", livenessProbe })],
        });
        assert.equal(problems(pod(containers({}))).length, 1);
        assert.equal(problems(pod(containers({ periodSeconds: 3 }))).length, 1);
        assert.equal(problems(pod(containers(UNKNOWN))).length, 0);
        assert.equal(problems(pod(containers({ exec: UNKNOWN }))).length, 0);
    });

    it("exempts what ends by itself, and nothing that goes on running", () => {
        const bare = (restartPolicy?: string) => ({ name: "bare", ...(restartPolicy && { restartPolicy }) });
        const count = (spec: Record<string, unknown>) => problems(pod(spec)).length;
        assert.equal(count({ initContainers: [bare()], containers: [] }), 0);
        assert.equal(count({ initContainers: [bare("Always")], containers: [] }), 1);
        assert.equal(count({ containers: [bare()], restartPolicy: "Never" }), 0);
        assert.equal(count({ containers: [bare()], restartPolicy: "OnFailure" }), 0);
        assert.equal(count({ containers: [bare()], restartPolicy: "Always" }), 1);
        assert.equal(count({ containers: [bare()], restartPolicy: UNKNOWN }), 0);
        assert.equal(count({ containers: [bare("Never"), bare()] }), 1);
    });

    it("looks into every kind of workload, of every version, and at nothing else", () => {
        const template = { spec: { containers: [{ name: "bare" }] } };
        const of = (group: string, kind: string) => ({
            urn: "u",
            resource: "r",
            group,
            kind,
            value: { spec: { template } },
        });
        for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]) {
            assert.equal(problems(of("apps", kind)).length, 1, kind);
            assert.equal(problems(of("extensions", kind)).length, 1, kind);
        }
        assert.equal(problems(of("core", "ReplicationController")).length, 1);
        assert.equal(problems(of("batch", "Job")).length, 0);
        assert.equal(judge(of("core", "Service")), "not applicable");
    });
});
