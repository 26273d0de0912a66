// `make test-mutations`: breaks every condition of every policy, one at a time,
// and wants at least one of the policy's cases to notice; then those of what
// policies share, of which a case of any policy has to. Prints what was broken
// and which case noticed; fails when nothing did. ARGS: the policies and files
// (such as shared/src/claims.ts) that are broken, rather than all.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { repository } from "../../commands/environment";
import { main, UserError } from "../../embedded/steps";
import { packs } from "../../policies/all/pack";
import { Pack, type PolicyInfo } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { trackedIn } from "../harness/tracked";
import { cases, type PolicyCases } from "./cases";
import { configureOnly, kinds, stackOf, verify, verifyRemedy } from "./judged";
import { equivalent } from "./mutants/equivalent";
import { type Mutant, mutantsOf } from "./mutate";
import { policiesFolder } from "./packs";
import { fileOfPolicy } from "./sources";

interface Prepared {
    what: string;
    /** Rejects when the policy does not say, or do, what is expected. */
    verify(pack: Pack): Promise<void>;
}

async function prepare(policy: PolicyInfo, ofPolicy: PolicyCases): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    for (const kind of kinds) {
        for (const one of ofPolicy[kind]) {
            const stack = await stackOf(kind, one);
            const judge = async (pack: Pack): Promise<void> => {
                await configureOnly(pack, policy.name, one.config);
                await verify(pack, policy, kind, one, stack);
            };
            prepared.push({ what: `${kind}: ${one.what}`, verify: judge });
        }
    }
    for (const { what, becomes, ...one } of ofPolicy.remedied ?? []) {
        const stack = await provision(one.program, one);
        prepared.push({ what: `mends: ${what}`, verify: (pack) => verifyRemedy(pack, policy, becomes, stack) });
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

    /** What the first case that notices is about; undefined when none does. That one is the first to be asked the next time. */
    async noticed(prepared: Prepared[]): Promise<string | undefined> {
        for (const [index, one] of prepared.entries()) {
            try {
                await one.verify(this.pack);
            } catch {
                prepared.unshift(...prepared.splice(index, 1));
                return one.what;
            }
        }
        return undefined;
    }

    /** Breaks each condition of a file; what nobody notices, in a line each. */
    async broken(file: string, prepared: Prepared[]): Promise<{ count: number; survivors: string[] }> {
        const survivors: string[] = [];
        const known = equivalent[relative(policiesFolder, file)] ?? {};
        const all = mutantsOf(readFileSync(file, "utf8"));
        for (const mutant of all) {
            await this.replace(file, mutant.code);
            const by = await this.noticed(prepared);
            const same = by === undefined ? known[mutant.what] : undefined;
            process.stdout.write(
                line(mutant, by ?? (same === undefined ? "NOTHING NOTICED" : `no difference: ${same}`)),
            );
            if (by === undefined && same === undefined)
                survivors.push(`${relative(policiesFolder, file)}:${mutant.line} ${mutant.what}`);
        }
        await this.replace(file);
        return { count: all.length, survivors };
    }
}

/** What policies share: in a pack, or all of them. */
function sharedFiles(): string[] {
    const ofPolicies = Object.entries(packs).flatMap(([pack, { policies }]) =>
        policies.map(({ name }) => fileOfPolicy(pack, name)),
    );
    return ["shared/src", ...Object.keys(packs)]
        .flatMap((folder) => trackedIn(`policies/${folder}`).map((file) => join(policiesFolder, folder, file)))
        .filter((file) => file.endsWith(".ts") && !ofPolicies.includes(file));
}

main(async () => {
    const only = process.argv.slice(2);
    const isWanted = (what: string): boolean => only.length === 0 || only.includes(what);
    const mutants = await Mutants.start();
    const survivors: string[] = [];
    let count = 0;
    const breakAll = async (title: string, file: string, prepared: Prepared[]): Promise<void> => {
        process.stdout.write(`${title}\n`);
        const found = await mutants.broken(file, prepared);
        count += found.count;
        survivors.push(...found.survivors);
    };
    try {
        const everything: Prepared[] = [];
        for (const [pack, { policies }] of Object.entries(packs)) {
            for (const { name } of policies) {
                const policy = mutants.policies.find((one) => one.name === name);
                const ofPolicy = cases[pack]?.[name];
                if (!policy || !ofPolicy) throw new Error(`the policy ${name} has no cases`);
                const prepared = await prepare(policy, ofPolicy);
                everything.push(...prepared.map(({ what, verify }) => ({ what: `${name}: ${what}`, verify })));
                if (!isWanted(name)) continue;
                const wrong = await mutants.noticed(prepared);
                if (wrong !== undefined)
                    throw new UserError(`${name} fails as it is, in "${wrong}": run \`make test-unit\` first`);
                const file = fileOfPolicy(pack, name);
                await breakAll(`${name} (${relative(repository, file)})`, file, prepared);
            }
        }
        for (const file of sharedFiles()) {
            const title = relative(policiesFolder, file);
            if (isWanted(title)) await breakAll(title, file, everything);
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
