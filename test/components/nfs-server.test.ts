// The server: one pod without privilege on a volume of its own, an address that
// stays, and nobody but the clients let in.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { clientPod, serverPod } from "@nfs-storage-stack/contract";
import { NfsServer, type NfsServerArgs } from "../../components";
import { type Outputs, provision, UNKNOWN } from "../harness/engine";
import { CLAIM_UID, digestOf, nothingYet, ready, SERVER_ADDRESS } from "./cluster";
import { at, named, ofType } from "./named";

const types = {
    statefulSet: "kubernetes:apps/v1:StatefulSet",
    service: "kubernetes:core/v1:Service",
    claim: "kubernetes:core/v1:PersistentVolumeClaim",
    configMap: "kubernetes:core/v1:ConfigMap",
    policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    image: "docker:index/image:Image",
};
const POD = "spec.template.spec";
const args: NfsServerArgs = {
    namespace: "server",
    image: { reference: `registry.test/nfs-server@${digestOf("a")}` },
    clientNetworks: ["10.0.0.1/32"],
};

const made = (more: Partial<NfsServerArgs> = {}, outputs: Outputs = ready, preview = false) =>
    provision(
        () => {
            const server = new NfsServer("nfs-server", { ...args, ...more });
            return { address: server.export.address, image: server.image };
        },
        { project: "nfs-storage-stack", stack: "dev", outputs, preview },
    );

