// The pages of the lab, and when a command still prints what they show;
// test/cluster/lab.test.ts walks through them.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { asOnPage, Likeness, seen } from "../lab/likeness";
import { shownIn, withOutputs } from "../lab/page";

const docs = join(__dirname, "../../docs");
const text = (file: string): string => readFileSync(join(docs, file), "utf8");
const [english, korean] = [text("lab.md"), text("lab.ko.md")];

describe("the lab", () => {
    it("has the same commands with the same outputs in both languages", () => {
        const shown = (page: string) => shownIn(page).map(({ command, output }) => ({ command, output }));
        assert.ok(shown(english).length > 0);
        assert.deepEqual(shown(korean), shown(english));
    });

    it("has the same sections in both languages", () => {
        const sections = (page: string): string[] => page.match(/^## \d+/gm) ?? [];
        assert.ok(sections(english).length > 0);
        assert.deepEqual(sections(korean), sections(english));
    });

    it("points to files that there are", () => {
        for (const page of [english, korean]) {
            const targets = [...page.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = ""]) => target);
            const applied = shownIn(page).flatMap(({ command }) => / -f (\S+?)"?$/.exec(command)?.[1] ?? []);
            assert.ok(targets.length > 0 && applied.length > 0);
            for (const file of targets) assert.ok(existsSync(join(docs, file)), file);
            for (const file of applied) assert.ok(existsSync(join(dirname(docs), file)), file);
        }
    });
});

const page = `# Lab
Text with a $ sign.

\`\`\`console
$ make one
first
  second
$ make two
\`\`\`
\`\`\`yaml
$ no: command
\`\`\`
`;

describe("a page of the lab", () => {
    it("is read as commands with their outputs", () => {
        assert.deepEqual(shownIn(page), [
            { command: "make one", output: ["first", "  second"], line: 5 },
            { command: "make two", output: [], line: 8 },
        ]);
    });

    it("is written with other outputs, and stays else as it was", () => {
        assert.equal(withOutputs(page, [["first", "  second"], []]), page);
        const other = withOutputs(page, [["third"], ["fourth", "fifth"]]);
        assert.deepEqual(
            shownIn(other).map(({ output }) => output),
            [["third"], ["fourth", "fifth"]],
        );
        assert.equal(withOutputs(other, [["first", "  second"], []]), page);
    });

    it("is refused, by line, when its blocks make no sense", () => {
        assert.throws(() => shownIn("a\n```console\n$ make\n"), /line 2: the block is not closed/);
        assert.throws(() => shownIn("```console\n```\n"), /line 1: a block without a command/);
        assert.throws(() => shownIn("```console\nout\n$ make\n```\n"), /line 2: output before a command/);
        assert.throws(() => withOutputs(page, [["one"]]), /1 outputs for a page with 2 commands/);
    });
});

