// Every policy pack, run as the engine runs it: what it says of itself is complete.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Pack, type PackInfo } from "../harness/analyzer";

const repository = join(__dirname, "../..");
const packs = readdirSync(join(repository, "policies")).filter((name) =>
    existsSync(join(repository, "policies", name, "PulumiPolicy.yaml")),
);

describe("policy packs", function () {
    this.timeout(60_000);
    const infos = new Map<string, PackInfo>();
    before(async () => {
        for (const name of packs) {
            const pack = await Pack.start(name);
            infos.set(name, await pack.info().finally(() => pack.stop()));
        }
    });

    it("have policies that are mandatory, with severity and tags, and a page that states the rule", () => {
        for (const [name, info] of infos) {
            assert.equal(info.name, `nfs-${name}`);
            for (const policy of info.policies) {
                assert.equal(policy.level, "mandatory", policy.name);
                assert.ok(policy.severity > 0, `${policy.name} has a severity`);
                assert.ok(policy.tags.includes("kubernetes") && policy.tags.length > 1, `${policy.name} has tags`);
                assert.equal(policy.url, `docs/policies/${policy.name}.md`);
                const page = readFileSync(join(repository, policy.url), "utf8");
                assert.ok(page.startsWith(`# ${policy.name}\nPack \`${name}\``), `${policy.url} begins with the name`);
                assert.ok(page.includes(`**${policy.description}**`), `${policy.url} states the rule`);
            }
        }
    });

    it("have a page for nothing else", () => {
        const pages = readdirSync(join(repository, "docs/policies")).map((file) => file.replace(/\.md$/, ""));
        const policies = [...infos.values()].flatMap((info) => info.policies.map((policy) => policy.name));
        assert.deepEqual(pages.sort(), policies.sort());
    });
});
