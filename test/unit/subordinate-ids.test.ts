// Which ids a plain user may use, and what they become in a namespace.
import assert from "node:assert/strict";
import fc from "fast-check";
import { areEnough, freeIds, idMapping, isPlainUserInside, rangesOf } from "../../embedded/subordinate-ids";

const text = "# lent\nann:100000:65536\n1001:165536:65536\nanna:231072:65536\nann:300000:10\n";

describe("subordinate ids", () => {
    it("are those of a user by his name or his number, and of nobody else", () => {
        assert.deepEqual(rangesOf(text, { name: "ann", uid: 1000 }), [
            { start: 100_000, count: 65_536 },
            { start: 300_000, count: 10 },
        ]);
        assert.deepEqual(rangesOf(text, { name: "bob", uid: 1001 }), [{ start: 165_536, count: 65_536 }]);
        assert.deepEqual(rangesOf(text, { name: "carol", uid: 1002 }), []);
        assert.deepEqual(rangesOf("", { name: "ann", uid: 1000 }), []);
    });

    it("are enough for a Debian system when they reach up to nobody", () => {
        assert.ok(areEnough([{ start: 100_000, count: 65_536 }]));
        assert.ok(areEnough([32_768, 32_768].map((count, index) => ({ start: 1e6 * index, count }))));
        assert.ok(!areEnough([{ start: 100_000, count: 1000 }]));
        assert.ok(!areEnough([]));
    });

    it("follow one's own id inside, without a gap and without meeting", () => {
        assert.deepEqual(idMapping(1000, [{ start: 100_000, count: 65_536 }]), [
            "0",
            "1000",
            "1",
            "1",
            "100000",
            "65536",
        ]);
        const ranges = fc.array(fc.record({ start: fc.nat(), count: fc.integer({ min: 1, max: 1e6 }) }));
        fc.assert(
            fc.property(fc.nat(), ranges, (own, lent) => {
                const numbers = idMapping(own, lent).map(Number);
                let next = 0;
                for (let at = 0; at < numbers.length; at += 3) {
                    assert.equal(numbers[at], next);
                    next += numbers[at + 2] ?? 0;
                }
                assert.equal(numbers.length, 3 * (lent.length + 1));
            }),
        );
    });

    it("that are proposed belong to nobody yet, in either file", () => {
        assert.equal(freeIds("", ""), "100000-165535");
        assert.equal(freeIds(text, "ann:400000:65536\n"), "465536-531071");
    });

    it("tell root of a plain user's namespace from root of a machine or a container", () => {
        assert.ok(isPlainUserInside("         0       1000          1\n         1     100000      65536\n"));
        assert.ok(!isPlainUserInside("         0          0 4294967295\n"));
        assert.ok(!isPlainUserInside("         0     100000      65536\n"));
        assert.ok(!isPlainUserInside("      1000       1000          1\n"));
    });
});
