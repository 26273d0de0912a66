import assert from "node:assert/strict";
import fc from "fast-check";
import { compareQuantities } from "../../policies/shared/src";

/** Independent of the parser: how many thousandths each suffix stands for. */
const thousandths: Record<string, bigint> = {
    m: 1n,
    "": 10n ** 3n,
    k: 10n ** 6n,
    M: 10n ** 9n,
    G: 10n ** 12n,
    E: 10n ** 21n,
    Ki: 1024n * 10n ** 3n,
    Gi: 1024n ** 3n * 10n ** 3n,
    Ei: 1024n ** 6n * 10n ** 3n,
    e3: 10n ** 6n,
    E2: 10n ** 5n,
};
const quantity = fc.record({
    number: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    suffix: fc.constantFrom(...Object.keys(thousandths)),
});

describe("comparing quantities", () => {
    it("orders them by what they stand for", () => {
        fc.assert(
            fc.property(quantity, quantity, (a, b) => {
                const [left, right] = [a, b].map(({ number, suffix }) => number * (thousandths[suffix] ?? 0n)) as [
                    bigint,
                    bigint,
                ];
                const order = compareQuantities(`${a.number}${a.suffix}`, `${b.number}${b.suffix}`);
                assert.equal(order, left < right ? -1 : left > right ? 1 : 0);
            }),
        );
    });

    it("knows fractions, signs and exponents", () => {
        for (const [a, b, order] of [
            ["1.5Gi", "1536Mi", 0],
            ["0.5", "500m", 0],
            [".5", "0.50", 0],
            ["1e3", "1k", 0],
            ["1.0e-3", "1m", 0],
            ["-1Gi", "1", -1],
            ["1Gi", "1000M", 1],
            ["9007199254740993", "9007199254740992", 1],
        ] as const) {
            assert.equal(compareQuantities(a, b), order, `${a} and ${b}`);
        }
    });

    it("does not guess what is not a quantity", () => {
        for (const text of ["", "Gi", "1 Gi", "1gi", "1KiB", "one", "1e", "1eGi", ".", "-"]) {
            assert.equal(compareQuantities(text, "1"), undefined, JSON.stringify(text));
        }
    });
});
