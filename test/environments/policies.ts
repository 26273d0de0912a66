// `make policies`: every policy on every environment, and on a state. An
// environment is judged as the program describes it, run by the engine for
// tests, as in the first preview of a new stack: no cluster and no CLI is asked,
// so what only they tell is "not judged yet". A state is judged by the CLI:
// STATE=file of `pulumi stack export`, else that of the stack that `make up` made.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentNames, environmentOf } from "../../commands/environment";
import { policyConfiguration } from "../../commands/policy-profile";
import { analyzeState } from "../../commands/policy-state";
import { existingStack } from "../../commands/stack";
import { stateResources } from "../../commands/state";
import { main, UserError } from "../../embedded/steps";
import type { PolicyConfig } from "../harness/analyzer";
import { startPack } from "../policies/packs";
import { previewed } from "./golden";
import { type Column, isProblem, problemsText, summaryTable } from "./policy-table";

async function environmentColumns(): Promise<{ columns: Column[]; policies: string[] }> {
    const pack = await startPack("all");
    try {
        const config = JSON.parse(await readFile(policyConfiguration(process.env.PROFILE), "utf8"));
        await pack.configure(config as Record<string, PolicyConfig>);
        const infos = (await pack.info()).policies;
        const policies = infos.map(({ name }) => name);
        const unknown = Object.keys(config).filter((name) => name !== "all" && !policies.includes(name));
        if (unknown.length > 0) throw new UserError(`policies/config.json: there is no policy ${unknown.join(", ")}`);
        const columns: Column[] = [];
        for (const name of environmentNames()) {
            const { resources } = await previewed(environmentOf(name));
            const { violations, notApplicable } = await pack.judge({ resources });
            const idle = infos.filter((policy) => {
                const declined = notApplicable.filter((one) => one.policy === policy.name).length;
                return declined === (policy.ofStack ? 1 : resources.length);
            });
            columns.push({ title: name, violations, idle: idle.map((policy) => policy.name) });
        }
        return { columns, policies };
    } finally {
        await pack.stop();
    }
}

/** Of the file that STATE names, or of the stack that is there; undefined when there is none. */
async function stateColumn(): Promise<Column | undefined> {
    const file = process.env.STATE;
    if (file) return judgedState(file);
    const stack = await existingStack("state");
    if (stack === undefined || (await stateResources(stack)).length === 0) return undefined;
    const folder = await mkdtemp(join(tmpdir(), "state-"));
    try {
        const exported = join(folder, "state.json");
        await writeFile(exported, await stack.read(["stack", "export"]), { mode: 0o600 });
        return await judgedState(exported);
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function judgedState(file: string): Promise<Column> {
    const { stack, violations } = await analyzeState(file);
    return { title: `state of ${stack}`, violations, idle: undefined };
}

main(async () => {
    const { columns, policies } = await environmentColumns();
    const state = await stateColumn();
    const all = state ? [...columns, state] : columns;
    process.stdout.write(summaryTable(policies, all));
    if (!state) process.stdout.write("\nNo state was judged: there is no stack here yet; STATE=file names one.\n");
    process.stdout.write(problemsText(all));
    const wrong = all.filter(({ violations }) => violations.some(isProblem)).map(({ title }) => title);
    if (wrong.length > 0) throw new UserError(`policies are violated in: ${wrong.join(", ")}`);
});
