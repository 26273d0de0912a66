// The ready configurations of the policies: each is one that the packs take, and
// PROFILE chooses it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { policyConfiguration, profiles } from "../../commands/policy-profile";
import { all } from "../../policies/all/pack";
import type { Pack, PolicyConfig } from "../harness/analyzer";
import { provision } from "../harness/engine";
import { startPack } from "./packs";
import { deployment, mounting, pair, plain, sources, withShare } from "./stacks";

const configOf = (profile?: string): Record<string, PolicyConfig> =>
    JSON.parse(readFileSync(policyConfiguration(profile), "utf8"));

describe("profiles of the policies", function () {
    this.timeout(60_000);
    let pack: Pack;
    before(async () => {
        pack = await startPack("all");
    });
    after(() => pack.stop());

    it("are three, and the default is the project's own configuration", () => {
        assert.deepEqual(profiles(), ["lab", "production", "storage-only"]);
        assert.match(policyConfiguration(), /policies\/config\.json$/);
        assert.throws(() => policyConfiguration("prod"), /PROFILE is "prod"; there are lab, production, storage-only/);
    });

    it("name policies that there are", () => {
        const names = new Set(["all", ...all.policies.map(({ name }) => name)]);
        for (const profile of [undefined, ...profiles()]) {
            assert.deepEqual(
                Object.keys(configOf(profile)).filter((name) => !names.has(name)),
                [],
            );
        }
    });

    it("let an application alone that shares a volume among its replicas, but for production", async () => {
        const stack = await provision(() => {
            pair();
            deployment("wordpress", withShare(sources.claim(), mounting(plain)));
        });
        const mandatory = async (profile: string): Promise<string[]> => {
            await pack.configure(configOf(profile));
            const { violations } = await pack.judge(stack);
            return violations.filter(({ level }) => level === "mandatory").map(({ policy }) => policy);
        };
        assert.deepEqual(await mandatory("lab"), []);
        assert.deepEqual(await mandatory("storage-only"), []);
        assert.ok((await mandatory("production")).includes("written-share-is-read-elsewhere"));
    });
});
