// The volume and its claim: they name each other, wait for the server, and go
// as one.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { ExternalNfs, type NfsExport, NfsVolume } from "../../components";
import { provision, UNKNOWN } from "../harness/engine";
import { ready } from "./cluster";
import { at, named } from "./named";

const PV = "kubernetes:core/v1:PersistentVolume";
const PVC = "kubernetes:core/v1:PersistentVolumeClaim";
const where = { project: "nfs-storage-stack", stack: "dev", outputs: ready };

const external = (): NfsExport => new ExternalNfs("filer", { address: "10.0.0.7", path: "/share" }).export;

describe("NfsVolume", () => {
    it("makes a volume and a claim that name each other, of one size and one mode, and of no class", async () => {
        const got = await provision(() => {
            new NfsVolume("data", { export: external(), namespace: "clients", capacity: "3Gi" });
        }, where);
        const volume = named(got, PV, "data");
        const claim = named(got, PVC, "data");
        assert.equal(at(claim, "spec.volumeName"), at(volume, "metadata.name"));
        assert.deepEqual(at(volume, "spec.claimRef"), {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            namespace: at(claim, "metadata.namespace"),
            name: at(claim, "metadata.name"),
        });
        assert.equal(at(volume, "metadata.name"), "nfs-storage-stack-dev-data");
        assert.deepEqual([at(volume, "spec.storageClassName"), at(claim, "spec.storageClassName")], ["", ""]);
        assert.deepEqual(at(claim, "spec.accessModes"), at(volume, "spec.accessModes"));
        assert.deepEqual(at(claim, "spec.resources.requests"), at(volume, "spec.capacity"));
        assert.deepEqual(at(volume, "spec.nfs"), { server: "10.0.0.7", path: "/share", readOnly: false });
        assert.equal(at(volume, "spec.persistentVolumeReclaimPolicy"), "Retain");
    });

    it("is made anew for whatever changes, but for its size while others use its claim", async () => {
        const made = (args: { capacity: string; claimSize?: string }) =>
            provision(() => {
                new NfsVolume("data", { export: external(), namespace: "clients", ...args });
            }, where);
        const annotation = 'metadata.annotations["nfs-storage-stack/claim-size"]';
        const usual = named(await made({ capacity: "3Gi" }), PV, "data");
        assert.deepEqual(usual.options.replaceOnChanges, ["spec", annotation]);
        assert.equal(at(usual, "metadata.annotations"), undefined);

        const got = await made({ capacity: "3Gi", claimSize: "1Gi" });
        const [volume, claim] = [named(got, PV, "data"), named(got, PVC, "data")];
        assert.equal(at(volume, "spec.capacity.storage"), "3Gi");
        assert.equal(at(claim, "spec.resources.requests.storage"), "1Gi");
        assert.deepEqual(at(volume, "metadata.annotations"), { "nfs-storage-stack/claim-size": "1Gi" });
        const { replaceOnChanges } = volume.options;
        for (const field of Object.keys(at(volume, "spec") as object)) {
            assert.equal(replaceOnChanges.includes(`spec.${field}`), field !== "capacity", field);
        }
        assert.ok(!replaceOnChanges.includes("spec") && !replaceOnChanges.includes(annotation));
    });

    it("mounts hard, and so that new and changed data is seen soon", async () => {
        const got = await provision(() => {
            new NfsVolume("data", { export: external(), namespace: "clients" });
            new NfsVolume("own", {
                export: external41(),
                namespace: "clients",
                mountOptions: ["nosharecache", "actimeo=3"],
            });
        }, where);
        const optionsOf = (name: string) => at(named(got, PV, name), "spec.mountOptions") as string[];
        for (const wanted of ["nfsvers=4.2", "hard", "lookupcache=positive", "actimeo=1"]) {
            assert.ok(optionsOf("data").includes(wanted), wanted);
        }
        assert.deepEqual(optionsOf("own"), ["nosharecache", "actimeo=3"]);
    });

    it("warns when the pods of a node would share a client, where one can wait for another for ever", async () => {
        const warned: string[] = [];
        const { warn } = console;
        console.warn = (line: string) => warned.push(line);
        try {
            const all = [undefined, ["hard,nosharecache"], ["nosharecache", "sharecache"], ["nfsvers=3"], ["hard"]];
            for (const mountOptions of all) {
                await provision(() => {
                    new NfsVolume("data", { export: external(), namespace: "clients", mountOptions });
                }, where);
                warned.push(`${mountOptions}`);
            }
        } finally {
            console.warn = warn;
        }
        const warning = /mountOptions has no nosharecache: .* Add nosharecache/;
        assert.deepEqual(
            warned.map((line) => (warning.test(line) ? "warning" : line)),
            ["undefined", "hard,nosharecache", "warning", "nosharecache,sharecache", "nfsvers=3", "warning", "hard"],
        );
    });

    it("asks for no newer NFS than the server speaks", async () => {
        const got = await provision(() => {
            new NfsVolume("data", { export: external41(), namespace: "clients" });
        }, where);
        assert.ok((at(named(got, PV, "data"), "spec.mountOptions") as string[]).includes("nfsvers=4.1"));
    });

    it("is replaced as one: the claim goes before the volume, and before a new volume comes", async () => {
        const got = await provision(() => {
            new NfsVolume("data", { export: external(), namespace: "clients" });
        }, where);
        const volume = named(got, PV, "data");
        const claim = named(got, PVC, "data");
        for (const { options } of [volume, claim]) {
            assert.equal(options.deleteBeforeReplace, true);
            assert.equal(options.replaceOnChanges[0], "spec");
        }
        // With it the engine deletes the claim before the pods that use it, and waits for them in vain.
        assert.deepEqual(claim.options.replaceWith, []);
        // The engine looks at properties to find what a replacement takes with it.
        assert.ok(claim.propertyDependencies.spec?.includes(volume.urn));
    });

    it("gives the claim's phase, not the volume's own, which is older", async () => {
        let phase: pulumi.Output<string> | undefined;
        const program = () => {
            phase = new NfsVolume("data", { export: external(), namespace: "clients" }).phase;
            return { phase };
        };
        assert.equal((await provision(program, where)).outputs.phase, "Bound");
        const preview = await provision(program, { ...where, outputs: () => undefined, preview: true });
        assert.equal(preview.outputs.phase, UNKNOWN);
    });

    it("hands what it is made of to transforms, before it is made", async () => {
        const got = await provision(() => {
            new NfsVolume("data", {
                export: external(),
                namespace: "clients",
                transforms: {
                    volume: ({ args, opts }) => ({
                        args: { ...args, metadata: { ...(args.metadata as object), annotations: { team: "a" } } },
                        opts: { ...opts, protect: true },
                    }),
                    claim: ({ opts }) => {
                        opts.protect = true;
                    },
                },
            });
        }, where);
        const volume = named(got, PV, "data");
        assert.equal(at(volume, "metadata.annotations.team"), "a");
        assert.deepEqual([volume.options.protect, named(got, PVC, "data").options.protect], [true, true]);
    });
});

const external41 = (): NfsExport =>
    new ExternalNfs("old-filer", { address: "10.0.0.8", path: "/share", nfsVersion: "4.1" }).export;
