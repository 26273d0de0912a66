// Texts of the configuration as values: quantities as Kubernetes writes them,
// durations as Go does, addresses, options; and the name that was meant.
import assert from "node:assert/strict";
import fc from "fast-check";
import { distance, nearest } from "../../settings/nearest";
import { changeCommand, NotAllowed } from "../../settings/problem";
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
    it("quantities: binary and decimal suffixes, fractions that are whole bytes", () => {
        const bytes: Record<string, bigint | undefined> = {
            "1Gi": 1073741824n,
            "500M": 500_000_000n,
            "1.5Gi": 1610612736n,
            "4096": 4096n,
            "0.1": undefined,
            "1gb": undefined,
            "1 Gi": undefined,
            "-1Gi": undefined,
            "": undefined,
        };
        for (const [text, expected] of Object.entries(bytes)) {
            assert.equal(values.quantityBytes(text), expected, text);
        }
        assert.ok(!accepts(values.quantity, "1Mi"), "too small for anything");
    });

    it("durations: what is written in units adds up", () => {
        const amount = fc.integer({ min: 0, max: 999 });
        fc.assert(
            fc.property(amount, amount, amount, amount, (h, m, s, ms) => {
                assert.equal(
                    values.durationMilliseconds(`${h}h${m}m${s}s${ms}ms`),
                    ((h * 60 + m) * 60 + s) * 1000 + ms,
                );
            }),
        );
        for (const wrong of ["", "5", "s", "-1s", "1 s", "1d", "1.s", "1s!"]) {
            assert.equal(values.durationMilliseconds(wrong), undefined, wrong);
        }
    });

    it("networks: addresses with a prefix that fits, and not the whole world", () => {
        for (const right of ["10.0.0.0/8", "10.0.0.1/32", "fd00::/8", "::1/128"]) {
            assert.ok(accepts(values.network, right), right);
        }
        for (const wrong of ["10.0.0.1", "10.0.0.0/33", "0.0.0.0/0", "::/0", "a/8", "10.0.0.0/8/8", "10.0.0/8", ""]) {
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
        assert.throws(() => values.mountOption("nfsvers=3"), /4\.0, 4\.1 or 4\.2/);
        for (const wrong of ["hard,soft", "vers=4.2", "nolock", "a b", "ro", "=1"]) {
            assert.ok(!accepts(values.mountOption, wrong), wrong);
        }
        for (const right of ["hard", "timeo=600", "nfsvers=4.1", "lookupcache=positive", "nconnect=4"]) {
            assert.ok(accepts(values.mountOption, right), right);
        }
    });

    it("images: by digest", () => {
        assert.ok(accepts(values.imageReference, `127.0.0.1:5000/a/b@sha256:${"0".repeat(64)}`));
        assert.ok(!accepts(values.imageReference, "registry.example.org/a:1"));
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

describe("the command that mends", () => {
    it("quotes what a shell would change", () => {
        assert.equal(
            changeCommand("n", { key: "k", allowed: "", example: "it's" }),
            "pulumi config set n:k 'it'\\''s'",
        );
        assert.equal(changeCommand("n", { key: "k", allowed: "", remove: true }), "pulumi config rm n:k");
    });
});
