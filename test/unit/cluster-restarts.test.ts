import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, LIMIT, Restarts, WINDOW_MS } from "../../embedded/cluster/supervisor/restarts";

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

describe("what is told of restarts", () => {
    const at = new Date("2026-01-01T00:00:00Z");

    it("is how many there were, and the latest ten", () => {
        const restarts = new Restarts();
        for (let i = 0; i < 25; i++) restarts.add(`reason ${i}`, i * WINDOW_MS, at);
        const { restarted, restarts: latest } = restarts.status;
        assert.equal(restarted, 25);
        assert.equal(latest.length, 10);
        assert.deepEqual(latest.at(-1), { at: at.toISOString(), reason: "reason 24" });
    });

    it("goes on over a boot of what is around it, and its limit begins anew", () => {
        const restarts = new Restarts();
        const end = (): boolean => restarts.add("ended", 0, at).again;
        for (let i = 0; i < LIMIT; i++) assert.equal(end(), true);
        restarts.forgive();
        assert.equal(end(), true);
        assert.equal(restarts.status.restarted, LIMIT + 1);
    });
});
