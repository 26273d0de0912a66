// docs/newcomer.md's second table is what the policies find in programs.ts with
// the profile storage-only: no more and no less.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../commands/environment";
import { policyConfiguration } from "../../commands/policy-profile";
import type { Pack } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { startPack } from "./packs";
import { programs } from "./programs";

const report = readFileSync(join(repository, "docs/newcomer.md"), "utf8").split("## Ten programs of others")[1] ?? "";
/** Program, policy or "nothing", level. */
const rows = [...report.matchAll(/^\| ([^|]+) \| (?:\[([\w-]+)\]\(policies\/\2\.md\), (\w+)|nothing) \|/gm)].map(
    ([, program = "", policy = "nothing", level = ""]) => `${program}: ${policy} ${level}`.trim(),
);

describe("programs of others", function () {
    this.timeout(120_000);
    let pack: Pack;
    before(async () => {
        pack = await startPack("all");
        await pack.configure(JSON.parse(readFileSync(policyConfiguration("storage-only"), "utf8")));
    });
    after(() => pack.stop());

    it("are judged as the report says", async () => {
        const found: string[] = [];
        for (const [name, program] of Object.entries(programs)) {
            const { violations } = await pack.judge(await provision(program));
            const said = violations.filter(({ message }) => !message.startsWith("Not judged"));
            const lines = new Set(said.map(({ policy, level }) => `${name}: ${policy} ${level}`));
            found.push(...(lines.size === 0 ? [`${name}: nothing`] : lines));
        }
        assert.deepEqual(found.sort(), rows.sort());
    });
});
