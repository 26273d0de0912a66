import assert from "node:assert/strict";
import { timeIn, timesOf } from "../../bench/process-tree";

describe("the processor time of a program and all that it has started", () => {
    it("is read from the kernel's line, whatever the program is called", () => {
        const line = "4711 (a ) b) S 42 4711 4711 0 -1 4194304 100 200 0 0 150 50 25 75 20 0 1 0 9 9 9\n";
        assert.deepEqual(timeIn(line), { pid: 4711, parent: 42, seconds: 3 });
    });

    const processes = [
        { pid: 1, parent: 0, seconds: 100 },
        { pid: 10, parent: 1, seconds: 1 },
        { pid: 11, parent: 10, seconds: 2 },
        { pid: 12, parent: 11, seconds: 4 },
        { pid: 13, parent: 10, seconds: 8 },
        { pid: 20, parent: 1, seconds: 16 },
    ];

    it("is summed up by part, children with the part that their parent is in, and nobody else's", () => {
        const times = timesOf(processes, 10, (pid) => ({ 10: "supervisor", 11: "node-1" })[pid as 10]);
        assert.deepEqual(
            [...times],
            [
                ["supervisor", 9],
                ["node-1", 6],
            ],
        );
    });

    it("is none when the program is gone", () => {
        assert.equal(timesOf(processes, 99, () => "x").size, 0);
    });
});
