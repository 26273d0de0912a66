// This repository's own stack before its own policy packs: it passes, and what
// is broken in it on purpose is found.
import assert from "node:assert/strict";
import { type ResourceTransform, runtime } from "@pulumi/pulumi";
import { nothingYet, ready } from "../components/cluster";
import { Pack, type Violation } from "../harness/analyzer";
import { type ProvisionOptions, provision } from "../harness/engine";

const config = {
    "nfs-storage-stack:context": "lab",
    "nfs-storage-stack:registryServer": "127.0.0.1:5000",
    "nfs-storage-stack:clientNetworks": ["10.0.0.1/32"],
};

/** The program anew: a module is loaded once, a deployment runs it each time. */
function program(broken?: ResourceTransform): unknown {
    if (broken) runtime.registerResourceTransform(broken);
    const path = require.resolve("../../index");
    delete require.cache[path];
    return require(path);
}

describe("this repository's stack and its policies", function () {
    this.timeout(60_000);
    const packs: Pack[] = [];
    before(async () => {
        for (const name of ["bindings", "probes"]) packs.push(await Pack.start(name));
    });
    after(() => Promise.all(packs.map((pack) => pack.stop())));

    async function violations(options: ProvisionOptions, broken?: ResourceTransform): Promise<Violation[]> {
        const project = "nfs-storage-stack";
        const provisioned = await provision(() => program(broken), { project, stack: "dev", config, ...options });
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
