// What commands print of evidence and of readers.
import assert from "node:assert/strict";
import { describeReader } from "../../commands/reader-view";
import { linesTaken } from "../../commands/rows";
import type { ReaderStatus } from "../../contract/src";

const status: ReaderStatus = {
    role: "reader",
    pod: "nfs-readers-1",
    node: "node-1",
    name: "nfs-writer",
    ready: true,
    reason: "verified up to record 7, 0.1 s ago",
    verdict: "fresh",
    recordsVerified: 7,
    bytesVerified: 2_000,
    lastSequence: 7,
    chainHead: "0".repeat(64),
    currentSequence: 7,
    changesSeen: 3,
    changeDelayMs: { p50: 500, p99: 990, max: 1_020 },
    lastRecordAgeMs: 140,
    delayMs: { p50: 12.34, p99: 80.2, max: 99.9, clockUncertainty: 0.4 },
    waitingForShareMs: 0,
    space: { sizeBytes: 2 ** 30, freeBytes: 2 ** 29, low: false },
    found: { missing: 0, torn: 0, altered: 0, disordered: 0, contested: 0 },
};

describe("a reader in a terminal", () => {
    it("says its verdict and its numbers in two columns", () => {
        const text = describeReader(status);
        assert.match(text, /^ {2}verdict {11}fresh: verified up to record 7/);
        assert.match(text, /delay {13}median 12 ms, p99 80 ms, longest 100 ms \(clocks agree within 0.4 ms\)\n/);
        assert.match(text, /changes seen {6}3, median 500 ms, p99 990 ms, longest 1020 ms\n/);
        assert.match(text, /room {14}512 MiB of 1024 MiB free \(50 %\)\n/);
        assert.match(text, /found wrong {7}nothing\n$/);
    });

    it("says that the share fills up, and what mends it", () => {
        const space = { sizeBytes: 2 ** 30, freeBytes: 2 ** 26, low: true };
        assert.match(
            describeReader({ ...status, space }),
            /64 MiB of 1024 MiB free \(6 %\): the share fills up; raise/,
        );
    });

    it("says what was found wrong, and what is not known", () => {
        const found = { ...status.found, altered: 2 };
        const text = describeReader({
            ...status,
            found,
            delayMs: null,
            changeDelayMs: null,
            lastRecordAgeMs: null,
            space: null,
        });
        assert.match(text, /room {14}not told by the server\n/);
        assert.match(text, /delay {13}not measured\n/);
        assert.match(text, /newest record {5}none seen to arrive\n/);
        assert.match(text, /found wrong {7}altered 2\n$/);
    });
});

describe("what is renewed in a terminal", () => {
    it("takes a line more for each that is too long for it", () => {
        assert.equal(linesTaken("", 80), 1);
        assert.equal(linesTaken("one\ntwo\n", 80), 2);
        assert.equal(linesTaken(`${"x".repeat(80)}\n${"x".repeat(81)}\n\n`, 80), 4);
    });
});
