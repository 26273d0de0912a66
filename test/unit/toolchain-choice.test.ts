import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { about } from "../../embedded/toolchain/about";
import {
    chooseOrigin,
    choosePlugin,
    type OnPath,
    type PluginSituation,
    unusable,
    wantedOrigin,
} from "../../embedded/toolchain/choice";
import { alphaVersion, kubernetesPluginVersion, requiredVersion, sdkVersion } from "../../embedded/toolchain/versions";

const good: OnPath = { pulumi: "/usr/bin/pulumi", version: "v3.245.0\n", languageHost: true };
const nothing = { release: false, built: false };

describe("the choice of a Pulumi CLI", () => {
    it("is the one on PATH when it has its language host", () => {
        assert.equal(chooseOrigin({ onPath: good, cached: { release: true, built: true } }), "path");
        assert.notEqual(chooseOrigin({ onPath: { ...good, languageHost: false }, cached: nothing }), "path");
    });
    it("is what was fetched or built before, without asking the network", () => {
        assert.equal(chooseOrigin({ cached: { release: true, built: true } }), "release");
        assert.equal(chooseOrigin({ cached: { release: false, built: true } }), "built");
    });
    it("asks the network only when there is nothing yet", () => {
        assert.equal(chooseOrigin({ cached: nothing }), "probe");
    });
    it("can be forced, but not to something that is not there", () => {
        assert.equal(chooseOrigin({ wanted: "built", onPath: good, cached: nothing }), "built");
        assert.throws(() => chooseOrigin({ wanted: "path", cached: nothing }), /there is no pulumi on PATH/);
        assert.throws(() => wantedOrigin("newest"), /"newest"; allowed are auto, path, release, built/);
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
        assert.equal(await choose({ installed: true, cli: "built" }), "installed");
    });
    it("is made here beside a CLI that is", async () => {
        assert.equal(await choose({ cli: "built" }), "made");
    });
    it("is left to the CLI when releases can be reached", async () => {
        assert.equal(await choose({ reachable: async () => true }), "acquire");
        assert.equal(await choose({ reachable: async () => false }), "made");
        assert.equal(await choose({ cli: "release" }), "acquire");
    });
    it("is made here when that is wanted", async () => {
        assert.equal(await choose({ installed: true, wanted: "built", cli: "built" }), "made");
    });
});

describe("what is said of a toolchain", () => {
    const docker = { name: "docker", version: "5.2.0", sdk: "5.2.0" };
    const kubernetes = { name: "kubernetes", version: "4.25.0-alpha.1+abc", sdk: "4.24.1" };

    it("names the true version of what is built, and what is this project's", () => {
        const plugins = [kubernetes, docker].map((plugin) => ({ ...plugin, source: "made" as const }));
        assert.equal(
            about({ cli: { origin: "built", version: "3.252.0" }, plugins }),
            "Pulumi CLI 3.252.0 (built from Pulumi's module, with a language host of this project as fallback), " +
                "plugin kubernetes 4.25.0-alpha.1+abc (built from Pulumi's module; the SDK is 4.24.1), " +
                "plugin docker 5.2.0 (a fallback of this project)",
        );
    });
    it("says what is Pulumi's release", () => {
        const plugins = [{ ...kubernetes, source: "acquire" as const }];
        assert.equal(
            about({ cli: { origin: "path", version: "v3.245.0" }, plugins }),
            "Pulumi CLI v3.245.0 (the one on PATH), plugin kubernetes 4.24.1 (Pulumi's release)",
        );
    });
});

describe("a version", () => {
    it("is read from go.mod", () => {
        const goMod = "module x\n\nrequire (\n\texample.com/a/v3 v3.1.2 // indirect\n\texample.com/b v0.1.0\n)\n";
        assert.equal(requiredVersion(goMod, "example.com/a/v3"), "3.1.2");
        assert.equal(requiredVersion("require example.com/b v0.1.0", "example.com/b"), "0.1.0");
        assert.throws(() => requiredVersion(goMod, "example.com/c"), /does not require example\.com\/c/);
    });
    it("of a commit is an alpha of the release that it went into", () => {
        assert.equal(
            alphaVersion("4.25.0", "0.0.0-20260115033456-f47bc2d6f199"),
            "4.25.0-alpha.20260115033456+f47bc2d6f199",
        );
        assert.equal(
            alphaVersion("4.25.0", "4.0.0-20260115033456-f47bc2d6f199"),
            "4.25.0-alpha.20260115033456+f47bc2d6f199",
        );
        assert.throws(() => alphaVersion("4.25.0", "4.24.1"), /4\.24\.1 is no pseudo-version/);
    });
    it("of the SDK for Kubernetes is no newer than the plugin, or each command would warn of it", () => {
        const numbers = (version: string): number[] => version.split("-")[0]?.split(".").map(Number) ?? [];
        const [plugin, sdk] = [kubernetesPluginVersion(), sdkVersion("kubernetes")].map(numbers);
        const [major, minor] = plugin ?? [];
        // An alpha comes before its release.
        assert.ok(sdk?.[0] === major && (sdk?.[1] ?? 0) < (minor ?? 0), `${sdk} is not before ${plugin}`);
    });
});
