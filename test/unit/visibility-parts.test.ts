// The small decisions of the writer, the readers and the check, each by itself.
import assert from "node:assert/strict";
import { decodeEvidence, EVIDENCE_MAX_BYTES, type Evidence } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { labelled, renderMetrics, single } from "../../images/common/metrics";
import { bestOffset, offsetOf } from "../../images/visibility/clock";
import { Findings, fittingEvidence } from "../../images/visibility/findings";
import { histogramMetric } from "../../images/visibility/metrics";
import { isNfs, mountedAt, parseMounts } from "../../images/visibility/mounts";
import { Rhythm } from "../../images/visibility/rhythm";
import { checkSettings, readerSettings, writerSettings } from "../../images/visibility/settings";
import { explain } from "../../images/visibility/share-errors";
import { Histogram, percentile } from "../../images/visibility/statistics";
import { type ReaderState, readerVerdict, writerVerdict } from "../../images/visibility/verdict";

describe("the clock offset", () => {
    const duration = fc.double({ min: 0, max: 5_000, noNaN: true });
    const exchange = fc.tuple(duration, duration, duration);

    const tenth = (ms: number): number => Math.round(ms * 10) / 10;
    /** Four readings, to the tenth of a millisecond, of two clocks that are `offset` apart. */
    const readings = (start: number, offset: number, [there, work, back]: [number, number, number]) => ({
        sent: start,
        receive: tenth(start + there + offset),
        transmit: tenth(start + there + work + offset),
        returned: start + there + work + back,
    });

    it("is never further from the truth than it says, however unlike the two ways are", () => {
        fc.assert(
            fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), duration, exchange, (offset, start, times) => {
                const { offsetMs, uncertaintyMs } = offsetOf(readings(1e12 + start, offset, times));
                assert.ok(Math.abs(offsetMs - offset) <= uncertaintyMs + 1e-3, `${offsetMs} ± ${uncertaintyMs}`);
            }),
        );
    });

    it("is that of the quickest exchange", () => {
        fc.assert(
            fc.property(fc.array(exchange, { minLength: 1, maxLength: 9 }), (all) => {
                const exchanges = all.map((times) => readings(1e12, 250, times));
                const best = bestOffset(exchanges);
                assert.ok(best);
                for (const other of exchanges) assert.ok(best.uncertaintyMs <= offsetOf(other).uncertaintyMs);
            }),
        );
        assert.equal(bestOffset([]), undefined);
    });
});

describe("what is mounted", () => {
    const text = [
        "overlay / overlay rw,relatime 0 0",
        "10.96.20.49:/share /share nfs4 ro,relatime,vers=4.2,hard,lookupcache=pos,addr=10.96.20.49 0 0",
        "tmpfs /a\\040b tmpfs rw 0 0",
        "",
    ].join("\n");

    it("is found by its place, with the options as the kernel spells them", () => {
        const share = mountedAt("/share", parseMounts(text));
        assert.ok(share && isNfs(share));
        assert.deepEqual(share.options.slice(0, 3), ["ro", "relatime", "vers=4.2"]);
        assert.equal(mountedAt("/share/sub", parseMounts(text)), undefined);
        assert.equal(mountedAt("/a b", parseMounts(text))?.type, "tmpfs");
    });

    it("is the last of several on one place", () => {
        const entry = mountedAt("/share", parseMounts(`${text}tmpfs /share tmpfs rw 0 0\n`));
        assert.ok(entry && !isNfs(entry));
    });
});

describe("metrics", () => {
    it("are in the text format, without what is not known", () => {
        const histogram = new Histogram([1_000, 2_000]);
        histogram.add(1_500);
        histogram.add(2_500);
        assert.equal(
            renderMetrics([
                single("gauge", "a", "A\nb.", 1.5),
                single("gauge", "b", "B.", null),
                { name: "c", help: "C.", type: "counter", samples: [{ labels: { l: 'x"\\\n' }, value: 2 }] },
                labelled("counter", "e", "E.", "kind", { x: 1 }),
                histogramMetric("d", "D.", histogram),
            ]),
            [
                "# HELP a A\\nb.\n# TYPE a gauge\na 1.5\n",
                "# HELP b B.\n# TYPE b gauge\n",
                '# HELP c C.\n# TYPE c counter\nc{l="x\\"\\\\\\n"} 2\n',
                '# HELP e E.\n# TYPE e counter\ne{kind="x"} 1\n',
                '# HELP d D.\n# TYPE d histogram\nd_bucket{le="1"} 0\nd_bucket{le="2"} 1\nd_bucket{le="+Inf"} 2\n',
                "d_sum 4\nd_count 2\n",
            ].join(""),
        );
    });
});

