// Walks through docs/lab.md as its reader does: each command is typed as it
// stands there and must print what the page shows. With LAB=write (`make lab`)
// what is printed goes into the page, and into the Korean one.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../commands/environment";
import { asOnPage, Likeness, seen } from "../lab/likeness";
import { INTERRUPTED, type Shown, shownIn, withOutputs } from "../lab/page";
import { ownInstance, removedAfter } from "./instance";

const files = ["docs/lab.md", "docs/lab.ko.md"].map((file) => join(repository, file));
const pages = files.map((file) => readFileSync(file, "utf8"));
const steps = shownIn(pages[0] ?? "");
const writing = process.env.LAB === "write";
const own = ownInstance("lab");

/** Lines that a terminal shows. */
async function typed({ command, output }: Shown): Promise<string[]> {
    const running = own.types(command);
    if (output.at(-1) !== INTERRUPTED) return seen((await running.ended).output, own.name);
    await running.says(/ctrl-C/);
    process.kill(-running.pid, "SIGINT");
    return [...seen((await running.ended).output, own.name), INTERRUPTED];
}

const fails = (lines: readonly string[]): boolean => lines.some((line) => line.startsWith("make: ***"));

describe("docs/lab.md", () => {
    removedAfter(own);
    const likeness = new Likeness();
    const outputs: string[][] = [];

    for (const step of steps) {
        it(`shows what this prints: ${step.command}`, async () => {
            const printed = await typed(step);
            if (writing) {
                assert.equal(fails(printed), fails(step.output), "it fails as the page says that it does");
                outputs.push(asOnPage(step.output, printed));
                return;
            }
            const difference = likeness.difference(step.output, printed);
            if (difference === undefined) return;
            const { reason, page, printed: actual } = difference;
            throw new assert.AssertionError({
                message: `docs/lab.md:${step.line}: ${reason} (\`make lab\` writes it anew): ${step.command}`,
                expected: page,
                actual,
            });
        });
    }

    after(() => {
        if (!writing || outputs.length !== steps.length) return;
        for (const [index, file] of files.entries()) writeFileSync(file, withOutputs(pages[index] ?? "", outputs));
    });
});
