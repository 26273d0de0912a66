// Whether a policy says of a case what the case expects: for the tests of the
// policies, and for their mutations, which want to see it fail.
import assert from "node:assert/strict";
import type { Pack, PolicyConfig, PolicyInfo, Violation } from "../harness/analyzer";
import { type Plain, type Provisioned, provision } from "../harness/engine";
import type { Case, PolicyCases, Unknown, Violating } from "./cases";

const NOT_JUDGED = /^Not judged( yet)?: /;

export type Kind = Exclude<keyof PolicyCases, "misconfigured" | "remedied">;
export const kinds = ["violates", "complies", "unknown", "notApplicable"] as const satisfies Kind[];

/** The stack of a case, as its preview or its deployment would have it. */
export function stackOf(kind: Kind, one: Case): Promise<Provisioned> {
    const { preview = kind === "unknown", stack, outputs, program } = one;
    return provision(program, { preview, ...(stack !== undefined && { stack }), ...(outputs && { outputs }) });
}

/** One policy of a pack, with the others silent. */
export async function configureOnly(
    pack: Pack,
    policy: string,
    config: Exclude<PolicyConfig, string> = {},
): Promise<void> {
    await pack.configure({ all: "disabled", [policy]: { enforcementLevel: "mandatory", ...config } });
}

/** @throws AssertionError when the policy does not say what the case expects */
export async function verify(pack: Pack, policy: PolicyInfo, kind: Kind, one: Case, stack: Provisioned): Promise<void> {
    const { violations, notApplicable } = await pack.judge(stack);
    const problems = violations.filter(({ message }) => !NOT_JUDGED.test(message));
    const unjudged = violations.filter(({ message }) => NOT_JUDGED.test(message));
    // It is asked for every resource, or once.
    const asked = policy.ofStack ? 1 : stack.resources.length;
    for (const { level } of problems) assert.equal(level, "mandatory");
    for (const { level } of unjudged) assert.equal(level, "advisory");
    switch (kind) {
        case "violates": {
            const { blames, says } = one as Violating;
            assert.deepEqual(problems.map(({ resource }) => resource).sort(), [...blames].sort());
            saysAll(says, problems, policy);
            assert.deepEqual(unjudged, []);
            break;
        }
        case "complies":
            assert.deepEqual(messages(violations), []);
            assert.ok(notApplicable.length < asked, "it was applicable to nothing");
            break;
        case "unknown":
            assert.deepEqual(messages(problems), []);
            assert.match(messages(unjudged).join("\n"), (one as Unknown).says);
            break;
        case "notApplicable":
            assert.deepEqual(messages(violations), []);
            assert.equal(notApplicable.length, asked, "it was applicable to something");
    }
}

/** @throws AssertionError when the level `remediate` does not make of the stack what is wanted, or another level does */
export async function verifyRemedy(
    pack: Pack,
    policy: PolicyInfo,
    becomes: Plain,
    { resources }: Provisioned,
): Promise<void> {
    const changes = async (enforcementLevel: "mandatory" | "remediate"): Promise<(Plain | undefined)[]> => {
        await configureOnly(pack, policy.name, { enforcementLevel });
        return Promise.all(resources.map((resource) => pack.remediate(resource)));
    };
    assert.deepEqual((await changes("mandatory")).filter(Boolean), []);
    const changed = await changes("remediate");
    const [first, ...more] = changed.filter((one) => one !== undefined);
    assert.deepEqual(more, []);
    for (const [key, value] of Object.entries(becomes)) assert.deepEqual(first?.[key], value);
    const mended = resources.map((one, index) => ({
        ...one,
        wire: { ...one.wire, inputs: changed[index] ?? one.wire.inputs },
    }));
    assert.deepEqual(messages((await pack.judge({ resources: mended })).violations), []);
}

const messages = (violations: readonly Violation[]): string[] => violations.map(({ message }) => message);

function saysAll(says: readonly RegExp[], problems: readonly Violation[], { description, name }: PolicyInfo): void {
    for (const expected of says) {
        const found = problems.some(({ message }) => expected.test(message));
        assert.ok(found, `no message says ${expected}:\n${messages(problems).join("\n")}`);
    }
    // What the rule is, of what, what was found, what is wanted, how to mend it, where more is said.
    for (const { message } of problems) {
        const lines = message.split("\n");
        assert.equal(lines[0], description);
        assert.match(message, /\n.+: found (.|\n)+\.\nWanted: .+\.\nTo mend: .+\.\nMore: /);
        assert.equal(lines.at(-1), `More: docs/policies/${name}.md`);
    }
}
