// .github/workflows: what CI runs is what people run. `make check-workflows`
// lints them; this needs no download.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { environmentNames, repository } from "../../commands/environment";
import { tracked, trackedIn } from "../harness/tracked";

interface Step {
    uses?: string;
    run?: string;
}
interface Job {
    "timeout-minutes"?: number;
    steps: Step[];
    strategy?: { matrix?: { environment?: string[] } };
}
interface Workflow {
    on: Record<string, unknown>;
    permissions?: Record<string, string>;
    jobs: Record<string, Job>;
}

const folder = ".github/workflows";
const workflows = Object.fromEntries(
    trackedIn(folder).map((file) => [file, parse(readFileSync(join(repository, folder, file), "utf8")) as Workflow]),
);
const makefile = readFileSync(join(repository, "Makefile"), "utf8");
const targets = new Set([...makefile.matchAll(/^([a-z-]+):/gm)].map(([, target]) => target));
const commands = (workflow: Workflow | undefined): string =>
    Object.values(workflow?.jobs ?? {})
        .flatMap(({ steps }) => steps.map(({ run }) => run ?? ""))
        .join("\n");
const made = (workflow: Workflow | undefined): string[] =>
    [...commands(workflow).matchAll(/\bmake ([a-z-]+)/g)].map(([, target]) => target ?? "");

describe("workflows", () => {
    it("run targets that the Makefile has", () => {
        for (const [file, workflow] of Object.entries(workflows)) {
            for (const target of made(workflow)) assert.ok(targets.has(target), `${file}: make ${target}`);
        }
    });

    it("tell a pull request about lint, tests and policies", () => {
        const workflow = workflows["pull-request.yaml"];
        assert.deepEqual(Object.keys(workflow?.on ?? {}), ["pull_request"]);
        assert.deepEqual(made(workflow).sort(), [
            "check",
            "check-workflows",
            "policies",
            "test-mutations",
            "test-node",
            "test-unit",
        ]);
        assert.match(commands(workflow), /gh pr comment/);
    });

    it("deploy every environment that names a cluster when something is merged, production last", () => {
        const workflow = workflows["deploy.yaml"];
        const deployed = workflow?.jobs.up?.strategy?.matrix?.environment ?? [];
        assert.deepEqual(
            [...deployed].sort(),
            environmentNames(repository, tracked()).filter((name) => name !== "dev"),
        );
        assert.equal(deployed.at(-1), "prod");
        assert.deepEqual(made(workflow), ["up"]);
    });

    it("tear labs down on a schedule and by hand, and production never", () => {
        const workflow = workflows["teardown.yaml"];
        assert.deepEqual(Object.keys(workflow?.on ?? {}).sort(), ["schedule", "workflow_dispatch"]);
        assert.deepEqual(made(workflow), ["down"]);
        assert.doesNotMatch(JSON.stringify(workflow), /prod/);
    });

    it("may read the repository unless they say more, and end in time", () => {
        for (const [file, { permissions, jobs }] of Object.entries(workflows)) {
            assert.deepEqual(permissions, { contents: "read" }, file);
            for (const job of Object.values(jobs)) assert.ok((job["timeout-minutes"] ?? 360) <= 90, file);
        }
    });

    it("give no script what people outside can write", () => {
        for (const [file, workflow] of Object.entries(workflows)) {
            assert.doesNotMatch(commands(workflow), /\$\{\{\s*(github\.event|inputs)/, file);
        }
    });
});
