// The pack `bindings`, run as the engine runs it, on stacks good and bad.
import assert from "node:assert/strict";
import { Pack, type Violation } from "../harness/analyzer";
import { type ProvisionOptions, provision } from "../harness/engine";
import { claim, late, volume } from "./stacks";

describe("policy pack bindings", () => {
    let pack: Pack;
    before(async function () {
        this.timeout(60_000); // a busy machine takes its time to load the SDK
        pack = await Pack.start("bindings");
    });
    after(() => pack.stop());

    async function violations(program: () => void, options?: ProvisionOptions): Promise<Violation[]> {
        return pack.judge(await provision(program, options));
    }
    const brief = (all: Violation[]): string[] => all.map(({ policy, resource }) => `${policy}: ${resource}`).sort();

    function pair(volumeSpec: Parameters<typeof volume>[1] = {}, claimSpec: Parameters<typeof claim>[1] = {}) {
        return () => {
            volume("data", volumeSpec);
            claim("data", claimSpec);
        };
    }

    it("passes a pair that names each other and fits", async () => {
        assert.deepEqual(await violations(pair()), []);
        assert.deepEqual(await violations(pair(), { preview: true }), []);
    });

    it("passes stacks without volumes, and pairs that leave each other to be found", async () => {
        assert.deepEqual(await violations(() => undefined), []);
        assert.deepEqual(await violations(pair({ claimRef: undefined }, { volumeName: undefined })), []);
    });

    it("passes a claim whose volume Kubernetes chose", async () => {
        const found = () => {
            volume("data", { claimRef: undefined });
            claim("data", { storageClassName: "standard" }, { "pv.kubernetes.io/bound-by-controller": "yes" });
        };
        assert.deepEqual(await violations(found), []);
    });

    it("wants the volume to name the claim that names it", async () => {
        const [violation, ...others] = await violations(pair({ claimRef: undefined }));
        assert.deepEqual(others, []);
        assert.deepEqual(violation, {
            policy: "volume-and-claim-name-each-other",
            resource: "data",
            level: "mandatory",
            message: [
                "Where a PersistentVolume or a PersistentVolumeClaim names the other, both do.",
                "PersistentVolume data: found no spec.claimRef, although PersistentVolumeClaim web/data asks for this volume by name: any other claim may take it.",
                "Wanted: a volume's spec.claimRef and its claim's spec.volumeName that name each other, or neither of the two.",
                'To mend: set spec.claimRef of the volume to { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "web", name: "data" } and spec.volumeName of the claim to "data", or leave both out.',
                "More: docs/policies/volume-and-claim-name-each-other.md",
            ].join("\n"),
        });
    });

    it("wants the claim to name the volume that names it", async () => {
        const [violation, ...others] = await violations(pair({}, { volumeName: undefined }));
        assert.deepEqual(others, []);
        assert.equal(violation?.resource, "data-claim");
        assert.match(violation?.message ?? "", /found no spec\.volumeName, although PersistentVolume data is reserved/);
    });

    it("finds names that point elsewhere", async () => {
        const elsewhere = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "other", name: "data" };
        const all = await violations(pair({ claimRef: elsewhere }));
        assert.deepEqual(brief(all), ["volume-and-claim-name-each-other: data"]);
        assert.match(
            all[0]?.message ?? "",
            /found spec\.claimRef other\/data, although PersistentVolumeClaim web\/data/,
        );
    });

    it("wants the storage class said and the same", async () => {
        const unsaid = await violations(pair({ storageClassName: undefined }, { storageClassName: undefined }));
        assert.deepEqual(brief(unsaid), ["storage-class-is-explicit: data-claim"]);
        assert.deepEqual(brief(await violations(pair({ storageClassName: undefined }))), []);
        const different = await violations(pair({}, { storageClassName: "standard" }));
        assert.deepEqual(brief(different), ["volume-satisfies-claim: data-claim"]);
        assert.match(
            different[0]?.message ?? "",
            /found storageClassName "standard", but PersistentVolume data has ""\./,
        );
    });

    it("wants access modes, size and mode that fit", async () => {
        const all = await violations(
            pair(
                { accessModes: ["ReadOnlyMany"], capacity: { storage: "1000M" } },
                { resources: { requests: { storage: "1Gi" } }, volumeMode: "Block" },
            ),
        );
        assert.deepEqual(brief(all), Array(3).fill("volume-satisfies-claim: data-claim"));
        const text = all.map(({ message }) => message).join("\n");
        assert.match(text, /found access mode ReadWriteMany, but PersistentVolume data offers ReadOnlyMany\./);
        assert.match(text, /found a request of 1Gi, but PersistentVolume data has a capacity of 1000M\./);
        assert.match(text, /found volumeMode Block, but PersistentVolume data has Filesystem\./);
    });

    it("wants one claim a volume", async () => {
        const rivals = await violations(() => {
            pair()();
            claim("second", { volumeName: "data" });
        });
        assert.deepEqual(brief(rivals), [
            "one-claim-a-volume: data-claim",
            "one-claim-a-volume: second-claim",
            "volume-and-claim-name-each-other: data",
        ]);
    });

    it("refuses a server that only pods can resolve", async () => {
        const server = (name: string) => violations(pair({ nfs: { server: name, path: "/share" } }));
        for (const name of ["nfs", "nfs.storage.svc", "nfs.storage.svc.cluster.local"]) {
            assert.deepEqual(brief(await server(name)), ["nfs-server-is-an-address: data"], name);
        }
        for (const name of ["10.0.0.1", "fd00::1", "filer.example.com"]) assert.deepEqual(await server(name), [], name);
    });

    it("judges a preview, but nothing that is not known yet", async () => {
        const preview = { preview: true };
        const unknown = () => {
            const name = late("data");
            pair(
                { claimRef: { namespace: "web", name }, nfs: { server: name, path: "/share" }, storageClassName: name },
                { volumeName: name, resources: { requests: { storage: name } } },
            )();
        };
        assert.deepEqual(await violations(unknown, preview), []);
        const known = await violations(
            () => pair({ claimRef: undefined, nfs: { server: "nfs", path: late("/a") } })(),
            preview,
        );
        assert.deepEqual(brief(known), ["nfs-server-is-an-address: data", "volume-and-claim-name-each-other: data"]);
    });
});