describe("the verdict of a reader", () => {
    const good: ReaderState = {
        silence: undefined,
        problem: undefined,
        lasting: undefined,
        caughtUpAgeMs: 60_000,
        headSequence: 7,
        currentSequence: 7,
        lastRecordAgeMs: 100,
        lastChangeAgeMs: 200,
        freshnessMs: 5_000,
    };

    it("is ready only when all is true, fresh and changing", () => {
        assert.deepEqual(readerVerdict(good), {
            ready: true,
            kind: "fresh",
            reason: "verified up to record 7, 0.1 s ago",
        });
        const gap = { kind: "missing", reason: "a gap" } as const;
        const bad: [Partial<ReaderState>, string, RegExp][] = [
            [{ silence: "the share has not answered for 4 s" }, "silent", /not answered/],
            [{ problem: gap, lasting: gap }, "missing", /a gap/],
            [{ problem: gap, lasting: gap, silence: "the share" }, "missing", /a gap/],
            [{ lasting: { kind: "unreadable", reason: "EIO" } }, "unreadable", /EIO/],
            [{ lasting: { kind: "absent", reason: "no journal" }, caughtUpAgeMs: undefined }, "absent", /no journal/],
            [{ caughtUpAgeMs: undefined }, "starting", /verifying/],
            [{ lastRecordAgeMs: 5_001 }, "stale", /no new record after 7 for 5.0 s; 5.0 s is allowed/],
            [{ lastRecordAgeMs: undefined }, "stale", /no new record after 7 since this reader started/],
            [{ lastRecordAgeMs: undefined, caughtUpAgeMs: 10 }, "starting", /since this reader started/],
            [{ lastChangeAgeMs: 5_001 }, "stale", /no new current document after that of record 7/],
            [{ lastChangeAgeMs: undefined }, "stale", /no new current document/],
        ];
        for (const [change, kind, reason] of bad) {
            const verdict = readerVerdict({ ...good, ...change });
            assert.equal(verdict.ready, false);
            assert.equal(verdict.kind, kind);
            assert.match(verdict.reason, reason);
        }
    });

    it("is not troubled by what is wrong only for a moment", () => {
        assert.equal(readerVerdict({ ...good, problem: { kind: "torn", reason: "being written" } }).ready, true);
    });
});

describe("the verdict of the writer", () => {
    const good = { silence: undefined, error: undefined, lastSequence: 3, lastWriteAgeMs: 100, writeIntervalMs: 250 };

    it("is ready only while records are being written", () => {
        assert.equal(writerVerdict(good).ready, true);
        assert.match(writerVerdict({ ...good, error: "the share is full" }).reason, /full/);
        assert.match(writerVerdict({ ...good, lastWriteAgeMs: undefined }).reason, /nothing has been written/);
        assert.equal(writerVerdict({ ...good, lastWriteAgeMs: 6_000 }).ready, false);
        assert.equal(writerVerdict({ ...good, lastWriteAgeMs: 6_000, writeIntervalMs: 2_000 }).ready, true);
    });
});