describe("what a command prints", () => {
    it("is what a terminal shows of it in the end, on the reader's own cluster", () => {
        const printed = "  … Both nodes Ready  15.0 s\n  ✓ Both nodes Ready  17.0 s  \ncluster test-1-lab: ready\n\n";
        assert.deepEqual(seen(printed, "test-1-lab"), ["  ✓ Both nodes Ready  17.0 s", "cluster default: ready"]);
    });

    function differs(onPage: string, printed: string, likeness = new Likeness()): string | undefined {
        return likeness.difference(onPage.split("\n"), printed.split("\n"))?.reason;
    }

    it("may differ in what is measured", () => {
        for (const [onPage, printed] of [
            ["nfs-server-0   1/1     Running   0          43s", "nfs-server-0   1/1   Running   0     2m5s"],
            ["nfs-server-0  1/1  Running  1 (5s ago)  3m", "nfs-server-0  1/1  Running  1 (12s ago)  10m"],
            ["  ✓ Stop cluster default  2.1 s", "  ✓ Stop cluster default  11.8 s"],
            ["  delay  median 82 ms, p99 252 ms", "  delay  median 9.5 ms, p99 1003 ms"],
            ["page: http://127.0.0.1:40123/", "page: http://127.0.0.1:39999/"],
            ["make: *** [Makefile:54: kubectl] Error 1", "make: *** [Makefile:61: kubectl] Error 1"],
            ["passed: 142 records of this revision were verified", "passed: 97 records of this revision were verified"],
            ["  records verified  142 (1 to 142)", "  records verified    1203 (1 to 1203)"],
            ["  checked at  2026-11-26T14:40:00.123Z", "  checked at  2027-01-01T00:00:00.001Z"],
            ['{"sequence":12,"message":"hello"', '{"sequence":1201,"message":"hello"'],
        ] as const) {
            assert.equal(differs(onPage, printed), undefined, onPage);
        }
    });

    it("must not differ in anything else", () => {
        for (const [onPage, printed] of [
            ["nfs-server-0  1/1  Running  0  43s", "nfs-server-0  0/1  Running  0  43s"],
            ["nfs-server-0  1/1  Running  0  43s", "nfs-server-0  1/1  Running  1  43s"],
            ["nfs-volume  Bound", "nfs-volume  Available"],
            ["http-get http://:9090/ready delay=0s period=2s", "http-get http://:9090/ready delay=0s period=5s"],
            ["10.96.0.9:/share nfs4 rw,vers=4.2,hard", "10.96.0.9:/share nfs4 rw,vers=4.1,hard"],
            ["rw,hard,timeo=600,clientaddr=10.97.0.11", "rw,soft,timeo=600,clientaddr=10.97.0.11"],
            ['{"sequence":12,"message":"hello"', '{"sequence":12,"message":"Hello"'],
            ["one", "one\ntwo"],
            ["one\ntwo", "one"],
            ["one", "one\n…"],
        ] as const) {
            assert.equal(differs(onPage, printed), "it prints something else", onPage);
        }
    });

    it("may have other names, but the same one where the page has the same one", () => {
        const walk = new Likeness();
        assert.equal(
            differs("nfs-server-0 on node-1 at 10.96.4.1", "nfs-server-0 on node-2 at 10.96.77.8", walk),
            undefined,
        );
        assert.equal(
            differs("written on node-1\nread on node-2", "written on node-2\nread on node-1", walk),
            undefined,
        );
        assert.equal(differs("10.96.4.1:/share", "10.96.77.8:/share", walk), undefined);
        assert.equal(
            differs("10.96.4.1:/share", "10.96.77.9:/share", walk),
            "address 10.96.4.1 of the page, which was 10.96.77.8 before, is 10.96.77.9 now",
        );
    });

    it("must not have one name for two of the page", () => {
        assert.equal(
            differs("written on node-1\nread on node-2", "written on node-1\nread on node-1"),
            "node node-1, which was node-1 on the page before, is node-2 on it now",
        );
        const [one, two, three] = ["a", "b", "c"].map((digit) => digit.repeat(64));
        const chain = `"hash":"${one}"\n"previous":"${one}"`;
        assert.equal(differs(chain, `"hash":"${two}"\n"previous":"${two}"`), undefined);
        assert.match(differs(chain, `"hash":"${two}"\n"previous":"${three}"`) ?? "", /^hash .* is c+ now$/);
    });

    it("tells of pods that were made anew by their names", () => {
        const walk = new Likeness();
        const [page, mine] = ["nfs-readers-7c9d5f6b8-x2x4z  0", "nfs-readers-5d47b8ccf-kq9wt  0"];
        assert.equal(differs(page, mine, walk), undefined);
        assert.match(differs(page, "nfs-readers-5d47b8ccf-aaaaa  0", walk) ?? "", /^pod .* is 5d47b8ccf-aaaaa now$/);
    });

    it("is shown in parts where the page leaves lines out", () => {
        const printed = ["begin", "a", "b", "took 2.0 s", "c", "end 5 s"].join("\n");
        for (const onPage of [
            "…\nend 9 s",
            "begin\n…",
            "begin\n…\nend 1 s",
            "…\nb\ntook 3.0 s\n…",
            "begin\n…\nc\n…\nend 9 s",
        ]) {
            assert.equal(differs(onPage, printed), undefined, onPage);
            const shown = asOnPage(onPage.split("\n"), printed.split("\n"));
            assert.equal(differs(onPage, shown.join("\n")), undefined);
            assert.equal(shown.length, onPage.split("\n").length);
        }
        for (const onPage of ["…\nend", "a\n…", "…\nb\nc\n…", "…\nc\n…\nb\n…", "…\nend 5 s\n…\nend 5 s"]) {
            assert.equal(differs(onPage, printed), "it prints something else", onPage);
        }
        assert.deepEqual(asOnPage(["…", "took 9.0 s", "…"], printed.split("\n")), ["…", "took 2.0 s", "…"]);
        assert.throws(
            () => asOnPage(["…", "other", "…"], printed.split("\n")),
            /^Error: was not printed, .* by hand:\nother$/,
        );
    });

    it("says with a difference what both are, with what may differ marked", () => {
        const found = new Likeness().difference(["…", "1/1  43s"], ["pods", "0/1  12s"]);
        assert.deepEqual(found, {
            reason: "it prints something else",
            page: "…\n1/1  <age>",
            printed: "…\n0/1  <age>",
        });
    });
});
