// The contract of the fallback plugin is a table: each row names the tests
// that show it, which exist, and go through the CLI or say why less is enough.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { repository } from "../../commands/environment";
import { trackedIn } from "../harness/tracked";

const read = (path: string): string => readFileSync(join(repository, path), "utf8");

interface Test {
    title: string;
    throughCli: boolean;
}

/** The titles of a file's tests, as they are written in it. */
function testsOf(path: string): Test[] {
    const text = read(path);
    const throughCli = path.startsWith("test/cluster/") || /from "\.\/project"/.test(text);
    const found: Test[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && node.expression.getText() === "it" && node.arguments[0]) {
            found.push({ title: node.arguments[0].getText().slice(1, -1), throughCli });
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
    return found;
}

const tests = ["test/unit", "test/toolchain", "test/cluster"]
    .flatMap((folder) => trackedIn(folder).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap(testsOf);

interface Row {
    behaviour: string;
    shownBy: string;
    titles: string[];
}

function rowsOf(path: string): Row[] {
    const lines = read(path)
        .split("\n")
        .filter((line) => line.startsWith("| ") && !line.startsWith("| behaviour |"));
    return lines.map((line) => {
        const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
        assert.equal(cells.length, 6, `a row has four cells: ${line}`);
        const [, behaviour = "", , , shownBy = ""] = cells;
        return { behaviour, shownBy, titles: [...shownBy.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title) };
    });
}

describe("the contract of the fallback plugin docker", () => {
    const rows = rowsOf("embedded/toolchain/docker-plugin/CONTRACT.md");

    it("has rows, each with a test", () => {
        assert.ok(rows.length >= 20);
        assert.deepEqual(
            rows.filter(({ titles }) => titles.length === 0).map(({ behaviour }) => behaviour),
            [],
        );
    });

    it("names tests that exist", () => {
        const known = new Set(tests.map(({ title }) => title));
        assert.deepEqual(
            rows.flatMap(({ titles }) => titles).filter((title) => !known.has(title)),
            [],
        );
    });

    it("is shown through the CLI, or says why less is enough", () => {
        const cli = new Set(tests.filter(({ throughCli }) => throughCli).map(({ title }) => title));
        const wrong = rows.filter(
            ({ titles, shownBy }) => titles.some((title) => cli.has(title)) === /\(lower: [^)]+\)/.test(shownBy),
        );
        assert.deepEqual(
            wrong.map(({ behaviour }) => behaviour),
            [],
        );
    });
});
