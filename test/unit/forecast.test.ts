// How long a build still takes, as it is said while it goes on.
import assert from "node:assert/strict";
import fc from "fast-check";
import { minutesLeft } from "../../embedded/forecast";

describe("the time that a build still takes", () => {
    it("is at first what was measured elsewhere, on as many processors as there are", () => {
        const works = [600, 600].map((seconds) => ({ seconds, share: 0 }));
        assert.equal(minutesLeft(works, 0, 2), 10);
        assert.equal(minutesLeft(works, 0, 4), 5);
    });

    it("is then more and more as this machine gets on", () => {
        const works = [6000, 6000].map((seconds) => ({ seconds, share: 0.5 }));
        assert.equal(minutesLeft(works, 3000, 2), 50);
        assert.equal(minutesLeft(works, 12_000, 2), 186);
    });

    it("is no matter of hours because a build begins with downloads", () => {
        assert.ok(minutesLeft([{ seconds: 1500, share: 0.01 }], 240, 2) < 30);
    });

    it("never ends before the work does, and never grows by work that is done", () => {
        const work = fc.record({
            seconds: fc.integer({ min: 1, max: 5000 }),
            share: fc.double({ min: 0, max: 1, noNaN: true }),
        });
        fc.assert(
            fc.property(fc.array(work), fc.integer({ min: 0, max: 5000 }), (works, elapsed) => {
                const now = minutesLeft(works, elapsed, 2);
                assert.ok(now >= 1);
                assert.ok(
                    minutesLeft(
                        works.map((one) => ({ ...one, share: 1 })),
                        elapsed,
                        2,
                    ) <= now,
                );
            }),
        );
    });
});
