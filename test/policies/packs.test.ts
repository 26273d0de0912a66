// Every policy pack, run as the engine runs it: what it says of itself is
// complete, and so are its pages, its sources and its list of files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../commands/environment";
import { policyPages } from "../../commands/policy-pages";
import { packs } from "../../policies/all/pack";
import type { PackInfo, PolicyConfig } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { trackedIn } from "../harness/tracked";
import { packNames, startPack } from "./packs";
import { fileOfPolicy } from "./sources";
import { pair } from "./stacks";

describe("policy packs", function () {
    this.timeout(60_000);
    const infos = new Map<string, PackInfo>();
    before(async () => {
        for (const name of packNames) {
            const pack = await startPack(name);
            infos.set(name, await pack.info().finally(() => pack.stop()));
        }
    });

    it("are the four, and the one that has all of their policies", () => {
        assert.deepEqual([...packNames].sort(), ["all", ...Object.keys(packs)].sort());
        const names = (info: PackInfo | undefined): string[] => info?.policies.map(({ name }) => name) ?? [];
        const each = Object.keys(packs).flatMap((name) => names(infos.get(name)));
        assert.deepEqual(names(infos.get("all")), each);
        assert.equal(new Set(each).size, each.length, "a policy's name is used twice");
    });

    it("have policies that are mandatory, with severity, tags, steps and a schema that says what each key is", () => {
        for (const info of infos.values()) {
            for (const policy of info.policies) {
                assert.equal(policy.level, "mandatory", policy.name);
                assert.ok(policy.severity > 0, `${policy.name} has a severity`);
                assert.ok(policy.tags.includes("kubernetes") && policy.tags.length > 1, `${policy.name} has tags`);
                assert.match(policy.description, /^[A-Z].+\.$/);
                assert.match(policy.remediationSteps, /^[A-Z].+\.$/);
                assert.equal(policy.url, `docs/policies/${policy.name}.md`);
                for (const [key, schema] of Object.entries(policy.config)) {
                    assert.match(
                        (schema as { description?: string }).description ?? "",
                        /\.$/,
                        `${policy.name}: ${key}`,
                    );
                }
            }
        }
    });

    it("have the level that is configured, for one policy or for all", async () => {
        const pack = await startPack("bindings");
        try {
            const stack = await provision(() => pair({ nfs: { server: "nfs", path: "/" }, claimRef: undefined }));
            const levels = async (config: Record<string, PolicyConfig>): Promise<Record<string, string>> => {
                await pack.configure(config);
                const { violations } = await pack.judge(stack);
                const found = violations.filter(({ message }) => !message.startsWith("Not judged yet"));
                return Object.fromEntries(found.map(({ policy, level }) => [policy, level]));
            };
            const [server, names] = ["nfs-server-is-an-address", "volume-and-claim-name-each-other"];
            assert.deepEqual(await levels({}), { [server]: "mandatory", [names]: "mandatory" });
            assert.deepEqual(await levels({ all: "advisory" }), { [server]: "advisory", [names]: "advisory" });
            assert.deepEqual(await levels({ all: "disabled", [names]: "mandatory" }), { [names]: "mandatory" });
            assert.deepEqual(await levels({ [server]: { enforcementLevel: "disabled" } }), { [names]: "mandatory" });
        } finally {
            await pack.stop();
        }
    });

    it("have a policy a file", () => {
        for (const [pack, { policies }] of Object.entries(packs)) {
            const files = policies.map(({ name }) => fileOfPolicy(pack, name));
            assert.equal(new Set(files).size, policies.length);
        }
    });

    it("have the pages that `make policy-docs` writes, and no others", () => {
        const folder = "docs/policies";
        const written = Object.fromEntries(
            trackedIn(folder).map((file) => [file, readFileSync(join(repository, folder, file), "utf8")]),
        );
        assert.deepEqual(written, Object.fromEntries(policyPages()));
    });
});
