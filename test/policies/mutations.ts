// `make test-mutations`: breaks every condition of every policy, one at a time,
// and wants at least one of the policy's cases to notice. Prints what was broken
// and which case noticed; fails when nothing did.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { main, UserError } from "../../embedded/steps";
import { packs } from "../../policies/all/pack";
import { Pack, type PolicyInfo } from "../harness/analyzer";
import type { Provisioned } from "../harness/engine";
import { type Case, cases, type PolicyCases } from "./cases";
import { configureOnly, type Kind, kinds, stackOf, verify } from "./judged";
import { equivalent } from "./mutants/equivalent";
import { type Mutant, mutantsOf } from "./mutate";
import { policiesFolder, repository } from "./packs";
import { fileOfPolicy } from "./sources";

interface Prepared {
    kind: Kind;
    one: Case;
    stack: Provisioned;
}

async function prepare(ofPolicy: PolicyCases): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    for (const kind of kinds) {
        for (const one of ofPolicy[kind]) prepared.push({ kind, one, stack: await stackOf(kind, one) });
    }
    return prepared;
}

class Mutants {
    private constructor(
        private readonly pack: Pack,
        readonly policies: readonly PolicyInfo[],
    ) {}

    static async start(): Promise<Mutants> {
        const pack = await Pack.start(join(__dirname, "mutants"), { channel: true });
        return new Mutants(pack, (await pack.info()).policies);
    }

    stop(): Promise<void> {
        return this.pack.stop();
    }

    /** Undefined: the file as it is. */
    async replace(file: string, code?: string): Promise<void> {
        const answered = once(this.pack.process, "message");
        this.pack.process.send({ file, code });
        const [{ ready, reason }] = (await answered) as [{ ready: boolean; reason?: string }];
        if (!ready) throw new Error(`${file} can't be loaded when it is changed: ${reason}`);
    }

    /** What the first case that notices is about; undefined when none does. */
    async noticed(policy: PolicyInfo, prepared: readonly Prepared[]): Promise<string | undefined> {
        for (const { kind, one, stack } of prepared) {
            await configureOnly(this.pack, policy.name, this.policies, one.config);
            try {
                await verify(this.pack, policy, kind, one, stack);
            } catch {
                return `${kind}: ${one.what}`;
            }
        }
        return undefined;
    }
}

main(async () => {
    const only = process.argv[2];
    const mutants = await Mutants.start();
    const survivors: string[] = [];
    let count = 0;
    try {
        for (const [pack, { policies }] of Object.entries(packs)) {
            for (const { name } of policies.filter((policy) => only === undefined || policy.name === only)) {
                const policy = mutants.policies.find((one) => one.name === name);
                const ofPolicy = cases[pack]?.[name];
                if (!policy || !ofPolicy) throw new Error(`the policy ${name} has no cases`);
                const prepared = await prepare(ofPolicy);
                const file = fileOfPolicy(pack, name);
                const wrong = await mutants.noticed(policy, prepared);
                if (wrong !== undefined)
                    throw new UserError(`${name} fails as it is, in "${wrong}": run \`make test-unit\` first`);
                process.stdout.write(`${name} (${relative(repository, file)})\n`);
                for (const mutant of mutantsOf(readFileSync(file, "utf8"))) {
                    count++;
                    await mutants.replace(file, mutant.code);
                    const by = await mutants.noticed(policy, prepared);
                    const same = by === undefined ? equivalent[`${pack}/${basename(file)}`]?.[mutant.what] : undefined;
                    process.stdout.write(
                        line(mutant, by ?? (same === undefined ? "NOTHING NOTICED" : `no difference: ${same}`)),
                    );
                    if (by === undefined && same === undefined)
                        survivors.push(`${relative(policiesFolder, file)}:${mutant.line} ${mutant.what}`);
                }
                await mutants.replace(file);
            }
        }
    } finally {
        await mutants.stop();
    }
    process.stdout.write(`\n${count} conditions broken, ${survivors.length} of them unnoticed\n`);
    if (survivors.length > 0)
        throw new UserError(`no case notices that these are broken:\n  ${survivors.join("\n  ")}`);
});

const line = ({ line, what }: Mutant, outcome: string): string =>
    `  ${String(line).padStart(3)}  ${what}\n       ${outcome}\n`;
