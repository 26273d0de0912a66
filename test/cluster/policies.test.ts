// The policy packs as people meet them: the CLI, a program with a violation for
// each pack, a cluster. What every policy says of which stack is tested through
// the engine's protocol, in test/policies.
import assert from "node:assert/strict";
import { join } from "node:path";
import { repository } from "../../commands/environment";
import { Project } from "../toolchain/project";
import { instance, sharedCluster } from "./instance";

const NAME = `policed-${process.pid}`;
const program = `
import * as kubernetes from "@pulumi/kubernetes";
const provider = new kubernetes.Provider("cluster", { kubeconfig: process.env.TEST_KUBECONFIG });
const name = "${NAME}";
const opts = { provider };
const volume = new kubernetes.core.v1.PersistentVolume("volume", {
    metadata: { name },
    spec: {
        capacity: { storage: "1Gi" }, accessModes: ["ReadWriteMany"], storageClassName: "",
        nfs: { server: "nfs.storage.svc", path: "/share" }, mountOptions: ["soft"],
    },
}, opts);
new kubernetes.core.v1.PersistentVolumeClaim("claim", {
    metadata: { name, namespace: "default" },
    spec: {
        accessModes: ["ReadWriteMany"], storageClassName: "", volumeName: name,
        resources: { requests: { storage: "1Gi" } },
    },
// Nothing is wrong with it: made before the volume is judged, it would wait for that in vain.
}, { ...opts, dependsOn: [volume] });
new kubernetes.apps.v1.Deployment("writer", {
    metadata: { name, namespace: "default" },
    spec: {
        selector: { matchLabels: { name } },
        template: {
            metadata: { labels: { name } },
            spec: {
                containers: [{ name: "writer", image: "example.invalid/none", volumeMounts: [{ name: "share", mountPath: "/share" }] }],
                volumes: [{ name: "share", persistentVolumeClaim: { claimName: name } }],
            },
        },
    },
}, opts);
`;

/** One for each pack: what the CLI prints of it. */
const violations: Record<string, RegExp[]> = {
    bindings: [
        /\[mandatory\].*nfs-server-is-an-address/,
        new RegExp(`PersistentVolume ${NAME}: found spec\\.nfs\\.server "nfs\\.storage\\.svc", a name that only pods`),
        /\[mandatory\].*volume-and-claim-name-each-other/,
        /More: docs\/policies\/nfs-server-is-an-address\.md/,
    ],
    visibility: [
        /\[mandatory\].*written-share-is-read-elsewhere/,
        new RegExp(`Deployment default/${NAME}: found that it writes to the NFS export nfs\\.storage\\.svc:/share`),
    ],
    probes: [
        /\[mandatory\].*containers-have-three-probes/,
        /found no startupProbe, no readinessProbe and no livenessProbe/,
    ],
    "nfs-security": [
        /\[mandatory\].*nfs-mounts-are-hard/,
        /found the mount option soft in spec\.mountOptions/,
        /images-are-by-digest/,
    ],
};

describe("policy packs, enforced by the CLI", function () {
    this.timeout(180_000);
    let project: Project;
    before(async () => {
        project = await Project.make({ "index.ts": program });
    });
    after(() => project.remove());
    const pack = (name: string): string[] => ["--policy-pack", join(repository, "policies", name)];

    it("fail a preview with what is wrong, and how to mend it: each pack, beside the others", async () => {
        const { code, text } = await project.preview(...Object.keys(violations).flatMap(pack));
        assert.notEqual(code, 0);
        for (const [name, messages] of Object.entries(violations)) {
            for (const message of messages) assert.match(text, message, name);
        }
    });

    it("keep what violates them from being made", async () => {
        const { code, text } = await project.up(...pack("all"));
        assert.notEqual(code, 0);
        // The first of its objects to be judged is the last.
        assert.match(text, /\[mandatory\].*(nfs-mounts-are-hard|containers-have-three-probes)/);
        const made = await instance(sharedCluster).kubectl([
            "get",
            "persistentvolumes,deployments",
            "-A",
            "-o",
            "name",
        ]);
        assert.ok(!made.includes(NAME), made);
    });

    it("refuse a configuration that is wrong, by the engine's check and by their own", async () => {
        await project.write({
            "type.json": '{"nfs-mounts-are-hard":{"exemptNamespaces":"web"}}',
            "key.json": '{"nfs-mounts-are-hard":{"exemptNamespace":["web"]}}',
        });
        for (const [file, says] of [
            ["type.json", /nfs-mounts-are-hard.*exemptNamespaces.*array/],
            ["key.json", /nfs-mounts-are-hard is wrong:\s+key exemptNamespace: there is no such key/],
        ] as const) {
            const { code, text } = await project.preview(...pack("nfs-security"), "--policy-pack-config", file);
            assert.notEqual(code, 0);
            assert.match(text, says);
        }
    });
});
