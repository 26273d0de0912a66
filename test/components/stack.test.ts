// The whole stack: who is whose child, what waits for what, and in which order it
// goes.
import assert from "node:assert/strict";
import { clientPod, roles } from "@nfs-storage-stack/contract";
import type { NfsStorageStackArgs } from "../../components";
import { deletionOrder, type Outputs, type Provisioned, tree, UNKNOWN } from "../harness/engine";
import { CLAIM_UID, ended, evidence, managed, nothingYet, ready, SERVER_ADDRESS, WRITER_ADDRESS } from "./cluster";
import { made, POD, types } from "./made";
import { at, environment, named, ofType } from "./named";

/** The names of the resources of each batch that the engine deletes, only those of Kubernetes. */
const batches = ({ resources }: Provisioned): string[][] =>
    deletionOrder(resources)
        .map((batch) => batch.filter(({ custom, read }) => custom && !read))
        .map((batch) => batch.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort())
        .filter((batch) => batch.length > 0);

describe("NfsStorageStack", () => {
    it("holds everything under itself", async () => {
        assert.equal(
            tree((await made()).resources),
            `pulumi:pulumi:Stack nfs-storage-stack-dev
    nfs-storage-stack:index:NfsStorageStack nfs
        kubernetes:core/v1:Endpoints nfs-reader-pods
        kubernetes:core/v1:Endpoints nfs-writer-pods
        kubernetes:core/v1:Namespace nfs-clients-namespace
        kubernetes:core/v1:Namespace nfs-server-namespace
        nfs-storage-stack:index:NfsServer nfs-server
            kubernetes:apps/v1:StatefulSet nfs-server
            kubernetes:core/v1:ConfigMap nfs-server-configuration
            kubernetes:core/v1:PersistentVolumeClaim nfs-server-data
            kubernetes:core/v1:Service nfs-server-service
            kubernetes:networking.k8s.io/v1:NetworkPolicy nfs-server-clients
            nfs-storage-stack:index:PodImage nfs-server-image
        nfs-storage-stack:index:NfsVolume nfs-volume
            kubernetes:core/v1:PersistentVolume nfs-volume
            kubernetes:core/v1:PersistentVolumeClaim nfs-volume
        nfs-storage-stack:index:PodImage nfs-client-image
        nfs-storage-stack:index:VisibilityCheck nfs-check
            kubernetes:core/v1:Pod nfs-check
        nfs-storage-stack:index:VolumeReaders nfs-readers
            kubernetes:apps/v1:Deployment nfs-readers
            kubernetes:core/v1:Service nfs-readers-service
            kubernetes:scheduling.k8s.io/v1:PriorityClass nfs-readers-priority
        nfs-storage-stack:index:VolumeWriter nfs-writer
            kubernetes:apps/v1:StatefulSet nfs-writer
            kubernetes:core/v1:Namespace nfs-writer-cluster
            kubernetes:core/v1:Service nfs-writer-service`,
        );
    });

    it("registers the outputs of every component", async () => {
        const components = (await made()).resources.filter(({ custom, type }) => !custom && type.includes(":index:"));
        for (const { name, outputs } of components) assert.notEqual(outputs, undefined, name);
    });

    it("goes in the reverse of the order it came in: what mounts, the volume, the server, its storage, the namespaces", async () => {
        assert.deepEqual(batches(await made()), [
            ["Pod nfs-check"],
            ["Deployment nfs-readers"],
            ["PriorityClass nfs-readers-priority", "Service nfs-readers-service"],
            ["StatefulSet nfs-writer"],
            ["Service nfs-writer-service"],
            ["PersistentVolumeClaim nfs-volume"],
            ["PersistentVolume nfs-volume"],
            ["StatefulSet nfs-server"],
            ["ConfigMap nfs-server-configuration"],
            ["NetworkPolicy nfs-server-clients", "PersistentVolumeClaim nfs-server-data", "Service nfs-server-service"],
            ["Namespace nfs-clients-namespace", "Namespace nfs-server-namespace"],
        ]);
    });

    it("lets only the server's namespace have pods beyond the restricted level", async () => {
        const got = await made();
        const levelOf = (name: string) =>
            (at(named(got, types.namespace, name), "metadata.labels") as Record<string, string>)[
                "pod-security.kubernetes.io/enforce"
            ];
        assert.equal(levelOf("nfs-server-namespace"), "privileged");
        assert.equal(levelOf("nfs-clients-namespace"), "restricted");
    });

    it("keeps readers and the check off the writer's node, and every client off the server's where it can", async () => {
        const got = await made();
        const affinity = (type: string, name: string, path: string) =>
            (at(named(got, type, name), `${path}.affinity.podAntiAffinity`) ?? {}) as Record<string, unknown[]>;
        for (const found of [
            affinity(types.deployment, "nfs-readers", POD),
            affinity(types.pod, "nfs-check", "spec"),
        ]) {
            const [term] = found.requiredDuringSchedulingIgnoredDuringExecution as {
                topologyKey: string;
                labelSelector: { matchLabels: Record<string, string> };
            }[];
            assert.equal(term?.topologyKey, "kubernetes.io/hostname");
            const writer = at(named(got, types.statefulSet, "nfs-writer"), "spec.template.metadata.labels");
            assert.deepEqual(term?.labelSelector.matchLabels, writer);
            assert.equal(found.preferredDuringSchedulingIgnoredDuringExecution?.length, 1);
        }
        const writer = affinity(types.statefulSet, "nfs-writer", POD);
        const [from] = writer.requiredDuringSchedulingIgnoredDuringExecution as {
            labelSelector: { matchLabels: Record<string, string> };
        }[];
        assert.deepEqual(
            from?.labelSelector.matchLabels,
            at(named(got, types.deployment, "nfs-readers"), "spec.selector.matchLabels"),
            "which lets the scheduler look at it again once they are gone",
        );
        const [preferred] = writer.preferredDuringSchedulingIgnoredDuringExecution as {
            podAffinityTerm: { namespaces: string[]; labelSelector: { matchLabels: Record<string, string> } };
        }[];
        assert.deepEqual(preferred?.podAffinityTerm.namespaces, ["nfs-storage-stack-dev-nfs-server"]);
        assert.ok(Object.values(preferred?.podAffinityTerm.labelSelector.matchLabels ?? {}).includes(roles.server));
    });

    it("lets readers that have to be elsewhere give way to the writer, and needs no right for that where they have not", async () => {
        const got = await made();
        const priority = named(got, types.priorityClass, "nfs-readers-priority").inputs;
        assert.ok(Number(priority.value) < 0, "pods without a class have 0");
        assert.equal(priority.preemptionPolicy, "Never");
        const classOf = (type: string, name: string, path: string) => at(named(got, type, name), path);
        assert.equal(
            classOf(types.deployment, "nfs-readers", `${POD}.priorityClassName`),
            (priority.metadata as { name: string }).name,
        );
        assert.equal(classOf(types.statefulSet, "nfs-writer", `${POD}.priorityClassName`), undefined);
        const free = await made({ ...managed, placement: "preferred" });
        assert.ok(!free.resources.some(({ type }) => type === types.priorityClass));
        assert.equal(at(named(free, types.deployment, "nfs-readers"), `${POD}.priorityClassName`), undefined);
    });

    it("requires nothing of the placement on a cluster of one node, and lets the check pass there", async () => {
        const got = await made({ ...managed, placement: "preferred" });
        for (const [type, name, path] of [
            [types.deployment, "nfs-readers", POD],
            [types.pod, "nfs-check", "spec"],
        ] as const) {
            const { podAntiAffinity } = at(named(got, type, name), `${path}.affinity`) as {
                podAntiAffinity: Record<string, { weight: number }[]>;
            };
            assert.deepEqual(Object.keys(podAntiAffinity), ["preferredDuringSchedulingIgnoredDuringExecution"]);
        }
        const allowed = environment(named(got, types.pod, "nfs-check"), "spec")[clientPod.env.allowSameNode];
        assert.equal(allowed, "true");
        assert.equal(environment(named(await made(), types.pod, "nfs-check"), "spec").ALLOW_SAME_NODE, "false");
    });

    it("runs clients as the identity that the server takes them for, without privilege, and fsGroup nowhere", async () => {
        const got = await made({ ...managed, identity: { uid: 4000, gid: 4001 } });
        for (const [type, name, path] of [
            [types.statefulSet, "nfs-writer", POD],
            [types.deployment, "nfs-readers", POD],
            [types.pod, "nfs-check", "spec"],
        ] as const) {
            const pod = named(got, type, name);
            assert.deepEqual(at(pod, `${path}.securityContext`), {
                runAsNonRoot: true,
                runAsUser: 4000,
                runAsGroup: 4001,
                seccompProfile: { type: "RuntimeDefault" },
            });
            const container = at(pod, `${path}.containers.0.securityContext`) as Record<string, unknown>;
            assert.deepEqual(container.capabilities, { drop: ["ALL"] });
            assert.equal(container.allowPrivilegeEscalation, false);
            assert.equal(container.readOnlyRootFilesystem, true);
        }
        const server = environment(named(got, types.statefulSet, "nfs-server"), POD);
        assert.deepEqual([server.SQUASH_UID, server.SQUASH_GID], ["4000", "4001"]);
    });

    it("mounts the claim read-only everywhere but in the writer", async () => {
        const got = await made();
        const modes = (type: string, name: string, path: string) => [
            at(named(got, type, name), `${path}.volumes.0.persistentVolumeClaim.readOnly`),
            at(named(got, type, name), `${path}.containers.0.volumeMounts.0.readOnly`),
        ];
        assert.deepEqual(modes(types.statefulSet, "nfs-writer", POD), [false, false]);
        assert.deepEqual(modes(types.deployment, "nfs-readers", POD), [true, true]);
        assert.deepEqual(modes(types.pod, "nfs-check", "spec"), [true, true]);
    });

    it("tells readers and the check where the writer's clock is, by address", async () => {
        const got = await made();
        const url = `http://${WRITER_ADDRESS}:${clientPod.httpPort}`;
        assert.equal(environment(named(got, types.deployment, "nfs-readers"), POD).WRITER_URL, url);
        assert.equal(environment(named(got, types.pod, "nfs-check"), "spec").WRITER_URL, url);
    });

    it("uses the address of the Service as the volume's server", async () => {
        assert.equal(at(named(await made(), types.volume, "nfs-volume"), "spec.nfs.server"), SERVER_ADDRESS);
    });

    it("previews with what nobody knows yet as unknown, and fails nowhere", async () => {
        const got = await made(managed, nothingYet, true);
        assert.equal(at(named(got, types.volume, "nfs-volume"), "spec.nfs.server"), UNKNOWN);
        for (const output of ["address", "evidence", "revision", "readerPods", "writerPods"]) {
            assert.equal(got.outputs[output], UNKNOWN, output);
        }
        assert.deepEqual(ofType(got, types.pod).length, 1);
    });

    it("has the check's own words as its proof", async () => {
        const { outputs } = await made();
        assert.deepEqual(outputs.evidence, evidence);
        assert.deepEqual(outputs.readerPods, { pods: ["nfs-readers-a", "nfs-readers-b"], nodes: ["node-2", "node-2"] });
        assert.deepEqual(outputs.writerPods, { pods: ["nfs-writer-0"], nodes: ["node-1"] });
    });

    it("fails when the check ended without evidence, or with something else", async () => {
        const leaving =
            (message?: string): Outputs =>
            (resource, preview) =>
                resource.type === types.pod ? { status: ended(message) } : ready(resource, preview);
        await assert.rejects(made(managed, leaving()), /ended without evidence; delete it with kubectl/);
        await assert.rejects(made(managed, leaving("gone")), /evidence is not JSON: "gone"/);
    });

    it("waits for the check's end no longer than an attempt may take and half a minute, and for nothing but success", async () => {
        const check = named(await made(), types.pod, "nfs-check");
        assert.equal(check.options.customTimeouts.create, "90s");
        assert.equal(at(check, "spec.restartPolicy"), "OnFailure");
        assert.deepEqual(at(check, "metadata.annotations"), {
            "pulumi.com/waitFor": "jsonpath={.status.phase}=Succeeded",
        });
        assert.equal(
            at(check, "metadata.name"),
            undefined,
            "named by Pulumi, so that the next comes before this one goes",
        );
        assert.equal(check.options.deleteBeforeReplace, false);
    });

    it("grows a volume in place, and replaces it for nothing", async () => {
        const got = await made({ ...managed, capacity: "5Gi" });
        const data = named(got, types.claim, "nfs-server-data");
        assert.equal(at(data, "spec.resources.requests.storage"), "5Gi");
        // Of a claim's spec these are what Pulumi's plugin replaces it for; the test of the plugin says so.
        const replacing = ["accessModes", "selector", "storageClassName", "volumeName"];
        assert.deepEqual(
            data.options.ignoreChanges,
            replacing.map((field) => `spec.${field}`),
        );
        assert.equal(at(named(got, types.volume, "nfs-volume"), "spec.capacity.storage"), "5Gi");
        assert.equal(at(named(got, types.claim, "nfs-volume"), "spec.resources.requests.storage"), "5Gi");
    });

    it("says the real size of a volume that was there before", async () => {
        const before: Outputs = (resource, preview) =>
            resource.name === "nfs-server-existing-data"
                ? {
                      metadata: { uid: CLAIM_UID, namespace: "ns", name: "data" },
                      spec: { resources: { requests: { storage: "1Gi" } } },
                  }
                : ready(resource, preview);
        const { server } = managed;
        const later = { ...managed, capacity: "5Gi", server: { ...server, adoptData: true } as typeof server };
        const got = await made(later, before);
        assert.equal(at(named(got, types.volume, "nfs-volume"), "spec.capacity.storage"), "1Gi");
        assert.equal(at(named(got, types.claim, "nfs-volume"), "spec.resources.requests.storage"), "1Gi");
    });

    it("uses a server of somebody else's without making anything for one", async () => {
        const server = { address: "10.0.0.7", path: "/exports/a" };
        const got = await made({ ...managed, server });
        assert.ok(!got.resources.some(({ type }) => type === "nfs-storage-stack:index:NfsServer"));
        assert.deepEqual(
            ofType(got, types.namespace)
                .filter(({ read }) => !read)
                .map(({ name }) => name),
            ["nfs-clients-namespace"],
        );
        assert.deepEqual(at(named(got, types.volume, "nfs-volume"), "spec.nfs"), {
            server: "10.0.0.7",
            path: "/exports/a",
            readOnly: false,
        });
    });

    it("keeps namespace and claim of the data when it is told to, and a later stack uses them as they are", async () => {
        const { server } = managed;
        const kept = await made({ ...managed, server: { ...server, retainData: true } as typeof server });
        assert.equal(named(kept, types.namespace, "nfs-server-namespace").options.retainOnDelete, true);
        const data = named(kept, types.claim, "nfs-server-data");
        assert.equal(data.options.retainOnDelete, true);
        assert.ok(!named(kept, types.namespace, "nfs-clients-namespace").options.retainOnDelete);

        const later = await made({ ...managed, server: { ...server, adoptData: true } as typeof server });
        assert.ok(!ofType(later, types.namespace).some(({ name }) => name === "nfs-server-namespace"));
        const adopted = named(later, types.claim, "nfs-server-existing-data");
        assert.deepEqual(
            [adopted.read, adopted.options.import],
            [true, `${at(data, "metadata.namespace")}/${at(data, "metadata.name")}`],
        );
        const set = named(later, types.statefulSet, "nfs-server");
        assert.equal(at(set, "metadata.namespace"), at(data, "metadata.namespace"));
        const volumes = at(set, `${POD}.volumes`) as { persistentVolumeClaim?: { claimName: string } }[];
        const claims = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
        assert.deepEqual(claims, [at(data, "metadata.name")]);
    });

    it("protects what holds data and what mounts depend on when it is told to, and nothing that a change replaces", async () => {
        const protectedOnes = async (args: NfsStorageStackArgs) =>
            (await made(args)).resources
                .filter(({ options }) => options.protect)
                .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
                .sort();
        assert.deepEqual(await protectedOnes(managed), []);
        assert.deepEqual(await protectedOnes({ ...managed, protectData: true }), [
            "Namespace nfs-clients-namespace",
            "Namespace nfs-server-namespace",
            "PersistentVolume nfs-volume",
            "PersistentVolumeClaim nfs-server-data",
            "PersistentVolumeClaim nfs-volume",
            "Service nfs-server-service",
            "StatefulSet nfs-server",
        ]);
        const server = { address: "10.0.0.7", path: "/exports/a" };
        assert.deepEqual(await protectedOnes({ ...managed, server, protectData: true }), [
            "Namespace nfs-clients-namespace",
            "PersistentVolume nfs-volume",
            "PersistentVolumeClaim nfs-volume",
        ]);
    });

    it("takes options for its children through transforms", async () => {
        const got = await made({
            ...managed,
            transforms: {
                readers: {
                    deployment: ({ opts }) => {
                        opts.protect = true;
                    },
                },
                server: {
                    statefulSet: ({ opts }) => {
                        opts.customTimeouts = { create: "30m" };
                    },
                },
            },
        });
        assert.equal(named(got, types.deployment, "nfs-readers").options.protect, true);
        assert.deepEqual(named(got, types.statefulSet, "nfs-server").options.customTimeouts, { create: "30m" });
    });
});
