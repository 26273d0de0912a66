// Behaviour of the decisions behind the builds in embedded/cluster/build/.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
    acceptable,
    compileProgress,
    missingOptions,
    OLDEST,
    offeredVersions,
    packageName,
    TESTED,
} from "../../embedded/cluster/build/kernel-source";
import { kubernetesVersion, versionVariables } from "../../embedded/cluster/build/kubernetes-version";
import { linkerFlags } from "../../embedded/go-program";
import { trackedIn } from "../harness/tracked";

const KERNEL = join(__dirname, "../../embedded/cluster/build/kernel");

describe("the source of the nodes' kernel", () => {
    it("is found in what apt-cache says", () => {
        const output = [
            "linux-source-6.12 - Linux kernel source for version 6.12 with Debian patches",
            "linux-source-7.2 - Linux kernel source for version 7.2 with Debian patches",
            "linux-source - Linux kernel source (meta-package)",
        ].join("\n");
        assert.deepEqual(offeredVersions(output), ["6.12", "7.2"]);
        assert.deepEqual(offeredVersions(""), []);
    });

    it("is the tested version where it is offered", () => {
        const version = fc.tuple(fc.nat(9), fc.nat(30)).map(([major, minor]) => `${major}.${minor}`);
        fc.assert(
            fc.property(fc.array(version), (others) => {
                assert.equal(acceptable([...others, TESTED])[0], TESTED);
            }),
        );
    });

    it("is else the nearest newer one, then the nearest older one that is new enough", () => {
        assert.deepEqual(acceptable(["7.10", "7.9", "6.12", "7.0", OLDEST]), ["7.9", "7.10", "7.0", OLDEST]);
        assert.deepEqual(acceptable(["6.1", "6.12"]), []);
    });

    it("has a package named after it", () => {
        assert.equal(packageName("7.2"), "linux-source-7.2");
    });
});

describe("the configuration of the nodes' kernel", () => {
    const wanted = readFileSync(join(KERNEL, "node.config"), "utf8");

    it("is missed where Kconfig dropped or changed an option", () => {
        const asked = '# CONFIG_SMP is not set\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_C="x"\n';
        assert.deepEqual(missingOptions(asked, 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="y"\n'), [
            "CONFIG_B=y",
            'CONFIG_C="x"',
        ]);
        assert.deepEqual(missingOptions(wanted, wanted), []);
    });

    it("says each option once, and nothing that Kconfig would read as part of a value", () => {
        const lines = wanted.split("\n").filter((line) => line !== "");
        for (const line of lines) assert.match(line, /^(#.*|CONFIG_\w+=(y|"[^"]*"))$/);
        const names = lines.flatMap((line) => /^(?:# )?(CONFIG_\w+)[= ](?:y$|"|is not set$)/.exec(line)?.[1] ?? []);
        assert.deepEqual(names, [...new Set(names)]);
    });

    it("comes with patches that say their licence and their reason before the change", () => {
        const patches = trackedIn("embedded/cluster/build/kernel").filter((name) => name.endsWith(".patch"));
        assert.notEqual(patches.length, 0);
        for (const name of patches) {
            const [head = "", ...changes] = readFileSync(join(KERNEL, name), "utf8").split(/^---$/m);
            assert.match(head, /^SPDX-License-Identifier: GPL-2\.0\n\num: /, name);
            assert.match(changes.join(""), /^--- a\/arch\/um\//m, name);
        }
    });
});

describe("progress of a kernel build", () => {
    it("counts compiled objects, then says that it links", () => {
        const read = compileProgress(2);
        const lines = ["  HOSTCC  scripts/basic/fixdep", "  CC      init/main.o", "  AS      lib/x.o", "  AR      a.a"];
        assert.deepEqual(lines.map(read), [
            undefined,
            { text: "1 of about 2 objects compiled", share: 1 / 2 },
            { text: "2 of about 2 objects compiled", share: 1 },
            undefined,
        ]);
        assert.deepEqual(read("  CC      mm/slub.o"), { text: "3 of about 3 objects compiled", share: 1 });
        assert.equal(read("  LD      vmlinux.o"), "linking");
    });
});

describe("the build of Kubernetes", () => {
    it("calls itself by the version that go.mod requires", () => {
        const goMod = readFileSync(join(__dirname, "../../embedded/cluster/kubernetes/go.mod"), "utf8");
        const version = kubernetesVersion(goMod);
        assert.equal(goMod.includes(`k8s.io/kubernetes ${version}`), true);
        const flags = linkerFlags({ set: versionVariables("v1.35.4") }).split(/ (?=-)/);
        assert.equal(flags.includes("-X k8s.io/component-base/version.gitVersion=v1.35.4"), true);
        assert.equal(flags.includes("-X k8s.io/component-base/version.gitMinor=35"), true);
        assert.throws(() => kubernetesVersion("module x\n"), /requires no version/);
    });
});