describe("an error of the share", () => {
    it("is explained", () => {
        const error = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        assert.equal(explain(error), "the share is full (ENOSPC: no space left on device, write)");
        assert.equal(explain(new Error("other")), "other");
        // As Node.js gives what it has no name for.
        const unnamed = (errno: number): string =>
            explain(
                Object.assign(
                    new Error(`Unknown system error ${errno}: Unknown system error ${errno}, open '/share/a'`),
                    {
                        errno,
                        code: `Unknown system error ${errno}`,
                    },
                ),
            );
        assert.match(unnamed(-116), /^the share was replaced behind this mount .*\(ESTALE, open '\/share\/a'\)$/);
        assert.match(unnamed(-122), /^the share's quota is used up \(EDQUOT, open/);
        assert.match(unnamed(-121), /^the share reports an input\/output error of its own \(EREMOTEIO, open/);
        assert.equal(unnamed(-127), "EKEYEXPIRED, open '/share/a'");
        assert.match(unnamed(-4000), /^Unknown system error -4000: /);
    });
});

describe("the rhythm of a reader", () => {
    /** Records that come every `interval` and are to be seen some time later: looks a record, and the p99 of the delay that looking adds. */
    function simulated(interval: number, visible: readonly number[], pollMs: number): { looks: number; added: number } {
        const rhythm = new Rhythm(pollMs);
        const added: number[] = [];
        let [now, looks, seen] = [0, 0, 0];
        const records = 400;
        // A record is never seen before the one before it.
        const at: number[] = [];
        for (let n = 1; n <= records; n++)
            at.push(Math.max(at.at(-1) ?? 0, n * interval + (visible[n % visible.length] ?? 0)));
        while (seen < records) {
            looks++;
            const before = seen;
            while (seen < records && (at[seen] ?? 0) <= now) added.push(now - (at[seen++] ?? 0));
            const found = { records: seen - before, run: "r", elapsedMs: seen * interval, at: now };
            now += Math.max(0.1, rhythm.wait(seen > before ? found : undefined, now, now));
        }
        const settled = added.slice(50).toSorted((a, b) => a - b);
        return { looks: looks / records, added: percentile(settled, 0.99) };
    }
    const latencies = fc.array(fc.double({ min: 5, max: 40, noNaN: true }), { minLength: 1, maxLength: 50 });

    it("meets records as they come, with few looks that find nothing", () => {
        fc.assert(
            fc.property(fc.integer({ min: 60, max: 250 }), latencies, (interval, visible) => {
                const { looks, added } = simulated(interval, visible, 50);
                assert.ok(looks <= 3, `${looks} looks a record`);
                assert.ok(added <= 60, `${added} ms later than it could`);
            }),
        );
    });

    it("needs little more than one look a record when they come evenly", () => {
        const { looks, added } = simulated(100, [20, 22, 21, 25, 20, 23], 50);
        assert.ok(looks <= 1.7 && added <= 25, `${looks} looks, ${added} ms`);
    });

    it("begins a look every poll interval when records come more often than that, and leaves a slow share time in between", () => {
        const rhythm = new Rhythm(50);
        const wait = (n: number, took: number): number => {
            const begun = n * 50;
            const news = { records: 5, run: "r", elapsedMs: n * 50, at: begun + took };
            return rhythm.wait(news, begun, begun + took);
        };
        for (let n = 1; n < 10; n++) wait(n, 5);
        assert.equal(wait(10, 15), 35);
        assert.equal(wait(11, 90), 10);
    });

    it("looks at the poll interval when records come more often than that, and several times while none is due", () => {
        assert.ok(simulated(10, [5], 50).looks <= 0.25);
        const slow = simulated(2_000, [20], 50);
        assert.ok(slow.looks >= 8 && slow.looks <= 12, `${slow.looks} looks`);
    });
});

describe("the findings of a check", () => {
    const time = "2026-01-01T00:00:00.000Z";
    const seen = (sequence: number, revision: string, live: boolean, run = "run-1") => ({
        ...{ sequence, time, run, elapsedMs: 1_000, writer: "w", revision, message: "", hash: `h${sequence}` },
        ...{ seenAt: 1_040 + sequence, live },
    });

    it("count only records of the revision, and are enough when all was seen", () => {
        const findings = new Findings({ revision: "new", records: 3 });
        findings.record(seen(1, "old", false));
        assert.match(findings.missing() ?? "", /0 of 3 records/);
        findings.record(seen(2, "new", false));
        findings.record(seen(3, "new", true));
        findings.record(seen(4, "new", true));
        assert.match(findings.missing() ?? "", /2 of 3 records were seen to appear/);
        findings.record(seen(5, "new", true));
        findings.change("new");
        findings.change("old");
        assert.match(findings.missing() ?? "", /change 1 of 2 times/);
        findings.change("new");
        assert.equal(findings.missing(), undefined);
        assert.deepEqual(
            [findings.records, findings.firstSequence, findings.lastSequence, findings.chainHead],
            [4, 2, 5, "h5"],
        );
    });

    it("correct the delays by the offset, and add to the uncertainty what two estimates differ by", () => {
        const findings = new Findings({ revision: "r", records: 1 });
        findings.record(seen(1, "r", true));
        findings.record(seen(2, "r", true, "another run"));
        const before = { run: "run-1", offsetMs: 10, uncertaintyMs: 1 };
        const delays = { p50: 53, p99: 53, max: 53, clockUncertainty: 4 };
        assert.deepEqual(findings.delays(before, { ...before, offsetMs: 14, uncertaintyMs: 2 }), delays);
        assert.equal(findings.delays(undefined, before), null);
        // Of the writer that is there at the end: another run has another clock.
        const other = { run: "another run", offsetMs: 0, uncertaintyMs: 1 };
        assert.equal(findings.delays(before, other)?.max, 42);
    });
});

describe("evidence", () => {
    it("always fits a termination message, and stays evidence", () => {
        const text = fc.string({ maxLength: 3_000 });
        fc.assert(
            fc.property(text, fc.array(text, { maxLength: 20 }), text, (reason, options, pod) => {
                const evidence: Evidence = {
                    revision: "r".repeat(64),
                    checkedAt: "2026-01-01T00:00:00.000Z",
                    writer: { pod, node: "n1" },
                    checker: { pod: "c", node: "n2" },
                    records: 1,
                    firstSequence: 1,
                    lastSequence: 1,
                    changedDataSeen: true,
                    delayMs: null,
                    chainHead: null,
                    mountOptions: { requested: options, observed: options },
                    verdict: "failed",
                    reason,
                };
                const encoded = fittingEvidence(evidence);
                assert.ok(Buffer.byteLength(encoded) <= EVIDENCE_MAX_BYTES);
                assert.equal(decodeEvidence(encoded).verdict, "failed");
            }),
        );
    });
});

describe("settings", () => {
    const place = { POD_NAME: "p", NODE_NAME: "n" };

    it("have defaults for what has a good one", () => {
        const writer = writerSettings({ ...place, REVISION: "r" });
        assert.deepEqual([writer.httpPort, writer.sharePath, writer.writeIntervalMs], [8080, "/share", 250]);
        assert.deepEqual([writer.name, writer.recordBytes, writer.recordsPerSync], ["writer", 0, 1]);
        const check = checkSettings({
            ...place,
            REVISION: "r",
            WRITER_URL: "http://10.0.0.1:8080/",
            MOUNT_OPTIONS: "hard, nfsvers=4.2",
        });
        assert.deepEqual(check.mountOptions, ["hard", "nfsvers=4.2"]);
        assert.equal(check.writerUrl, "http://10.0.0.1:8080");
        assert.equal(check.terminationMessagePath, "/dev/termination-log");
        assert.equal(check.allowSameNode, false);
    });

    it("are reported all together when they are wrong", () => {
        assert.throws(
            () =>
                readerSettings({ POD_NAME: "p", WRITER_URL: "file:///x", POLL_INTERVAL_MS: "1e3", FRESHNESS_MS: "0" }),
            /NODE_NAME is not set\n.*POLL_INTERVAL_MS is "1e3".*\n.*WRITER_URL is "file.*\n.*FRESHNESS_MS is "0"/,
        );
        assert.throws(
            () => writerSettings({ ...place, MESSAGE: "é".repeat(3_000) }),
            /MESSAGE takes 6000 bytes.*\n.*REVISION is not set/,
        );
        assert.throws(
            () => writerSettings({ ...place, REVISION: "r", WRITER_NAME: "../x", JOURNAL_BYTES: "1" }),
            /WRITER_NAME is "..\/x"; it must be 1 to 63.*\n.*JOURNAL_BYTES is "1"; .* from 1048576/,
        );
        assert.throws(() => checkSettings({ ...place, ALLOW_SAME_NODE: "yes" }), /ALLOW_SAME_NODE is "yes"/);
    });
});
