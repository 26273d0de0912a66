// Each environment of this repository: what it would create is what was
// reviewed, and it breaks none of the policies' wishes by its settings.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { embeddedExample } from "../../commands/embedded-settings";
import { environmentNames, environmentOf, isMapping, repository } from "../../commands/environment";
import { goldenFile, goldenText, provisioned } from "../environments/golden";
import type { RegisteredResource } from "../harness/engine";
import { tracked, trackedIn } from "../harness/tracked";

const names = environmentNames(repository, tracked());

describe("environments", () => {
    it("are those that people expect", () => {
        assert.deepEqual(names, ["dev", "prod", "staging"]);
    });

    for (const name of names) {
        it(`${name} creates what test/environments/${name}.yaml says: run \`make golden\`, and look at the difference`, async () => {
            const text = goldenText(await provisioned(environmentOf(name)), name);
            const golden = existsSync(goldenFile(name)) ? readFileSync(goldenFile(name), "utf8") : "";
            assert.equal(text, golden);
            assert.ok(!text.includes(embeddedExample.registryPassword.secret), "a secret is in clear");
        });

        it(`${name} says in its file nothing but settings: no salt, no secrets provider`, () => {
            assert.doesNotMatch(readFileSync(environmentOf(name).file, "utf8"), /^(encryption|secrets|encrypted)/m);
        });
    }

    it("have no golden file of one that is gone", () => {
        const files = trackedIn("test/environments").filter((file) => file.endsWith(".yaml"));
        assert.deepEqual(files.sort(), names.map((name) => `${name}.yaml`).sort());
    });

    it("differ in how data is kept: production's stays, and can't be destroyed by mistake", async () => {
        const kept = async (name: string) => {
            const { resources } = await provisioned(environmentOf(name));
            const of = (wanted: (resource: RegisteredResource) => boolean | undefined) =>
                resources.filter(wanted).map((resource) => resource.name);
            return {
                retained: of(({ options }) => options.retainOnDelete),
                protected: of(({ options }) => options.protect).length > 0,
            };
        };
        assert.deepEqual(await kept("dev"), { retained: [], protected: false });
        assert.deepEqual(await kept("staging"), { retained: [], protected: false });
        const { retained, protected: isProtected } = await kept("prod");
        assert.deepEqual(retained.sort(), ["nfs-server-data", "nfs-server-namespace"]);
        assert.ok(isProtected);
    });

    it("show secrets nowhere in their golden files, also those that the CLI encrypted", async () => {
        const staging = environmentOf("staging");
        const config = {
            ...staging.config,
            "nfs-storage-stack:registryUsername": "me",
            "nfs-storage-stack:registryPassword": { secure: "v1:abc" },
        };
        const got = await provisioned({ ...staging, config });
        const image = got.resources.find(({ type }) => type === "docker:index/image:Image");
        assert.ok(isMapping(image?.inputs.registry));
        const secret = String(image.inputs.registry.password);
        assert.ok(secret.length > 0);
        const text = goldenText(got, "staging");
        assert.ok(!text.includes(secret));
        assert.match(text, /password: \(secret\)/);
    });
});
