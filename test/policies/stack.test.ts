// This repository's own stack before its own policy packs: it passes, and what
// is broken in it on purpose is found.
import assert from "node:assert/strict";
import { type ResourceTransform, runtime } from "@pulumi/pulumi";
import { nothingYet, ready } from "../components/cluster";
import { Pack, type Violation } from "../harness/analyzer";
import { ApiServer } from "../harness/api-server";
import { type ProvisionOptions, provision } from "../harness/engine";
import { program } from "../harness/program";

const config = {
    "nfs-storage-stack:context": "lab",
    "nfs-storage-stack:registryServer": "127.0.0.1:5000",
    "nfs-storage-stack:clientNetworks": ["10.0.0.0/24"],
};

function brokenProgram(broken?: ResourceTransform): Promise<unknown> {
    if (broken) runtime.registerResourceTransform(broken);
    return program();
}

describe("this repository's stack and its policies", function () {
    this.timeout(60_000);
    const packs: Pack[] = [];
    let cluster: ApiServer;
    before(async () => {
        cluster = await ApiServer.start();
        for (const name of ["bindings", "probes"]) packs.push(await Pack.start(name));
    });
    after(() => Promise.all([cluster.stop(), ...packs.map((pack) => pack.stop())]));

    async function violations(options: ProvisionOptions, broken?: ResourceTransform): Promise<Violation[]> {
        const project = "nfs-storage-stack";
        const provisioned = await provision(() => brokenProgram(broken), {
            project,
            stack: "dev",
            config: { ...config, "nfs-storage-stack:kubeconfig": cluster.kubeconfig },
            ...options,
        });
        const found: Violation[] = [];
        for (const pack of packs) found.push(...(await pack.judge(provisioned)));
        return found;
    }

    it("get on with each other, in the first preview and after an `up`", async () => {
        assert.deepEqual(await violations({ preview: true, outputs: nothingYet }), []);
        assert.deepEqual(await violations({ outputs: ready }), []);
    });

    it("do not when the volume is not reserved for the claim", async () => {
        const found = await violations({ outputs: ready }, ({ type, props, opts }) => {
            if (!type.endsWith(":PersistentVolume")) return undefined;
            const { claimRef: _, ...spec } = props.spec;
            return { props: { ...props, spec }, opts };
        });
        assert.deepEqual(
            found.map(({ policy }) => policy),
            ["volume-and-claim-name-each-other"],
        );
    });

    it("do not when the server has no probe for its liveness, also in a preview", async () => {
        const found = await violations({ preview: true, outputs: nothingYet }, ({ type, name, props, opts }) => {
            if (!type.endsWith(":StatefulSet") || !name.includes("server")) return undefined;
            const { template } = props.spec;
            const containers = template.spec.containers.map((container: object) => ({
                ...container,
                livenessProbe: undefined,
            }));
            const spec = { ...props.spec, template: { ...template, spec: { ...template.spec, containers } } };
            return { props: { ...props, spec }, opts };
        });
        assert.deepEqual(
            found.map(({ policy }) => policy),
            ["containers-have-three-probes"],
        );
        assert.match(found[0]?.message ?? "", /found no livenessProbe\./);
    });
});
