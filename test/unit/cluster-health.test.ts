import assert from "node:assert/strict";
import fc from "fast-check";
import { type Health, illness, parseHealth, type Sample, wrongBy } from "../../embedded/cluster/supervisor/health";

const well: Health = { diskError: "", clock: 1_000_000, uptime: 60_000, keptEvents: 0 };
const sample = (health: Partial<Health>, answered: number, took = 5): Sample => ({
    health: { ...well, ...health },
    asked: answered - took,
    answered,
});

describe("what a node says of its health", () => {
    it("is what the disk said when it could not be used", () => {
        assert.equal(parseHealth("1 1.0 2.0 0 dd: Read-only file system")?.diskError, "dd: Read-only file system");
        assert.equal(parseHealth("137 1.0 2.0 0 ")?.diskError, "exit code 137");
    });

    it("is nothing when it is cut off", () => {
        for (const text of ["", "0", "0 1.0", "0 1.0 2.0", "0 x 2.0 0"]) assert.equal(parseHealth(text), undefined);
    });
});

describe("a node is ill", () => {
    it("when its disk can't be read or written", () => {
        assert.match(illness(sample({ diskError: "Input/output error" }, 0), undefined) ?? "", /disk.*Input\/output/);
    });

    it("when its time stands still or runs away", () => {
        const before = sample({ uptime: 60_000 }, 0);
        assert.match(illness(sample({ uptime: 60_100 }, 8000), before) ?? "", /its clock advanced by 0\.1 s in 8\.0 s/);
        assert.match(
            illness(sample({ uptime: 90_000 }, 8000), before) ?? "",
            /its clock advanced by 30\.0 s in 8\.0 s/,
        );
    });

    it("not when its time passes as ours does, however long the answers took", () => {
        fc.assert(
            fc.property(fc.nat(100_000), fc.nat(20_000), fc.nat(20_000), (passed, firstTook, took) => {
                // It looked at its clock at any moment between the question and the answer.
                const before = sample({ uptime: 60_000 - firstTook }, 0, firstTook);
                const now = sample({ uptime: 60_000 + passed }, passed, took);
                assert.equal(illness(now, before), undefined);
            }),
        );
    });
});

describe("a node's wall clock", () => {
    it("is set when it differs from the machine's by more than a second, and by how much is known", () => {
        assert.equal(wrongBy({ ...well, clock: 5000 }, 10_000, 10_010), -5005);
        assert.equal(wrongBy({ ...well, clock: 10_500 }, 10_000, 10_010), undefined);
        assert.equal(wrongBy({ ...well, clock: 100 }, 0, 10_010), undefined, "the answer took too long to tell");
    });
});
