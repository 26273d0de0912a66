// What `make policies` makes of an exported state, and prints.
import assert from "node:assert/strict";
import { exportedStack, violationsOf, withoutSecrets } from "../../commands/policy-state";
import { isProblem, problemsText, summaryTable } from "../environments/policy-table";

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
const resource = { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod", inputs: { password: secret } };

describe("an exported state", () => {
    it("is taken without its secrets, which become values that are not known", () => {
        const text = JSON.stringify({
            version: 3,
            deployment: { secrets_providers: { type: "passphrase" }, resources: [resource] },
        });
        const { stack, project, deployment } = exportedStack(text, "state.json");
        assert.deepEqual([stack, project], ["prod", "shop"]);
        assert.doesNotMatch(JSON.stringify(deployment), /ciphertext|v1:x|passphrase/);
        assert.deepEqual(withoutSecrets([{ a: [secret], b: 1 }]), [
            { a: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"], b: 1 },
        ]);
    });

    it("has what is only read as protected, for Pulumi never deletes it", () => {
        const resources = [resource, { ...resource, external: true }];
        const { deployment } = exportedStack(JSON.stringify({ deployment: { resources } }), "state.json");
        const judged = (deployment.deployment as { resources: { protect?: boolean }[] }).resources;
        assert.deepEqual(
            judged.map(({ protect }) => protect),
            [undefined, true],
        );
    });

    it("is refused when it is something else, by the name that was given", () => {
        for (const [text, says] of [
            ["{", /STATE=x is not JSON/],
            ["[]", /STATE=x has no deployment/],
            ['{"deployment":{}}', /STATE=x has no resources/],
            ['{"deployment":{"resources":[{"urn":"x"}]}}', /pulumi stack export --file/],
        ] as const) {
            assert.throws(() => exportedStack(text, "x"), says);
        }
    });
});

describe("the outcome of policies", () => {
    const event = {
        policyName: "p",
        resourceUrn: "urn:pulumi:a::b::c::web",
        message: "found it",
        enforcementLevel: "mandatory",
    };

    it("is read from the engine's events", () => {
        const events = `noise\n${JSON.stringify({ summaryEvent: {} })}\n${JSON.stringify({ policyEvent: event })}\n`;
        assert.deepEqual(violationsOf(events), [
            { policy: "p", resource: "web", message: "found it", level: "mandatory" },
        ]);
    });

    it("is a table of what passed, what is wrong, what is not judged yet and what nothing is about", () => {
        const told = (policy: string, level: string, message = "found") => ({
            policy,
            resource: "web",
            level,
            message,
        });
        const dev = {
            title: "dev",
            violations: [
                told("a", "mandatory"),
                told("a", "mandatory"),
                told("b", "advisory", "Not judged yet: x"),
                told("c", "advisory"),
            ],
            idle: ["d"],
        };
        assert.equal(
            summaryTable(["a", "b", "c", "d", "e"], [dev]),
            [
                "| policy | dev              |",
                "|--------|------------------|",
                "| a      | 2 WRONG          |",
                "| b      | 1 not judged yet |",
                "| c      | 1 advised        |",
                "| d      | –                |",
                "| e      | passed           |",
                "",
            ].join("\n"),
        );
        const state = { title: "state", violations: [], idle: undefined };
        assert.match(summaryTable(["a"], [state]), /\| a {6}\| nothing wrong \|/);
        assert.equal(problemsText([dev]).match(/^dev: /gm)?.length, 3);
        assert.deepEqual(
            dev.violations.filter(isProblem).map(({ policy }) => policy),
            ["a", "a"],
        );
    });
});
