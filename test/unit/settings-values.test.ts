// Texts of the configuration as values: quantities as Kubernetes writes them,
// durations as Go does, addresses, options; and the name that was meant.
import assert from "node:assert/strict";
import { canonicalQuantity, quantityBytes } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { durationMilliseconds, durationText } from "../../settings/duration";
import { type KeyName, keyOf, keys } from "../../settings/keys";
import { distance, nearest } from "../../settings/nearest";
import { changeCommand, NotAllowed, type Problem } from "../../settings/problem";
import { shellWord, shown } from "../../settings/shown";
import * as values from "../../settings/values";

const accepts = <T>(parse: values.Parser<T>, text: string): boolean => {
    try {
        parse(text);
        return true;
    } catch (error) {
        assert.ok(error instanceof NotAllowed);
        return false;
    }
};

describe("values of the configuration", () => {
    it("quantities: all that Kubernetes takes and that are whole bytes, as Kubernetes writes them", () => {
        const sizes: Record<string, [bigint, string] | undefined> = {
            "1Gi": [1073741824n, "1Gi"],
            "1024Mi": [1073741824n, "1Gi"],
            "1.5Gi": [1610612736n, "1536Mi"],
            ".5Gi": [536870912n, "512Mi"],
            "500M": [500_000_000n, "500M"],
            "1000M": [1_000_000_000n, "1G"],
            "1500M": [1_500_000_000n, "1500M"],
            "1000000000": [1_000_000_000n, "1G"],
            "129e6": [129_000_000n, "129e6"],
            "1E9": [1_000_000_000n, "1e9"],
            "1.5e9": [1_500_000_000n, "1500e6"],
            "1e+3": [1000n, "1e3"],
            "+4096": [4096n, "4096"],
            "1.": [1n, "1"],
            "1Ei": [1n << 60n, "1Ei"],
            "1Ki": [1024n, "1Ki"],
            "0.5Ki": [512n, "512"],
            "0": [0n, "0"],
            "0.1": undefined,
            "1e-1": undefined,
            "1gb": undefined,
            "1 Gi": undefined,
            "-1Gi": undefined,
            "1e999999999": undefined,
            "": undefined,
            ".": undefined,
            Gi: undefined,
            e6: undefined,
        };
        for (const [text, expected] of Object.entries(sizes)) {
            assert.equal(quantityBytes(text), expected?.[0], text);
            assert.equal(canonicalQuantity(text), expected?.[1], text);
        }
        const parse = values.quantity("64Mi", "1Ei");
        for (const wrong of ["1Mi", "67108863", "2Ei", "9".repeat(10_000)]) assert.ok(!accepts(parse, wrong), wrong);
        assert.equal(parse("1024Mi"), "1Gi");
    });

    it("quantities: writing one another way changes neither its size nor, twice, anything", () => {
        const size = fc.tuple(fc.nat(99_999), fc.constantFrom("", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "e6"));
        fc.assert(
            fc.property(size, ([amount, suffix]) => {
                const text = canonicalQuantity(`${amount}${suffix}`);
                assert.ok(text !== undefined);
                assert.equal(quantityBytes(text), quantityBytes(`${amount}${suffix}`));
                assert.equal(canonicalQuantity(text), text);
            }),
        );
    });

    it("durations: what is written in units adds up, exactly", () => {
        const amount = fc.integer({ min: 0, max: 999 });
        fc.assert(
            fc.property(amount, amount, amount, amount, (h, m, s, ms) => {
                const total = ((h * 60 + m) * 60 + s) * 1000 + ms;
                assert.equal(durationMilliseconds(`${h}h${m}m${s}s${ms}ms`), total);
                assert.equal(durationMilliseconds(durationText(total)), total);
            }),
        );
        const exact: Record<string, number> = {
            "1.001s": 1001,
            ".5s": 500,
            "1.s": 1000,
            "1m0s": 60_000,
            "2000us": 2,
            "2000\u00b5s": 2,
            "3000\u03bcs": 3,
            "4000000ns": 4,
            "+1s": 1000,
            "0": 0,
        };
        for (const [text, milliseconds] of Object.entries(exact)) {
            assert.equal(durationMilliseconds(text), milliseconds, text);
        }
        const wrong = ["", "5", "s", ".s", "-1s", "1 s", "1d", "1s!", "1ns", "1500us", "1e3s", "1".repeat(100_000)];
        for (const text of wrong) assert.equal(durationMilliseconds(text), undefined, text.slice(0, 20));
        assert.deepEqual([250, 1500, 60_000, 90_000, 3_600_000, 0].map(durationText), [
            "250ms",
            "1.5s",
            "1m",
            "1m30s",
            "1h",
            "0ms",
        ]);
    });

    it("networks: addresses with a prefix that fits, and not the whole world", () => {
        for (const right of ["10.0.0.0/8", "10.0.0.1/32", "fd00::/8", "::1/128"]) {
            assert.ok(accepts(values.network, right), right);
        }
        for (const wrong of [
            "10.0.0.1",
            "10.0.0.0/33",
            "0.0.0.0/0",
            "::/0",
            "a/8",
            "10.0.0.0/8/8",
            "10.0.0/8",
            "10.0.0.0/08",
            "fe80::1%eth0/64",
            "",
        ]) {
            assert.ok(!accepts(values.network, wrong), wrong);
        }
    });

    it("mounts: an address, not a name, and a path", () => {
        assert.deepEqual(values.mountSource("10.0.0.7:/share"), { address: "10.0.0.7", path: "/share" });
        assert.deepEqual(values.mountSource("[fd00::7]:/"), { address: "fd00::7", path: "/" });
        for (const wrong of ["filer:/share", "10.0.0.7", "10.0.0.7:share", "fd00::7:/share", "[10.0.0.7]:/share"]) {
            assert.ok(!accepts(values.mountSource, wrong), wrong);
        }
    });

    it("mount options: those that corrupt or hide data are refused with the reason", () => {
        assert.throws(() => values.mountOption("soft"), /loses data/);
        for (const ignored of ["intr", "nointr"]) assert.throws(() => values.mountOption(ignored), /Linux has ignored/);
        assert.throws(() => values.mountOption("minorversion=2"), /written as nfsvers/);
        assert.throws(() => values.mountOption("mountproto=tcp"), /no mount protocol/);
        assert.throws(() => values.mountOption("nouser"), /the kubelet mounts/);
        for (const honoured of ["rw", "port=2049", "suid", "nofsc", "_netdev"]) {
            assert.equal(values.mountOption(honoured), honoured);
        }
        assert.throws(() => values.mountOption("nfsvers=3"), /4\.0, 4\.1 or 4\.2/);
        for (const wrong of ["hard,soft", "vers=4.2", "nolock", "a b", "ro", "=1", "__proto__", "a\nb"]) {
            assert.ok(!accepts(values.mountOption, wrong), wrong);
        }
        assert.ok(accepts(values.mountOption, "constructor"), "an object's own names mean nothing here");
        for (const right of ["hard", "timeo=600", "nfsvers=4.1", "lookupcache=positive", "nconnect=4"]) {
            assert.ok(accepts(values.mountOption, right), right);
        }
    });

    it("images: as Docker names them, those of pods by digest", () => {
        const digest = `@sha256:${"0".repeat(64)}`;
        for (const right of ["127.0.0.1:5000/a/b", "nfs-server", "team/a__b:v1", "Registry.example.org/a"]) {
            assert.ok(accepts(values.imageReference, right + digest), right);
            assert.ok(accepts(values.imageName, right), right);
        }
        assert.ok(!accepts(values.imageReference, "registry.example.org/a:1"));
        for (const wrong of ["a//b", "a:1:2", "a/B", "a b", "-a", "a:"]) {
            assert.ok(!accepts(values.imageReference, wrong + digest), wrong);
            assert.ok(!accepts(values.imageName, wrong), wrong);
        }
    });

    it("registries: a host that Docker takes for one, with a port and a path that images can have", () => {
        for (const right of ["localhost", "localhost:5000/a", "r.example/team/x", "[fd00::7]:5000", "docker.io/team"]) {
            assert.ok(accepts(values.registry, right), right);
        }
        // To Docker the first is somebody's name at Docker Hub.
        for (const wrong of [
            "team/a",
            "https://r.example",
            "r.example:99999",
            "r.example:0",
            "r.example/Team",
            "r..x",
        ]) {
            assert.ok(!accepts(values.registry, wrong), wrong);
        }
    });

    it("paths: what Ganesha's configuration takes unquoted, and not the probe's own", () => {
        for (const right of ["/share", "/a/b_c-d.e", "/canary2"]) assert.ok(accepts(values.exportPath, right), right);
        for (const wrong of ["/", "share", "/a/../b", "/a b", "/canary", "/canary/x", `/${"a".repeat(255)}`]) {
            assert.ok(!accepts(values.exportPath, wrong), wrong);
        }
    });

    it("lines: one", () => {
        for (const right of ["my cluster", "arn:aws:eks:x", "\u00e9"])
            assert.ok(accepts(values.lineOfText, right), right);
        for (const wrong of ["a\nb", "a\0", "\u2028", "\u001b[31m", "\ud800"]) {
            assert.ok(!accepts(values.lineOfText, wrong), JSON.stringify(wrong));
        }
    });

    it("are read back as they were written", () => {
        const more: Partial<Record<KeyName, string[]>> = {
            capacity: ["64Mi", "1Ei", "500M"],
            freshness: ["3s", "10m", "1m30s"],
            externalServer: ["10.0.0.7:/share", "[fd00::7]:/"],
            clientNetworks: ["[]", '["10.0.0.0/8","fd00::/8"]'],
        };
        for (const name of Object.keys(keys) as KeyName[]) {
            const { parse, example, list } = keyOf(name);
            for (const text of [list ? JSON.stringify([example]) : example, ...(more[name] ?? [])]) {
                assert.equal(parse.write(parse(text)), text, name);
            }
        }
    });
});

