// ganesha.conf in a ConfigMap, as the policies read it: its language, and what it includes.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
    type Block,
    type GaneshaFile,
    ganeshaFiles,
    isWhole,
    lastBlock,
    speaksVersion4,
    UNKNOWN,
    unreadOf,
} from "../../policies/shared/src";

const filesOf = (data: unknown): GaneshaFile[] =>
    ganeshaFiles({ urn: "", resource: "config", group: "core", kind: "ConfigMap", value: { data } });
function configOf(text: string, others: Record<string, unknown> = {}): Block {
    const [file] = filesOf({ "ganesha.conf": text, ...others });
    assert.ok(file && file.config !== UNKNOWN);
    return file.config;
}
const entries = (block: Block | undefined): object => Object.fromEntries(block?.values ?? []);
const names = ({ blocks }: Block): string[] => blocks.map(({ name }) => name);

describe("ganesha.conf, as the policies read it", () => {
    it("is blocks in blocks, with values up to the semicolon, without comments and case", () => {
        const config = configOf(`
            # EXPORT { Path = /wrong; }
            Export { Path = "/da ta"; Clients = 10.0.0.1, fd00::/64; # Squash = none;
                CLIENT { Access_Type = RW; } FSAL { Name = VFS; } }
            EXPORT_DEFAULTS { Squash = All_Squash; }`);
        const [export_, defaults] = config.blocks;
        assert.equal(export_?.name, "export");
        assert.deepEqual(entries(export_), { path: "/da ta", clients: "10.0.0.1, fd00::/64" });
        assert.deepEqual(export_ && names(export_), ["client", "fsal"]);
        assert.equal(defaults?.values.get("squash"), "All_Squash");
    });

    it("has text in quotes as it stands, with what is a comment or a brace elsewhere", () => {
        const config = configOf(`NFSv4 { A = "a # b } \\"c\\""; B = 'd;{'; C = "e"; }`);
        assert.deepEqual(entries(lastBlock(config, "nfsv4")), { a: 'a # b } "c"', b: "d;{", c: "e" });
    });

    it("is read to its end, whatever it is", () => {
        const pieces = fc.constantFrom(
            ...["EXPORT", "{", "}", "=", ";", "CLIENT", "a", '"', "'", "#", "\n", " ", "*", "%include", "%", "b.conf"],
        );
        fc.assert(
            fc.property(fc.array(pieces), fc.array(pieces), (one, other) => {
                filesOf({ "ganesha.conf": one.join(" "), "b.conf": other.join(" ") });
            }),
        );
    });

    it("takes in what it includes of the same ConfigMap, at top level and inside of a block", () => {
        const config = configOf('%include "/etc/x/a.conf"\nNFSv4 { B = 2; %include b.conf\n C = 3; }', {
            "a.conf": "EXPORT { A = 1; }",
            "b.conf": "Server_Owner = me; %include c.conf",
            "c.conf": "Server_Scope = us;",
        });
        assert.deepEqual(names(config), ["export", "nfsv4"]);
        assert.deepEqual(entries(lastBlock(config, "nfsv4")), {
            b: "2",
            c: "3",
            server_owner: "me",
            server_scope: "us",
        });
        assert.deepEqual(unreadOf(config, "nfsv4"), { unknown: [], unseen: [] });
    });

    it("says what it could not read, where that matters", () => {
        const config = configOf(
            "%url rados://pool/a\n%dir /etc/more\nNFSv4 { %include late.conf\n%include /x/else.conf\n} EXPORT { %include export.conf\n }",
            { "late.conf": UNKNOWN },
        );
        assert.deepEqual(unreadOf(config, "nfsv4"), {
            unknown: ['data["late.conf"]'],
            unseen: ["%url of rados://pool/a", "%dir of /etc/more", "%include of /x/else.conf"],
        });
        assert.deepEqual(unreadOf(config, "export").unseen.at(-1), "%include of export.conf");
        assert.deepEqual(unreadOf(config, "nfs_core_param").unknown, []);
    });

    it("ends where files include each other", () => {
        const config = configOf("A { a = 1; } %include b.conf", { "b.conf": "B { b = 2; }\n%include ganesha.conf" });
        assert.deepEqual(names(config), ["a", "b"]);
    });

    it("is one configuration, not one for each file of it", () => {
        const data = { "z.conf": "EXPORT { A = 1; }", "ganesha.conf": "%include z.conf", "own.conf": "EXPORT { }" };
        const found = filesOf(data);
        assert.deepEqual(
            found.map(({ where }) => where),
            ['data["ganesha.conf"]', 'data["own.conf"]'],
        );
        assert.deepEqual(found.map(isWhole), [true, false]);
    });

    it("is told by its name while it is not known yet, and by its blocks afterwards", () => {
        const wheres = (data: unknown): string[] => filesOf(data).map(({ where }) => where);
        assert.deepEqual(wheres({ "nfs-ganesha.conf": UNKNOWN, other: UNKNOWN }), ['data["nfs-ganesha.conf"]']);
        assert.deepEqual(wheres({ server: "nfsv4 { }", nginx: "http { server { } }" }), ['data["server"]']);
        assert.deepEqual(wheres(UNKNOWN), []);
    });

    it("has of several blocks the last one", () => {
        assert.deepEqual(entries(lastBlock(configOf("NFSv4 { A = 1; } NFSV4 { B = 2; }"), "nfsv4")), { b: "2" });
    });

    it("speaks NFSv4 unless that is taken away, for the server or for each export", () => {
        const speaks = (text: string): boolean => speaksVersion4(configOf(text));
        assert.ok(speaks(""));
        assert.ok(speaks("NFS_CORE_PARAM { Protocols = 3, 4; }"));
        assert.ok(speaks("NFS_CORE_PARAM { Protocols = NFSv4; }"));
        assert.ok(!speaks("NFS_CORE_PARAM { Protocols = 3; }"));
        assert.ok(speaks("EXPORT { Protocols = 3; } EXPORT { A = 1; }"));
        assert.ok(!speaks("EXPORT { Protocols = 3; } EXPORT { Protocols = NFS3; }"));
        assert.ok(!speaks("EXPORT_DEFAULTS { Protocols = 3; } EXPORT { A = 1; }"));
        assert.ok(speaks("EXPORT_DEFAULTS { Protocols = 3; } EXPORT { Protocols = 4; }"));
    });
});
