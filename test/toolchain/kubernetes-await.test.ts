// What Pulumi's own Kubernetes plugin waits for, and what it says meanwhile and
// in vain: each kind that the stack uses, through the CLI, with pods that run.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { mergePatch, object } from "./kubernetes-fixture";
import { bad, deployment, destroy, good, namespaceOf, program, type Wanted, workbench } from "./kubernetes-program";
import type { Project } from "./project";
import { shellImage } from "./shell-image";

const SECONDS = 10;

describe("a program on Pulumi's own Kubernetes plugin, waiting", function () {
    this.timeout(240_000);
    const { project, fresh, cluster } = workbench();
    let api: Api;
    let stack: Project;
    let namespace: string;
    let image: string;
    before(async () => {
        api = cluster();
        image = await shellImage();
        namespace = fresh();
        stack = await project(program(resources(false)));
    });

    const resources = (corrected: boolean): Wanted[] => {
        const metadata = (name: string, more: Obj = {}): Obj => ({ namespace: "@ns.metadata.name", name, ...more });
        const pod = (script: string, more: Obj = {}, container: Obj = {}): Obj => ({
            terminationGracePeriodSeconds: 0,
            containers: [{ name: "main", image, command: ["/bin/sh", "-c", script], ...container }],
            ...more,
        });
        const labels = (app: string): Obj => ({ selector: { matchLabels: { app } } });
        const template = (app: string, spec: Obj): Obj => ({ template: { metadata: { labels: { app } }, spec } });
        const timeout = corrected ? "60s" : `${SECONDS}s`;
        const options = { customTimeouts: { create: timeout, update: timeout } };
        const probe = { exec: { command: ["/bin/test", "-e", "/ready"] }, periodSeconds: 1 };
        const check = corrected
            ? 'echo \'{"verdict":"passed"}\' > /dev/termination-log'
            : "echo reading; echo 'record 17 is torn' > /dev/termination-log; exit 3";
        const serve = `${corrected ? ": > /ready" : "echo 'share is read-only'"}; while true; do sleep 1; done`;
        const volume = `${namespace}-volume`;
        const capacity = { accessModes: ["ReadWriteMany"], storageClassName: "" };
        return [
            namespaceOf(namespace, { customTimeouts: { delete: "15s" } }),
            {
                type: "core/v1/Pod",
                name: "check",
                args: {
                    metadata: metadata("check"),
                    spec: pod(check, {
                        restartPolicy: "Never",
                        readinessGates: [{ conditionType: "example.com/succeeded" }],
                    }),
                },
                options,
            },
            {
                type: "apps/v1/StatefulSet",
                name: "server",
                args: {
                    metadata: metadata("server"),
                    spec: {
                        ...labels("server"),
                        serviceName: "none",
                        podManagementPolicy: "Parallel",
                        ...template("server", pod(serve, {}, { readinessProbe: probe })),
                    },
                },
                options,
            },
            {
                type: "apps/v1/Deployment",
                name: "readers",
                args: {
                    metadata: metadata("readers"),
                    spec: {
                        ...labels("readers"),
                        ...template(
                            "readers",
                            pod("sleep 3600", { serviceAccountName: corrected ? "default" : "nobody" }),
                        ),
                    },
                },
                options,
            },
            {
                type: "core/v1/PersistentVolume",
                name: "volume",
                args: {
                    metadata: { name: volume },
                    spec: { ...capacity, capacity: { storage: "1Gi" }, nfs: { server: "192.0.2.1", path: "/" } },
                },
            },
            {
                type: "core/v1/PersistentVolumeClaim",
                name: "claim",
                args: {
                    metadata: metadata("claim"),
                    spec: {
                        ...capacity,
                        volumeName: volume,
                        resources: { requests: { storage: "1Gi" } },
                    },
                },
                options: { dependsOn: ["volume"] },
            },
        ];
    };
    let failed = "";
    const says = (...facts: RegExp[]): void => {
        for (const fact of facts) assert.match(failed, fact);
    };

    it("gives up after the custom timeout on each that does not become ready, all in one run", async () => {
        failed = bad(await stack.up());
        const first = failed.search(/timed out waiting/);
        for (const name of ["check", "server", "readers"]) {
            assert.match(failed, new RegExp(`'${name}' timed out waiting to be Ready`));
            const begun = failed.search(new RegExp(` ${name} creating`));
            assert.ok(begun !== -1 && begun < first, `each waits by itself, not one after the other:\n${failed}`);
        }
    });
    it("says of a run-once Pod what it left as its last word", () => {
        says(/\[Pod \S+\/check\]: \[Error\] record 17 is torn/);
    });
    it("says of a StatefulSet how many Pods are ready, and which container is not", () => {
        says(
            /0 out of 1 replicas succeeded readiness checks/,
            /\[Pod \S+\/server-0\]: containers with unready status: \[main\]/,
        );
    });
    it("says of a Deployment that it has no Pods", () => {
        says(/Minimum number of live Pods was not attained/);
    });

    it("keeps what was made in the state, with what is wrong with it", async () => {
        const { resources: kept, pending_operations: pending } = await deployment(stack);
        const unwell = kept.filter((one: Obj) => one.initErrors?.length > 0);
        assert.deepEqual(
            unwell.map((one: Obj) => one.id).sort(),
            ["check", "readers", "server"].map((name) => `${namespace}/${name}`),
        );
        assert.deepEqual(pending ?? [], []);
    });

    it("goes on from there when the program is corrected", async () => {
        await stack.write(program(resources(true), { containers: "check.status.containerStatuses" }));
        good(await stack.up());
        const kept = (await deployment(stack)).resources;
        assert.deepEqual(
            kept.filter((one: Obj) => one.initErrors?.length > 0),
            [],
        );
        assert.match(await stack.output("containers"), /"message":"{\\"verdict\\":\\"passed\\"}/);
        const claim = kept.find((one: Obj) => one.id === `${namespace}/claim`);
        assert.equal(claim.outputs.status.phase, "Bound");
    });

    it("deletes in order, and fails when a namespace does not go, until it does", async () => {
        const stuck = object("v1", "ConfigMap", { namespace, name: "stuck", finalizers: ["example.com/hold"] });
        await api.ask(`/api/v1/namespaces/${namespace}/configmaps`, { method: "POST", body: stuck });
        bad(await destroy(stack));
        await mergePatch(api, `/api/v1/namespaces/${namespace}/configmaps/stuck`, { metadata: { finalizers: null } });
        good(await destroy(stack));
        assert.deepEqual(await api.list("/api/v1/namespaces", { fieldSelector: `metadata.name=${namespace}` }), []);
    });
});
