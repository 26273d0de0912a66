import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, LIMIT, WINDOW_MS } from "../../embedded/cluster/supervisor/restarts";

describe("a component that ended", () => {
    it("is started again at once when it is the first time", () => {
        assert.deepEqual(decide([5]), { again: true, afterMs: 0 });
    });

    it("is given up when it ended more often than the limit within the window", () => {
        const ends = Array.from({ length: LIMIT + 1 }, (_, index) => index);
        assert.deepEqual(decide(ends), { again: false });
        assert.equal(decide(ends.slice(1)).again, true);
    });

    it("is never given up for ends that are further apart than the window allows", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 50 }), (count) => {
                const ends = Array.from({ length: count }, (_, index) => (index * WINDOW_MS) / LIMIT);
                assert.equal(decide(ends).again, true);
            }),
        );
    });

    it("waits longer the more often it ended, but not for ever", () => {
        const pauses = [1, 2, 3, 4, 5].map((count) => {
            const decision = decide(Array.from({ length: count }, () => 0));
            return decision.again ? decision.afterMs : Number.NaN;
        });
        assert.deepEqual(
            [...pauses].sort((a, b) => a - b),
            pauses,
        );
        assert.ok(pauses.every((pause) => pause <= 10_000));
    });
});