describe("the name that was meant", () => {
    const names = ["message", "readers", "capacity", "clientNetworks", "exportPath"];

    it("is found through one slip, in any capitals", () => {
        const slip = fc.record({
            name: fc.constantFrom(...names),
            at: fc.nat(20),
            how: fc.constantFrom("drop", "double", "swap", "upper"),
        });
        fc.assert(
            fc.property(slip, ({ name, at, how }) => {
                const i = at % (name.length - 1);
                const [before, letter = "", next = "", after] = [
                    name.slice(0, i),
                    name[i],
                    name[i + 1],
                    name.slice(i + 2),
                ];
                const written = {
                    drop: before + next + after,
                    double: before + letter + letter + next + after,
                    swap: before + next + letter + after,
                    upper: name.toUpperCase(),
                }[how];
                assert.equal(nearest(written ?? "", names), name);
            }),
        );
    });

    it("is not made up for another word", () => {
        assert.equal(nearest("zebra", names), undefined);
        assert.equal(nearest("", names), undefined);
    });

    it("distance is symmetric, and nothing only for the same", () => {
        fc.assert(
            fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
                assert.equal(distance(a, b), distance(b, a));
                assert.equal(distance(a, b) === 0, a === b);
            }),
        );
    });
});

describe("texts that people gave", () => {
    it("are shown without what a terminal would act on, and not at any length", () => {
        assert.equal(shown('a"b\nc'), '"a\\"b\\nc"');
        assert.equal(shown("\u001b[31m\u009b\u202e\u2028"), '"\\u001b[31m\\u{9b}\\u{202e}\\u{2028}"');
        assert.equal(shown("\u{1f600}".repeat(200)), `"${"\u{1f600}".repeat(100)}…" (200 characters)`);
    });

    it("are one word to a shell", () => {
        assert.equal(shellWord("a/b:c@d"), "a/b:c@d");
        assert.equal(shellWord("$(reboot) it's"), "'$(reboot) it'\\''s'");
        assert.equal(shellWord(""), "''");
    });
});

describe("the command that mends", () => {
    const place = { namespace: "n", stack: "dev" };
    const command = (problem: Partial<Problem>) => changeCommand(place, { key: "k", allowed: "", ...problem });

    it("quotes what a shell would change", () => {
        assert.equal(command({ example: "it's" }), "pulumi config set n:k 'it'\\''s' --stack dev");
    });

    it("takes away what must go", () => {
        assert.equal(command({ remove: true }), "pulumi config rm n:k --stack dev");
    });

    it("changes the item of a list that is wrong", () => {
        assert.equal(command({ example: "x", list: true, item: 2 }), "pulumi config set --path 'n:k[2]' x --stack dev");
    });

    it("has no secret in it", () => {
        assert.equal(command({ example: "<password>", secret: true }), "pulumi config set --secret n:k --stack dev");
    });

    it("is none for a key that a shell might read otherwise", () => {
        assert.equal(command({ key: "k; reboot", remove: true }), "remove it from Pulumi.dev.yaml");
    });
});
