// The small decisions of the writer, the readers and the check, each by itself.
import assert from "node:assert/strict";
import { decodeEvidence, EVIDENCE_MAX_BYTES, type Evidence } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { bestOffset, offsetOf } from "../../images/visibility/clock";
import { Findings, fittingEvidence } from "../../images/visibility/findings";
import { renderMetrics, single, summaryMetric } from "../../images/visibility/metrics";
import { isNfs, mountedAt, parseMounts } from "../../images/visibility/mounts";
import { escapeHtml, statusPage } from "../../images/visibility/page";
import { checkSettings, readerSettings, writerSettings } from "../../images/visibility/settings";
import { explain, ShareOperations } from "../../images/visibility/share-operations";
import { Window } from "../../images/visibility/statistics";
import { type ReaderState, readerVerdict, SecondLook, writerVerdict } from "../../images/visibility/verdict";

describe("the clock offset", () => {
    const duration = fc.double({ min: 0, max: 5_000, noNaN: true });
    const exchange = fc.tuple(duration, duration, duration);

    /** Four readings, to the millisecond, of two clocks that are `offset` apart. */
    const readings = (start: number, offset: number, [there, work, back]: [number, number, number]) => ({
        sent: Math.floor(start),
        receive: Math.floor(start + there + offset),
        transmit: Math.floor(start + there + work + offset),
        returned: Math.floor(start + there + work + back),
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
        const window = new Window(10);
        window.add(1_500);
        assert.equal(
            renderMetrics([
                single("gauge", "a", "A\nb.", 1.5),
                single("gauge", "b", "B.", null),
                { name: "c", help: "C.", type: "counter", samples: [{ labels: { l: 'x"\\\n' }, value: 2 }] },
                summaryMetric("d", "D.", window),
            ]),
            [
                "# HELP a A\\nb.\n# TYPE a gauge\na 1.5\n",
                "# HELP b B.\n# TYPE b gauge\n",
                '# HELP c C.\n# TYPE c counter\nc{l="x\\"\\\\\\n"} 2\n',
                '# HELP d D.\n# TYPE d summary\nd{quantile="0.5"} 1.5\nd{quantile="0.99"} 1.5\nd{quantile="1"} 1.5\n',
                "d_sum 1.5\nd_count 1\n",
            ].join(""),
        );
    });
});

describe("the verdict of a reader", () => {
    const good: ReaderState = {
        silence: undefined,
        problem: undefined,
        caughtUp: true,
        headSequence: 7,
        currentSequence: 7,
        lastRecordAgeMs: 100,
        lastChangeAgeMs: 200,
        freshnessMs: 5_000,
    };

    it("is ready only when all is true, fresh and changing", () => {
        assert.deepEqual(readerVerdict(good), { ready: true, reason: "verified up to record 7, 0.1 s ago" });
        const bad: [Partial<ReaderState>, RegExp][] = [
            [{ silence: "the share has not answered for 4 s" }, /not answered/],
            [{ problem: "a gap" }, /a gap/],
            [{ caughtUp: false }, /verifying/],
            [{ lastRecordAgeMs: 5_001 }, /no new record after 7 for 5.0 s; 5.0 s is allowed/],
            [{ lastRecordAgeMs: undefined }, /no new record after 7 since this reader started/],
            [{ lastChangeAgeMs: 5_001 }, /no new current document after that of record 7/],
            [{ lastChangeAgeMs: undefined }, /no new current document/],
        ];
        for (const [change, reason] of bad) {
            const verdict = readerVerdict({ ...good, ...change });
            assert.equal(verdict.ready, false);
            assert.match(verdict.reason, reason);
        }
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

describe("a second look", () => {
    it("calls a problem one only when it lasts", () => {
        const look = new SecondLook(2_000);
        assert.equal(look.look("torn", 0), undefined);
        assert.equal(look.look("torn", 1_999), undefined);
        assert.equal(look.look("torn", 2_000), "torn");
        assert.equal(look.look(undefined, 2_100), undefined);
        assert.equal(look.look("torn", 2_200), undefined, "it begins anew");
    });
});

describe("operations on the share", () => {
    it("are one at a time, and say how long one has been waiting", async () => {
        const operations = new ShareOperations();
        let finish: () => void = () => {};
        let second = false;
        const first = operations.run(() => new Promise<void>((resolve) => (finish = resolve)));
        const next = operations.run(async () => {
            second = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 30));
        assert.ok(operations.waitingMs() >= 20);
        assert.equal(second, false);
        assert.equal(operations.silence(60_000), undefined);
        assert.match(operations.silence(10) ?? "", /^the share has not answered for \d+ s$/);
        finish();
        await Promise.all([first, next]);
        assert.equal(second, true);
        assert.equal(operations.waitingMs(), 0);
    });

    it("go on after one that failed", async () => {
        const operations = new ShareOperations();
        await assert.rejects(operations.run(() => Promise.reject(new Error("no"))));
        assert.equal(await operations.run(async () => 1), 1);
    });

    it("have their errors explained", () => {
        const error = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        assert.equal(explain(error), "the share is full (ENOSPC: no space left on device, write)");
        assert.equal(explain(new Error("other")), "other");
    });
});

describe("the findings of a check", () => {
    const seen = (sequence: number, revision: string, live: boolean) => ({
        record: {
            sequence,
            time: "2026-01-01T00:00:00.000Z",
            writer: "w",
            revision,
            message: "",
            previous: "0",
            hash: `h${sequence}`,
        },
        seenAt: Date.parse("2026-01-01T00:00:00.040Z") + sequence,
        live,
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
        const before = { offsetMs: 10, uncertaintyMs: 1 };
        assert.deepEqual(findings.delays(before, { offsetMs: 14, uncertaintyMs: 2 }), {
            p50: 53,
            p99: 53,
            max: 53,
            clockUncertainty: 4,
        });
        assert.equal(findings.delays(undefined, before), null);
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

describe("the page", () => {
    it("shows no text as markup", () => {
        const nasty = `<script>alert("1")</script>&'`;
        assert.equal(escapeHtml(nasty), "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
        const status = { pod: nasty, node: nasty, more: nasty };
        const { body } = statusPage("Reader", { ready: false, reason: nasty }, status, [
            { sequence: 1, time: nasty, writer: nasty, message: nasty, delayMs: 1 },
        ]);
        assert.ok(!body.includes("<script"));
        assert.match(body, /Not ready:/);
        assert.ok(!/(?:src|href)=/.test(body), "and loads nothing");
    });
});

describe("settings", () => {
    const place = { POD_NAME: "p", NODE_NAME: "n" };

    it("have defaults for what has a good one", () => {
        const writer = writerSettings({ ...place, REVISION: "r" });
        assert.deepEqual([writer.httpPort, writer.sharePath, writer.writeIntervalMs], [8080, "/share", 250]);
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
            /NODE_NAME is not set\n.*POLL_INTERVAL_MS is "1e3".*\n.*FRESHNESS_MS is "0".*\n.*WRITER_URL is "file/,
        );
        assert.throws(
            () => writerSettings({ ...place, MESSAGE: "é".repeat(3_000) }),
            /MESSAGE takes 6000 bytes.*\n.*REVISION is not set/,
        );
        assert.throws(() => checkSettings({ ...place, ALLOW_SAME_NODE: "yes" }), /ALLOW_SAME_NODE is "yes"/);
    });
});
