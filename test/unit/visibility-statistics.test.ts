// What the writer and the readers make of what they measure.
import assert from "node:assert/strict";
import fc from "fast-check";
import { History, Window } from "../../images/visibility/statistics";

describe("a window of measurements", () => {
    it("knows the percentiles of the last ones, and the sum of all", () => {
        fc.assert(
            fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer({ min: 1, max: 20 }), (values, size) => {
                const window = new Window(size);
                for (const value of values) window.add(value);
                const kept = values.slice(-size).toSorted((a, b) => a - b);
                const { p50, p99, max } = window.summary() ?? { p50: 0, p99: 0, max: 0 };
                assert.equal(max, kept.at(-1));
                for (const [value, share] of [
                    [p50, 0.5],
                    [p99, 0.99],
                ] as const) {
                    assert.ok(kept.filter((v) => v <= value).length >= share * kept.length, "enough are not above it");
                    assert.ok(kept.filter((v) => v < value).length < share * kept.length, "and it is the least such");
                }
                assert.equal(window.count, values.length);
                assert.equal(
                    window.sum,
                    values.reduce((a, b) => a + b, 0),
                );
            }),
        );
        assert.equal(new Window(3).summary(), null);
    });
});

describe("the history of seconds", () => {
    it("has each second once, the empty ones too, and is bounded", () => {
        const history = new History(5, 500);
        history.add(1_200, 3);
        history.add(1_900, null);
        history.add(3_100, 7);
        assert.deepEqual(history.since(0, 4_500), [
            { at: 1, records: 2, p50: 3, max: 3 },
            { at: 2, records: 0, p50: null, max: null },
            { at: 3, records: 1, p50: 7, max: 7 },
        ]);
        assert.deepEqual(
            history.since(2, 4_500).map(({ at }) => at),
            [3],
        );
        assert.equal(history.since(0, 1_000_000).length, 5);
    });

    it("has a record in the second in which it came, also when it is told late", () => {
        const history = new History(5, 500);
        history.add(1_200, 3);
        assert.deepEqual(history.since(0, 2_499), []);
        history.add(1_950, 5);
        history.add(2_050, 7);
        const [first] = history.since(0, 2_500);
        assert.deepEqual(first, { at: 1, records: 2, p50: 3, max: 5 });
        // Later than that it is not lost.
        history.add(1_990, 9);
        assert.deepEqual(history.since(1, 3_500), [{ at: 2, records: 2, p50: 7, max: 9 }]);
    });

    it("loses no record that comes in time", () => {
        const came = fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 500 }));
        fc.assert(
            fc.property(fc.array(came, { minLength: 1, maxLength: 100 }), (steps) => {
                const history = new History(1_000, 500);
                const counts = new Map<number, number>();
                let now = 10_000;
                history.since(0, now);
                for (const [pause, late] of steps) {
                    now += pause;
                    const cameMs = Math.max(10_000, now - late);
                    history.since(0, now);
                    history.add(cameMs, null);
                    const second = Math.floor(cameMs / 1000);
                    counts.set(second, (counts.get(second) ?? 0) + 1);
                }
                for (const { at, records } of history.since(0, now + 2_000)) assert.equal(records, counts.get(at) ?? 0);
            }),
        );
    });
});
