// This repository's own stack before its own policy packs: it passes, and what
// is broken in it on purpose is found.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ResourceTransform, runtime } from "@pulumi/pulumi";
import { deployed, nothingYet } from "../components/cluster";
import type { Pack, PolicyConfig, Violation } from "../harness/analyzer";
import { ApiServer } from "../harness/api-server";
import { type ProvisionOptions, provision } from "../harness/engine";
import { program } from "../harness/program";
import { policiesFolder, startPack } from "./packs";

const config = {
    "nfs-storage-stack:context": "lab",
    "nfs-storage-stack:registryServer": "127.0.0.1:5000",
    "nfs-storage-stack:clientNetworks": ["10.0.0.0/24"],
};

function brokenProgram(broken?: ResourceTransform): Promise<unknown> {
    if (broken) runtime.registerResourceTransform(broken);
    return program();
}

type Spec = Record<string, never> & { template: { spec: { containers: object[] } } };
/** Changes the spec of one resource. */
const spec =
    (isIt: (type: string, name: string) => boolean, change: (spec: Spec) => object): ResourceTransform =>
    ({ type, name, props, opts }) =>
        isIt(type, name) ? { props: { ...props, spec: change(props.spec) }, opts } : undefined;

describe("this repository's stack and its policies", function () {
    this.timeout(60_000);
    let pack: Pack;
    let cluster: ApiServer;
    before(async () => {
        [cluster, pack] = await Promise.all([ApiServer.start(), startPack("all")]);
        const own = JSON.parse(readFileSync(join(policiesFolder, "config.json"), "utf8")) as Record<
            string,
            PolicyConfig
        >;
        const names = (await pack.info()).policies.map(({ name }) => name);
        assert.deepEqual(
            Object.keys(own).filter((name) => !names.includes(name)),
            [],
            "there is no such policy",
        );
        await pack.configure(own);
    });
    after(() => Promise.all([cluster.stop(), pack.stop()]));

    async function found(options: ProvisionOptions, broken?: ResourceTransform): Promise<Violation[]> {
        const provisioned = await provision(() => brokenProgram(broken), {
            project: "nfs-storage-stack",
            stack: "dev",
            ...options,
            config: { ...config, "nfs-storage-stack:kubeconfig": cluster.kubeconfig, ...options.config },
        });
        return (await pack.judge(provisioned)).violations;
    }
    const brief = (violations: readonly Violation[], level = "mandatory"): string[] =>
        violations.filter((one) => one.level === level).map(({ policy, resource }) => `${policy}: ${resource}`);

    it("get on with each other after an `up`, with nothing left unjudged", async () => {
        assert.deepEqual(await found({ outputs: deployed }), []);
    });

    it("get on in the first preview, which says what it can't judge yet", async () => {
        const violations = await found({ preview: true, outputs: nothingYet });
        assert.deepEqual(brief(violations), []);
        assert.deepEqual(brief(violations, "advisory").sort(), [
            "claim-is-bound: nfs-volume",
            "delay-is-within-limits: nfs-check",
            "evidence-has-passed: nfs-check",
            "evidence-is-of-this-revision: nfs-check",
            "evidence-is-recent: nfs-check",
            // Part of what Ganesha reads names the claim, which is not there yet.
            "exports-are-not-world-open: nfs-server-configuration",
            "exports-squash-root: nfs-server-configuration",
            "ganesha-does-not-queue-locks: nfs-server-configuration",
            "ganesha-has-its-own-identity: nfs-server-configuration",
            "images-are-by-digest: nfs-check",
            "images-are-by-digest: nfs-readers",
            "images-are-by-digest: nfs-server",
            "images-are-by-digest: nfs-writer",
            "nfs-server-is-an-address: nfs-volume",
            "share-has-evidence: nfs-check",
        ]);
    });

    it("get on in production, whose data is retained and protected", async () => {
        const kept = { "nfs-storage-stack:retainData": true, "nfs-storage-stack:protectData": true };
        assert.deepEqual(await found({ stack: "prod", config: kept, outputs: deployed }), []);
    });

    it("do not in production without protection", async () => {
        assert.deepEqual(brief(await found({ stack: "prod", outputs: deployed })).sort(), [
            "data-is-retained-in-production: nfs-server-data",
            "data-is-retained-in-production: nfs-volume",
            "data-is-retained-in-production: nfs-volume",
        ]);
    });

    const breaks: { what: string; broken: ResourceTransform; finds: string[] }[] = [
        {
            what: "the volume is not reserved for the claim",
            broken: spec(
                (type) => type.endsWith(":PersistentVolume"),
                ({ claimRef: _, ...rest }) => rest,
            ),
            finds: ["volume-and-claim-name-each-other: nfs-volume"],
        },
        {
            what: "the server has no probe for its liveness",
            broken: spec(
                (type, name) => type.endsWith(":StatefulSet") && name.includes("server"),
                (set) => ({
                    ...set,
                    template: {
                        ...set.template,
                        spec: {
                            ...set.template.spec,
                            containers: set.template.spec.containers.map((one) => ({
                                ...one,
                                livenessProbe: undefined,
                            })),
                        },
                    },
                }),
            ),
            finds: ["containers-have-three-probes: nfs-server"],
        },
        {
            what: "the share is mounted soft",
            broken: spec(
                (type) => type.endsWith(":PersistentVolume"),
                (volume) => ({ ...volume, mountOptions: ["nfsvers=4.2", "soft"] }),
            ),
            finds: ["nfs-mounts-are-hard: nfs-volume"],
        },
    ];
    for (const { what, broken, finds } of breaks) {
        it(`do not when ${what}`, async () => {
            assert.deepEqual(brief(await found({ outputs: deployed }, broken)), finds);
        });
    }

    it("do not without a NetworkPolicy", async () => {
        const none = { "nfs-storage-stack:networkPolicy": false };
        assert.deepEqual(brief(await found({ outputs: deployed, config: none })), [
            "nfs-server-has-a-network-policy: nfs-server",
        ]);
    });
});
