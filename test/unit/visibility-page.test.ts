// What the readers' page is made of, without a browser: its texts in both
// languages, its numbers, its charts' seconds, and how it tells of its
// connection. test/browser has the page itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verdictKinds } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import * as model from "../../images/visibility/page/model";
import { languageOf, languages, type TextKey, textKeys, textOf, verdicts } from "../../images/visibility/page/texts";
import type { PageState } from "../../images/visibility/page-state";
import type { Second } from "../../images/visibility/statistics";

const page = (name: string): string => readFileSync(join(__dirname, "../../images/visibility/page", name), "utf8");

describe("the page's texts", () => {
    /** Those of probes and of what was found are looked up by its name. */
    const named = ["startup", "readiness", "liveness", "missing", "torn", "altered", "disordered", "contested"];
    const used = [
        ...[...page("page.html").matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key),
        ...["main.ts", "model.ts", "charts.ts"].flatMap((file) =>
            [...page(file).matchAll(/"(\w+)"/g)].map(([, word]) => word),
        ),
        ...named.flatMap((name) => [name, `${name}Probe`]),
    ];

    it("are all shown, and what is shown has one", () => {
        assert.deepEqual(
            textKeys.filter((key) => !used.includes(key)),
            [],
        );
        const places = [...page("page.html").matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key);
        assert.deepEqual(
            places.filter((key) => !textKeys.includes(key as TextKey)),
            [],
        );
    });

    it("are there in both languages, with the same places for values", () => {
        for (const key of textKeys) {
            const places = languages.map(
                (language) =>
                    textOf(language, key)
                        .match(/\{\w+\}/g)
                        ?.toSorted() ?? [],
            );
            for (const language of languages) assert.ok(textOf(language, key) !== "", `${key} in ${language}`);
            assert.deepEqual(places[0], places[1], key);
        }
    });

    it("say each verdict in words, and not by colour alone", () => {
        for (const kind of verdictKinds) {
            const text = verdicts[kind];
            for (const language of languages) assert.ok(text[language].every((part) => part.length > 1));
        }
        assert.deepEqual(
            verdictKinds.filter((kind) => verdicts[kind].level === "failed"),
            ["missing", "torn", "altered", "disordered", "contested"],
        );
        assert.deepEqual(
            verdictKinds.filter((kind) => verdicts[kind].level === "ok"),
            ["fresh"],
        );
    });

    it("are in the first language of the browser that there is", () => {
        assert.equal(languageOf(["fr-FR", "ko-KR", "en-US"]), "ko");
        assert.equal(languageOf(["", "de"]), "en");
    });
});

describe("the page's numbers", () => {
    it("are short, in either language", () => {
        assert.equal(model.msText("en", 3.26), "3.3 ms");
        assert.equal(model.msText("en", 1234.5), "1,235 ms");
        assert.equal(model.msText("en", null), "–");
        assert.equal(model.msText("en", 15_000), "15.0 s");
        assert.equal(model.msText("ko", 15_000), "15.0초");
        assert.equal(model.ageText("en", 1_500), "1.5 sec");
        assert.equal(model.ageText("ko", 120_000), "2분");
        assert.equal(model.bytesText("en", 16_777_216), "16.8 MB");
        const time = new Date(2026, 0, 2, 3, 4, 5, 67);
        assert.equal(model.timeText(time.toISOString()), "03:04:05.067", "as the clocks are where it is read");
    });
});

describe("the seconds of the charts", () => {
    const second = (at: number): Second => ({ at, records: 4, p50: 10, max: 20 });

    it("are there once each, in order, and not older than the charts, however they come", () => {
        fc.assert(
            fc.property(fc.array(fc.tuple(fc.nat(8), fc.nat(4)), { maxLength: 200 }), (parts) => {
                let known: Second[] = [];
                let now = 1_000;
                for (const [more, again] of parts) {
                    // What is sent begins some seconds before what was not yet known, when a page reconnects.
                    const first = now - again + 1;
                    now += more;
                    const come = Array.from({ length: now - first }, (_, i) => second(first + i));
                    known = model.merged(known, come, now);
                    const at = known.map((one) => one.at);
                    assert.deepEqual(
                        at,
                        [...new Set(at)].toSorted((a, b) => a - b),
                    );
                    assert.ok(at.every((one) => one > now - model.CHART_SECONDS && one <= now));
                }
            }),
        );
    });

    it("begin anew with another reader, and with one that restarted", () => {
        const told = (pod: string, version: number): PageState => ({ reader: { pod }, version }) as PageState;
        assert.equal(model.isNext(undefined, told("a", 1)), false);
        assert.equal(model.isNext(told("a", 7), told("a", 8)), true);
        assert.equal(model.isNext(told("a", 7), told("b", 8)), false);
        assert.equal(model.isNext(told("a", 7), told("a", 1)), false);
        assert.deepEqual(model.chartData([second(3)], 5), { x: [-2], records: [4], p50: [10], max: [20] });
    });
});

describe("the page's connection", () => {
    const at = (seconds: number): Date => new Date(2026, 0, 1, 12, 0, seconds);

    it("is told when it breaks, and again when it is back", () => {
        let connection: model.Connection = { state: "connecting" };
        assert.match(model.connectionText("en", connection), /Connecting/);
        connection = model.broken(connection, undefined);
        assert.equal(connection.state, "connecting", "what never was does not break");
        connection = model.received(connection, at(1));
        assert.equal(model.connectionText("en", connection), "live");
        connection = model.broken(model.received(connection, at(2)), at(2));
        assert.match(model.connectionText("en", connection), /lost.* from 12:00:02/);
        connection = model.received(model.broken(connection, at(3)), at(9));
        assert.match(model.connectionText("en", connection), /back since 12:00:09/);
        assert.match(model.connectionText("ko", connection), /12:00:09에 다시 연결/);
    });

    it("lets nothing pass as good that is not heard of any more", () => {
        const fresh = { kind: "fresh", ready: true, reason: "" } as const;
        assert.equal(model.verdictText("en", fresh, { state: "live", back: undefined }).level, "ok");
        const lost = model.verdictText("en", fresh, { state: "lost", since: at(1) });
        assert.equal(lost.level, "unknown");
        assert.match(`${lost.word}: ${lost.sentence}`, /Not known: .* Before, it was: Healthy/);
    });
});