describe("NfsServer", () => {
    it("runs one pod, which drops every capability but seven and can't gain any", async () => {
        const set = named(await made(), types.statefulSet, "nfs-server");
        assert.equal(at(set, "spec.replicas"), 1);
        const security = at(set, `${POD}.containers.0.securityContext`) as Record<string, unknown>;
        assert.deepEqual(security.capabilities, {
            drop: ["ALL"],
            add: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "SETGID", "SETUID"],
        });
        assert.equal(security.allowPrivilegeEscalation, false);
        assert.equal(security.readOnlyRootFilesystem, true);
        assert.deepEqual(security.seccompProfile, { type: "RuntimeDefault" });
        assert.equal(at(set, `${POD}.automountServiceAccountToken`), false);
        assert.equal(at(set, `${POD}.enableServiceLinks`), false);
    });

    it("writes only to its volume and to scratch space of limited size", async () => {
        const set = named(await made(), types.statefulSet, "nfs-server");
        const mounts = at(set, `${POD}.containers.0.volumeMounts`) as { mountPath: string; readOnly?: boolean }[];
        const writable = mounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
        assert.deepEqual(writable.sort(), [serverPod.dataPath, "/run", "/tmp"].sort());
        const volumes = at(set, `${POD}.volumes`) as { name: string; emptyDir?: { sizeLimit?: string } }[];
        for (const { name, emptyDir } of volumes) {
            assert.ok(emptyDir === undefined || emptyDir.sizeLimit !== undefined, name);
        }
    });

    it("is probed over HTTP, three ways", async () => {
        const set = named(await made(), types.statefulSet, "nfs-server");
        for (const [probe, path] of Object.entries({ startup: "/startup", readiness: "/ready", liveness: "/live" })) {
            const { port, path: asked } = at(set, `${POD}.containers.0.${probe}Probe.httpGet`) as Record<
                string,
                unknown
            >;
            assert.deepEqual([port, asked], [serverPod.healthPort, path]);
        }
        const grace = 15;
        const patience =
            (at(set, `${POD}.containers.0.livenessProbe.periodSeconds`) as number) *
            (at(set, `${POD}.containers.0.livenessProbe.failureThreshold`) as number);
        assert.ok(patience > 2 * grace, "a server in grace is not killed");
    });

    it("never runs twice on its volume", async () => {
        const got = await made();
        assert.equal(named(got, types.statefulSet, "nfs-server").options.deleteBeforeReplace, true);
        assert.deepEqual(at(named(got, types.claim, "nfs-server-data"), "spec.accessModes"), ["ReadWriteOnce"]);
    });

    it("has an address that clients reach also while it is unready, and that nothing waits for twice", async () => {
        const service = named(await made(), types.service, "nfs-server-service");
        assert.equal(at(service, "spec.publishNotReadyAddresses"), true);
        assert.deepEqual(at(service, "metadata.annotations"), { "pulumi.com/skipAwait": "true" });
        assert.equal(at(service, "spec.clusterIP"), undefined);
        const set = named(await made(), types.statefulSet, "nfs-server");
        assert.equal(at(set, "spec.serviceName"), at(service, "metadata.name"));
        assert.ok(!(set.propertyDependencies.spec ?? []).includes(service.urn), "the name is plain");
    });

    it("gives the address of its Service, a fixed one if that is asked for", async () => {
        assert.equal((await made()).outputs.address, SERVER_ADDRESS);
        const fixed = await made({ address: "10.96.0.7" }, nothingYet, true);
        assert.equal(fixed.outputs.address, "10.96.0.7");
        assert.equal(at(named(fixed, types.service, "nfs-server-service"), "spec.clusterIP"), "10.96.0.7");
    });

    it("has an unknown address, not a made up one, in a preview that has no Service yet", async () => {
        assert.equal((await made({}, nothingYet, true)).outputs.address, UNKNOWN);
    });

    it("fails, and says of what, when the cluster gives no address in an update", async () => {
        await assert.rejects(made({}, nothingYet), /gave no address to the Service nfs-server/);
    });

    it("lets in only the clients' networks, by configuration and by NetworkPolicy, and goes out to nobody", async () => {
        const got = await made({ clientNetworks: ["10.0.0.1/32", "fd00::/64"] });
        const policy = named(got, types.policy, "nfs-server-clients");
        const [rule] = at(policy, "spec.ingress") as { from: unknown; ports: { port: number }[] }[];
        assert.deepEqual(rule?.from, [{ ipBlock: { cidr: "10.0.0.1/32" } }, { ipBlock: { cidr: "fd00::/64" } }]);
        assert.deepEqual(
            rule?.ports.map(({ port }) => port),
            [serverPod.nfsPort, serverPod.healthPort],
        );
        assert.deepEqual([at(policy, "spec.policyTypes"), at(policy, "spec.egress")], [["Ingress", "Egress"], []]);
        const [text] = Object.values(at(named(got, types.configMap, "nfs-server-configuration"), "data") as object);
        for (const network of ["10.0.0.1/32", "fd00::/64"]) assert.ok(String(text).includes(network));
        assert.deepEqual(ofType(await made({ networkPolicy: false }), types.policy), []);
    });

    it("reads the configuration that its pod mounts, and starts anew when that changes", async () => {
        const annotation = "spec.template.metadata.annotations";
        const before = named(await made(), types.statefulSet, "nfs-server");
        const same = named(await made(), types.statefulSet, "nfs-server");
        const after = named(await made({ graceSeconds: 20 }), types.statefulSet, "nfs-server");
        assert.deepEqual(at(before, annotation), at(same, annotation));
        assert.notDeepEqual(at(before, annotation), at(after, annotation));
        const got = await made();
        const files = Object.keys(at(named(got, types.configMap, "nfs-server-configuration"), "data") as object);
        const mounts = at(before, `${POD}.containers.0.volumeMounts`) as { name: string; mountPath: string }[];
        const folder = mounts.find(({ name }) => name === "config")?.mountPath;
        assert.deepEqual(
            files.map((file) => `${folder}/${file}`),
            [serverPod.configPath, serverPod.nfs4ConfigPath],
        );
    });

    it("is to its clients who its data is: the claim, one of its own or one that was there", async () => {
        for (const more of [{}, { existingClaim: "old" }]) {
            const data = at(named(await made(more), types.configMap, "nfs-server-configuration"), "data");
            const text = (data as Record<string, string>)[basename(serverPod.nfs4ConfigPath)];
            assert.match(text ?? "", new RegExp(`Server_Owner = "${CLAIM_UID}";\\s+Server_Scope = "${CLAIM_UID}";`));
        }
    });

    it("has a configuration that is known in a first preview, but for who it is, and rolls with its data", async () => {
        const first = named(await made({}, nothingYet, true), types.configMap, "nfs-server-configuration");
        const data = at(first, "data") as Record<string, string>;
        assert.match(data[basename(serverPod.configPath)] ?? "", /EXPORT \{/);
        assert.equal(data[basename(serverPod.nfs4ConfigPath)], UNKNOWN);
        const of = (uid: string) =>
            made({}, (resource, preview) =>
                resource.type === types.claim ? { metadata: { uid } } : ready(resource, preview),
            );
        const annotation = async (uid: string) =>
            at(named(await of(uid), types.statefulSet, "nfs-server"), "spec.template.metadata.annotations");
        assert.notDeepEqual(await annotation("uid-of-one"), await annotation("uid-of-another"));
    });

    it("keeps the data when it is told to, and takes up a claim that is there", async () => {
        const claimOf = async (more: Partial<NfsServerArgs>) => ofType(await made(more), types.claim);
        assert.equal((await claimOf({}))[0]?.options.retainOnDelete, false);
        assert.equal((await claimOf({ retainData: true }))[0]?.options.retainOnDelete, true);
        const [read, ...others] = await claimOf({ existingClaim: "old" });
        assert.deepEqual([read?.read, read?.options.import, others], [true, "server/old", []]);
        const set = named(await made({ existingClaim: "old" }), types.statefulSet, "nfs-server");
        const volumes = at(set, `${POD}.volumes`) as { persistentVolumeClaim?: { claimName: string } }[];
        assert.ok(volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === "old"));
    });

    it("protects the data, itself and its address when it is told to, and nothing that a change replaces", async () => {
        const protectedOnes = async (more: Partial<NfsServerArgs>) =>
            (await made(more)).resources.filter(({ options }) => options.protect).map(({ name }) => name);
        assert.deepEqual(await protectedOnes({}), []);
        assert.deepEqual((await protectedOnes({ protectData: true })).sort(), [
            "nfs-server",
            "nfs-server-data",
            "nfs-server-service",
        ]);
    });

    it("names a StorageClass only when it is given one", async () => {
        const classOf = async (more: Partial<NfsServerArgs>) =>
            at(named(await made(more), types.claim, "nfs-server-data"), "spec");
        assert.ok(!("storageClassName" in ((await classOf({})) as object)));
        assert.equal(
            ((await classOf({ storageClassName: "fast" })) as { storageClassName: string }).storageClassName,
            "fast",
        );
    });

    it("builds its image where it is given a registry, and runs it by digest", async () => {
        const got = await made({
            image: {
                registry: { server: "registry.test:5000/team", username: "pusher", password: "s3cret" },
                baseImage: "base:1",
                platform: "linux/amd64",
            },
        });
        const image = named(got, types.image, "nfs-server-image");
        assert.equal(at(image, "imageName"), "registry.test:5000/team/nfs-storage-stack/nfs-server:dev");
        assert.deepEqual(at(image, "build"), {
            context: "images/nfs-server",
            dockerfile: "images/nfs-server/Dockerfile",
            args: { BASE_IMAGE: "base:1" },
            platform: "linux/amd64",
        });
        assert.equal(at(image, "registry.server"), "registry.test:5000");
        assert.ok(image.secretInputs.includes("registry.password"), String(image.secretInputs));
        const reference = `registry.test:5000/team/nfs-storage-stack/nfs-server@${digestOf("a")}`;
        assert.equal(got.outputs.image, reference);
        assert.equal(at(named(got, types.statefulSet, "nfs-server"), `${POD}.containers.0.image`), reference);
    });

    it("has ports that its clients' pods don't share", () => {
        assert.ok(new Set([serverPod.nfsPort, serverPod.healthPort, clientPod.httpPort]).size === 3);
    });
});
