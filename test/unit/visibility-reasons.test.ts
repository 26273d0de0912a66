// Every reason that a reader can give has Korean words: those that its source
// files hold are compared with the table of the page (page/reasons.ts), in both
// directions.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { reasons, reasonText } from "../../images/visibility/page/reasons";

/** What says why a reader is as it is; of verdict.ts only the function named, as the rest is the writer's. */
const sources: Record<string, string | undefined> = {
    "verdict.ts": "readerVerdict",
    "share-thread.ts": undefined,
    "chain.ts": undefined,
    "current.ts": undefined,
    "audit.ts": undefined,
    "follower.ts": undefined,
    "share-errors.ts": undefined,
    "kubelet.ts": undefined,
};

/** A text without the values that are put in. */
const bare = (text: string): string => text.replace(/\{\w+\}/g, "{}");

/** Texts for people in a file: what has a space in it, or is called a reason. Values are left out. */
function texts(name: string, within: string | undefined): string[] {
    const path = join(__dirname, "../../images/visibility", name);
    const found: string[] = [];
    const look = (node: ts.Node, inside: boolean): void => {
        const here = inside || (ts.isFunctionDeclaration(node) && node.name?.text === within);
        if (ts.isImportDeclaration(node)) return;
        if (here && ts.isTemplateExpression(node)) {
            const text = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("{}");
            if (text.includes(" ")) found.push(text);
        }
        if (here && ts.isStringLiteralLike(node)) {
            const { parent } = node;
            const named = ts.isPropertyAssignment(parent) && parent.name.getText() === "reason";
            if (named || node.text.includes(" ")) found.push(node.text);
        }
        ts.forEachChild(node, (child) => look(child, here));
    };
    look(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true), within === undefined);
    return found;
}

describe("a reader's reasons", () => {
    it("are all in the page's table, and nothing else is", () => {
        const said = Object.entries(sources).flatMap(([name, within]) => texts(name, within));
        assert.ok(said.length > 40);
        const known = reasons.map(([english]) => bare(english));
        assert.deepEqual([...new Set(known)].toSorted(), [...new Set(said)].toSorted());
    });

    it("are said again in Korean, with all their values", () => {
        const values: Record<string, string> = {
            what: "there is no journal yet",
            error: "EIO: i/o error, read",
            file: "journal-000000000001.jsonl",
            age: "12.3 s",
            limit: "10.0 s",
        };
        const placed = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "4711");
        for (const [english, korean] of reasons) {
            const { text, language } = reasonText("ko", placed(english));
            assert.equal(language, "ko", english);
            const wanted = placed(korean).replace(/([\d.]+) s\b/g, "$1초");
            assert.equal(text, wanted.replace("there is no journal yet", "아직 저널이 없습니다"));
        }
    });

    it("are said as they are in English, and where there are no words", () => {
        const reason = "verified up to record 7, 0.1 s ago";
        assert.deepEqual(reasonText("en", reason), { text: reason, language: "en" });
        assert.equal(reasonText("ko", reason).text, "레코드 7까지 검증했습니다(0.1초 전)");
        assert.deepEqual(reasonText("ko", "EWHAT: unheard of"), { text: "EWHAT: unheard of", language: "en" });
        assert.equal(
            reasonText(
                "ko",
                "journal-000000000001.jsonl, line 3 (sequence 3) does not have the content that its hash names",
            ).text,
            "journal-000000000001.jsonl 3번째 줄: 레코드 3의 내용이 그 해시와 다릅니다",
        );
    });
});
