// docs/newcomer.md is what the policies find in newcomer.ts: no more, no less,
// and where it says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../commands/environment";
import type { Pack } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { newcomer } from "./newcomer";
import { startPack } from "./packs";

/** The rows of the report: resource, policy, line of newcomer.ts, the text of that line. */
const report = readFileSync(join(repository, "docs/newcomer.md"), "utf8");
const rows = [...report.matchAll(/^\| `([\w-]+)` \| \[([\w-]+)\]\(policies\/\2\.md\) \| (\d+): `(.+?)` \|/gm)].map(
    ([, resource = "", policy = "", line = "", text = ""]) => ({ resource, policy, line: Number(line), text }),
);
const source = readFileSync(join(__dirname, "newcomer.ts"), "utf8").split("\n");

describe("the stack of a newcomer", function () {
    this.timeout(60_000);
    let pack: Pack;
    before(async () => {
        pack = await startPack("all");
    });
    after(() => pack.stop());

    it("is judged as the report says, in a preview and after", async () => {
        const reported = rows.map(({ resource, policy }) => `${resource} ${policy}`).sort();
        for (const preview of [true, false]) {
            const { violations } = await pack.judge(await provision(newcomer, { preview }));
            const found = violations.filter(({ level }) => level === "mandatory");
            assert.deepEqual(found.map(({ resource, policy }) => `${resource} ${policy}`).sort(), reported);
        }
    });

    it("has what the report quotes in the lines that it names", () => {
        for (const { line, text } of rows) {
            assert.ok(
                source[line - 1]?.includes(text.replaceAll("\\|", "|")),
                `line ${line} has no ${text}: ${source[line - 1]}`,
            );
        }
    });
});
