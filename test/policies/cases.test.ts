// Every policy before its cases, through the engine's protocol: stacks that
// violate it, that comply, that are not known yet, that it is not about; and
// configurations that are wrong. The cases are in cases/.
import assert from "node:assert/strict";
import type { Pack, PackInfo, PolicyInfo } from "../harness/analyzer";
import { type Plain, provision } from "../harness/engine";
import { cases } from "./cases";
import { configureOnly, kinds, stackOf, verify, verifyRemedy } from "./judged";
import { startPack } from "./packs";
import { good, lasting } from "./stacks";

const titles = {
    violates: "refuses a stack that",
    complies: "passes a stack that",
    unknown: "does not judge yet, and says so, a stack that",
    notApplicable: "is not about a stack that",
};

/** Of every policy: what it can be told besides its own, and how that may be wrong. */
const wrong: { config: Plain; says: RegExp }[] = [
    {
        config: { exemptNamespaces: "kube-system" },
        says: /key exemptNamespaces: found "kube-system", wanted a value of type array/,
    },
    {
        config: { exemptNamespaces: ["a", 3] },
        says: /key exemptNamespaces\[1\]: found 3, wanted a value of type string/,
    },
    {
        config: { exemptions: [{ resource: "a" }] },
        says: /key exemptions\[0\]\.reason: found nothing, wanted it to be set/,
    },
    {
        config: { exemptions: [{ resource: "a", reason: "" }] },
        says: /key exemptions\[0\]\.reason: found "", wanted some text/,
    },
    {
        config: { exemptions: [{ resource: "a", reason: "b", until: 1 }] },
        says: /key exemptions\[0\]\.until: there is no such key; there are resource, container, reason/,
    },
    {
        config: { exemptNamespace: [] },
        says: /key exemptNamespace: there is no such key; there are .*exemptNamespaces, exemptions/,
    },
];

for (const [name, policies] of Object.entries(cases)) {
    describe(`policy pack ${name}`, () => {
        let pack: Pack;
        let info: PackInfo;
        before(async function () {
            this.timeout(60_000); // a busy machine takes its time to load the SDK
            pack = await startPack(name);
            info = await pack.info();
        });
        after(() => pack.stop());

        const policyOf = (policy: string): PolicyInfo => {
            const found = info.policies.find((one) => one.name === policy);
            assert.ok(found, `the pack has no policy ${policy}`);
            return found;
        };

        it("has cases for each of its policies", () => {
            assert.deepEqual(Object.keys(policies).sort(), info.policies.map((policy) => policy.name).sort());
        });

        for (const [policy, { misconfigured = [], remedied = [], ...byKind }] of Object.entries(policies)) {
            describe(policy, () => {
                for (const kind of kinds) {
                    for (const one of byKind[kind]) {
                        it(`${titles[kind]} ${one.what}`, async () => {
                            await configureOnly(pack, policy, one.config);
                            await verify(pack, policyOf(policy), kind, one, await stackOf(kind, one));
                        });
                    }
                }

                const [one] = byKind.violates;
                // One that only advises has nobody to let off.
                const isAdvice = policy === "everything-is-looked-into";
                if (!isAdvice)
                    it("lets off by namespace and by resource, and judges again without", async () => {
                        assert.ok(one);
                        const stack = await stackOf("violates", one);
                        const blamed = [...new Set(one.blames)];
                        const found = async (more: Plain): Promise<string[]> => {
                            await configureOnly(pack, policy, { ...one.config, ...more });
                            return (await pack.judge(stack)).violations.map(({ resource }) => resource);
                        };
                        const [first = "", ...rest] = blamed;
                        const exemptions = [{ resource: first, reason: "of a test" }];
                        assert.deepEqual([...new Set(await found({ exemptions }))].sort(), rest.sort());
                        // A volume that is reserved for no claim is of no namespace.
                        const isOfNone = policy === "volume-and-claim-name-each-other";
                        assert.deepEqual(await found({ exemptNamespaces: ["web"] }), isOfNone ? blamed : []);
                        assert.deepEqual(
                            [...new Set(await found({ exemptNamespaces: ["other"] }))].sort(),
                            blamed.sort(),
                        );
                    });

                it("refuses configuration that is wrong, and names the key", async () => {
                    const stack = await provision(() => void lasting.pod?.("pod", { containers: [good] }));
                    for (const { config, says } of [...wrong, ...misconfigured]) {
                        await configureOnly(pack, policy, config);
                        await assert.rejects(pack.judge(stack), (error: Error) => {
                            assert.match(error.message, says);
                            assert.match(
                                error.message,
                                new RegExp(`the configuration of the policy ${policy} is wrong`),
                            );
                            assert.match(error.message, new RegExp(`More: docs/policies/${policy}\\.md`));
                            assert.doesNotMatch(error.message, /\n\s+at /, "a trace leads nowhere for users");
                            return true;
                        });
                    }
                });

                for (const { what, becomes, ...one } of remedied) {
                    it(`mends, when it is told to, and only then, a stack that ${what}`, async () => {
                        await verifyRemedy(pack, policyOf(policy), becomes, await provision(one.program, one));
                    });
                }
            });
        }
    });
}
