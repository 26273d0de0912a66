import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
    chooseOrigin,
    choosePlugin,
    type OnPath,
    type PluginSituation,
    unusable,
    wantedOrigin,
} from "../../embedded/toolchain/choice";
import { requiredVersion } from "../../embedded/toolchain/versions";

const good: OnPath = { pulumi: "/usr/bin/pulumi", version: "v3.245.0\n", languageHost: true };
const nothing = { release: false, fallback: false };

describe("the choice of a Pulumi CLI", () => {
    it("is the one on PATH when it has its language host", () => {
        assert.equal(chooseOrigin({ onPath: good, built: { release: true, fallback: true } }), "path");
        assert.notEqual(chooseOrigin({ onPath: { ...good, languageHost: false }, built: nothing }), "path");
    });
    it("is what was fetched or built before, without asking the network", () => {
        assert.equal(chooseOrigin({ built: { release: true, fallback: true } }), "release");
        assert.equal(chooseOrigin({ built: { release: false, fallback: true } }), "fallback");
    });
    it("asks the network only when there is nothing yet", () => {
        assert.equal(chooseOrigin({ built: nothing }), "probe");
    });
    it("can be forced, but not to something that is not there", () => {
        assert.equal(chooseOrigin({ wanted: "fallback", onPath: good, built: nothing }), "fallback");
        assert.throws(() => chooseOrigin({ wanted: "path", built: nothing }), /there is no pulumi on PATH/);
        assert.throws(() => wantedOrigin("newest"), /"newest"; allowed are auto, path, release, fallback/);
        assert.equal(wantedOrigin("auto"), undefined);
    });
    it("leaves versions alone that policy packs were not tried with", () => {
        assert.equal(unusable(good), undefined);
        assert.equal(unusable({ ...good, version: "v3.300.1" }), undefined);
        assert.match(unusable({ ...good, version: "v3.220.9" }) ?? "", /3\.221/);
        assert.match(unusable({ ...good, version: "v4.0.0" }) ?? "", /later 3\.x/);
        assert.match(unusable({ ...good, version: "not found" }) ?? "", /does not say its version/);
    });
});

describe("the choice of a provider plugin", () => {
    const never = (): Promise<boolean> => assert.fail("the network was asked");
    const choose = (given: Partial<PluginSituation>): Promise<string> =>
        choosePlugin({ installed: false, cli: "path", reachable: never, ...given });

    it("is the one that the user has installed, whatever CLI runs it", async () => {
        assert.equal(await choose({ installed: true, cli: "fallback" }), "installed");
    });
    it("is ours beside our CLI", async () => {
        assert.equal(await choose({ cli: "fallback" }), "fallback");
    });
    it("is left to the CLI when releases can be reached", async () => {
        assert.equal(await choose({ reachable: async () => true }), "acquire");
        assert.equal(await choose({ reachable: async () => false }), "fallback");
        assert.equal(await choose({ cli: "release" }), "acquire");
    });
    it("is ours when that is wanted", async () => {
        assert.equal(await choose({ installed: true, wanted: "fallback", cli: "fallback" }), "fallback");
    });
});

describe("a version", () => {
    it("is read from go.mod", () => {
        const goMod = "module x\n\nrequire (\n\texample.com/a/v3 v3.1.2 // indirect\n\texample.com/b v0.1.0\n)\n";
        assert.equal(requiredVersion(goMod, "example.com/a/v3"), "3.1.2");
        assert.equal(requiredVersion("require example.com/b v0.1.0", "example.com/b"), "0.1.0");
        assert.throws(() => requiredVersion(goMod, "example.com/c"), /does not require example\.com\/c/);
    });
});
