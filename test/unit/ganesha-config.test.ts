// The text that Ganesha is configured with: what it must say, and that no value
// can say more than it should.
import assert from "node:assert/strict";
import { serverPod } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { type GaneshaOptions, ganeshaConfig, ganeshaNfs4Config } from "../../components/ganesha-config";
import { type Block, clients, exportsOf, only, parse, setting, shape } from "../harness/ganesha-language";

const usual: GaneshaOptions = {
    exportPath: "/share",
    clientNetworks: ["10.1.0.2/32", "fd00::/8"],
    squashUid: 10001,
    squashGid: 10002,
};

const IDENTITY = "1f0c9a52-7d1e-4c1b-9f53-2a6a0f5e8c11";
/** All that Ganesha reads. */
const whole = (options: GaneshaOptions): Block =>
    parse(ganeshaConfig(options), { [serverPod.nfs4ConfigPath]: ganeshaNfs4Config(options, IDENTITY) });

describe("ganeshaConfig", () => {
    const config = whole(usual);
    const [share, canary] = exportsOf(config);
    assert.ok(share && canary);

    it("speaks NFSv4 only, all minor versions, and asks for no privilege that the pod does not have", () => {
        const core = only(config, "NFS_CORE_PARAM");
        assert.equal(setting(core, "Protocols"), "4");
        assert.equal(setting(core, "NFS_Port"), "2049");
        assert.equal(setting(core, "fsid_device"), "false");
        assert.equal(setting(core, "allow_set_io_flusher_fail"), "true");
        assert.equal(setting(only(config, "NFSv4"), "Minor_Versions"), "0, 1, 2");
    });

    it("keeps what clients may reclaim on the volume, beside the share and not in it", () => {
        const nfs4 = only(config, "NFSv4");
        assert.equal(setting(nfs4, "RecoveryBackend"), "fs");
        assert.equal(setting(nfs4, "RecoveryRoot"), "/data/recovery");
        assert.equal(setting(share, "Path"), "/data/share");
    });

    it("has a short grace and lease unless told otherwise", () => {
        const of = (options: Partial<GaneshaOptions>): (string | undefined)[] => {
            const nfs4 = only(whole({ ...usual, ...options }), "NFSv4");
            return [setting(nfs4, "Grace_Period"), setting(nfs4, "Lease_Lifetime")];
        };
        assert.deepEqual(of({}), ["15", "10"]);
        assert.deepEqual(of({ graceSeconds: 90, leaseSeconds: 60 }), ["90", "60"]);
    });

    it("is to its clients who its data is, and not what its host is called", () => {
        const nfs4 = only(config, "NFSv4");
        assert.equal(setting(nfs4, "Server_Owner"), `"${IDENTITY}"`);
        assert.equal(setting(nfs4, "Server_Scope"), `"${IDENTITY}"`);
        for (const wrong of ["", "short", `x"; Foo = "1`, "a b c d e f g h", "ü".repeat(9)]) {
            assert.throws(() => ganeshaNfs4Config({}, wrong), /identity is .*must be a uid/);
        }
    });

    it("denies a lock that has to wait, and queues none: Linux cannot read Ganesha's answer to a queued one", () => {
        assert.equal(setting(only(config, "NFSv4"), "Blocking_Locks"), "false");
    });

    it("lets in whom it is told to, the probe to look, and nobody else", () => {
        assert.deepEqual(clients(share), ["127.0.0.1 RO", "10.1.0.2/32 RW", "fd00::/8 RW"]);
        assert.deepEqual(clients(canary), ["127.0.0.1 RO"]);
        for (const block of [only(config, "EXPORT_DEFAULTS"), share, canary]) {
            assert.equal(setting(block, "Access_Type"), "None");
        }
    });

    it("takes every client, root too, for one identity", () => {
        for (const block of [only(config, "EXPORT_DEFAULTS"), share]) {
            assert.equal(setting(block, "Squash"), "All_Squash");
            assert.equal(setting(block, "Anonymous_Uid"), "10001");
            assert.equal(setting(block, "Anonymous_Gid"), "10002");
        }
        for (const client of share.blocks.filter(({ name }) => name === "CLIENT")) {
            assert.equal(setting(client, "Squash"), undefined, "a client is not treated otherwise");
        }
    });

    it("gives each export a file system id of its own that never changes", () => {
        assert.equal(setting(share, "Filesystem_Id"), "77.1");
        assert.equal(setting(canary, "Filesystem_Id"), "77.2");
    });

    it("names a network once that is given twice", () => {
        const twice = whole({ ...usual, clientNetworks: ["10.0.0.0/8", "10.0.0.0/8"] });
        assert.deepEqual(clients(exportsOf(twice)[0] as Block), ["127.0.0.1 RO", "10.0.0.0/8 RW"]);
    });

    it("reports all problems at once, each with what was given", () => {
        assert.throws(
            () =>
                ganeshaConfig({
                    exportPath: "share",
                    clientNetworks: ["10.0.0.0/33", "*"],
                    squashUid: 0,
                    squashGid: 1.5,
                    graceSeconds: 1000,
                }),
            (error: Error) => {
                for (const part of ['"share"', '"10.0.0.0/33"', '"*"', "squashUid is 0", "squashGid is 1.5", "1000"]) {
                    assert.ok(error.message.includes(part), `${part} in ${error.message}`);
                }
                return true;
            },
        );
    });

    it("refuses a lease that outlasts the grace, and nobody to serve", () => {
        assert.throws(() => ganeshaConfig({ ...usual, graceSeconds: 5, leaseSeconds: 10 }), /leaseSeconds is 10/);
        assert.throws(() => ganeshaConfig({ ...usual, clientNetworks: [] }), /nobody could mount/);
    });

    it("keeps the probe's own export out of reach", () => {
        assert.throws(() => ganeshaConfig({ ...usual, exportPath: "/canary" }), /health probe/);
        assert.throws(() => ganeshaConfig({ ...usual, exportPath: "/canary/x" }), /health probe/);
        assert.doesNotThrow(() => ganeshaConfig({ ...usual, exportPath: "/canary2" }));
    });

    it("refuses every value or puts it where it belongs: none adds a setting or a block", () => {
        const nasty = fc.oneof(
            fc.string(),
            fc.string({ unit: fc.constantFrom(..."/{};=#\n\"'\\ .,:*@%0123456789abcdefshare") }),
            fc.constantFrom(
                "/share; } EXPORT {",
                "10.0.0.0/8; Access_Type = RW",
                "*",
                "@group",
                "/a/../b",
                "/.",
                "::1%lo",
            ),
            fc.ipV4(),
            fc.ipV4Extended(),
            fc.ipV6(),
        );
        const number = fc.oneof(fc.integer(), fc.double(), nasty as fc.Arbitrary<unknown>, fc.constant(10001));
        const expected = shape(config);
        let accepted = 0;
        fc.assert(
            fc.property(
                fc.oneof(nasty, fc.constant("/share")),
                fc.oneof(fc.array(nasty, { maxLength: 3 }), fc.constant(["10.0.0.0/8"])),
                number,
                fc.oneof(number, fc.constant(10001)),
                (exportPath, clientNetworks, uid, gid) => {
                    const options = { exportPath, clientNetworks, squashUid: uid, squashGid: gid } as GaneshaOptions;
                    let parsed: Block;
                    try {
                        parsed = whole(options);
                    } catch (error) {
                        assert.match((error as Error).message, /cannot be configured/);
                        return;
                    }
                    accepted++;
                    assert.deepEqual(shape(parsed), expected);
                    const [first] = exportsOf(parsed);
                    assert.ok(first);
                    assert.equal(setting(first, "Pseudo"), exportPath);
                    assert.deepEqual(
                        clients(first).slice(1),
                        [...new Set(clientNetworks)].map((network) => `${network} RW`),
                    );
                },
            ),
            { numRuns: 3_000 },
        );
        assert.ok(accepted > 0, "some were good");
    });
});
