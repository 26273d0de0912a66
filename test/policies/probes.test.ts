// The pack `probes`, run as the engine runs it, on stacks good and bad.
import assert from "node:assert/strict";
import { Pack } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { late, probed, unprobed, workloads } from "./stacks";

describe("policy pack probes", () => {
    let pack: Pack;
    before(async function () {
        this.timeout(60_000); // a busy machine takes its time to load the SDK
        pack = await Pack.start("probes");
    });
    after(() => pack.stop());

    it("passes workloads whose containers have the three probes, or need none", async () => {
        const good = await provision(
            () =>
                void workloads({
                    containers: [probed],
                    initContainers: [unprobed, { ...probed, name: "beside", restartPolicy: "Always" }],
                }),
        );
        assert.deepEqual(await pack.judge(good), []);
    });

    it("names each long-running container without them, and what is missing", async () => {
        const { livenessProbe: _, ...forgotten } = probed;
        const bad = await provision(
            () =>
                void workloads({
                    containers: [probed, { ...forgotten, name: "forgotten" }],
                    initContainers: [{ ...unprobed, name: "beside", restartPolicy: "Always" }],
                }),
        );
        const violations = await pack.judge(bad);
        assert.deepEqual(
            violations.map(({ resource, level }) => `${resource} ${level}`).sort(),
            ["daemon-set", "deployment", "pod", "stateful-set"].flatMap((name) => [
                `${name} mandatory`,
                `${name} mandatory`,
            ]),
        );
        assert.deepEqual(
            violations.filter(({ resource }) => resource === "deployment").map(({ message }) => message),
            [
                [
                    "Every long-running container has a startup, a readiness and a liveness probe.",
                    'Deployment web/app, container "beside" (spec.template.spec.initContainers[0]): found no startupProbe, no readinessProbe and no livenessProbe.',
                    "Wanted: startupProbe, readinessProbe and livenessProbe on every container that goes on running, each with one of httpGet, exec, tcpSocket and grpc.",
                    'To mend: add startupProbe, readinessProbe and livenessProbe; if it can do without, add { resource: "deployment", container: "beside", reason: "..." } to the policy\'s configuration.',
                    "More: docs/policies/containers-have-three-probes.md",
                ].join("\n"),
                [
                    "Every long-running container has a startup, a readiness and a liveness probe.",
                    'Deployment web/app, container "forgotten" (spec.template.spec.containers[1]): found no livenessProbe.',
                    "Wanted: startupProbe, readinessProbe and livenessProbe on every container that goes on running, each with one of httpGet, exec, tcpSocket and grpc.",
                    'To mend: add livenessProbe; if it can do without, add { resource: "deployment", container: "forgotten", reason: "..." } to the policy\'s configuration.',
                    "More: docs/policies/containers-have-three-probes.md",
                ].join("\n"),
            ],
        );
    });

    it("judges a preview, but nothing that is not known yet", async () => {
        const preview = await provision(
            () =>
                void workloads({
                    containers: [
                        { ...probed, image: late("app"), livenessProbe: late({ httpGet: { port: 80 } }) },
                        { ...unprobed, image: late("bare") },
                    ],
                }),
            { preview: true },
        );
        const violations = await pack.judge(preview);
        assert.deepEqual(violations.map(({ resource }) => resource).sort(), [
            "daemon-set",
            "deployment",
            "pod",
            "stateful-set",
        ]);
        for (const { message } of violations) assert.match(message, /container "bare"/);
    });

    it("lets a container off that its configuration names with a reason", async () => {
        await pack.configure("containers-have-three-probes", {
            exemptions: [{ resource: "deployment", container: "bare", reason: "it only sleeps" }],
        });
        const bad = await provision(() => void workloads({ containers: [probed, unprobed] }));
        const resources = (await pack.judge(bad)).map(({ resource }) => resource).sort();
        assert.deepEqual(resources, ["daemon-set", "pod", "stateful-set"]);
    });
});
