import assert from "node:assert/strict";
import { Stalls } from "../../bench/stalls";

describe("the answers of a soak", () => {
    it("are told by how many, how slow they usually were, and how slow at worst", () => {
        const stalls = new Stalls();
        for (let i = 1; i <= 100; i++) stalls.add(i * 10);
        stalls.add(1500);
        assert.equal(stalls.line(), "101 answers, median 0.51 s, p99 1.00 s, slowest 1.50 s, 1 of over 1 s");
        assert.equal(stalls.worst, 1500);
    });

    it("are told also before there is one", () => {
        assert.match(new Stalls().line(), /^0 answers/);
    });
});
