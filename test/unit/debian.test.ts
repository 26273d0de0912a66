// Behaviour of the pure parts of embedded/debian/, and of its commands in a tree as far as they need no tree.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { aptProgress } from "../../embedded/debian/apt-progress";
import { mountScript, treeCommand } from "../../embedded/debian/in-tree";
import { firstUri, sourceLine } from "../../embedded/debian/sources";

describe("progress of apt-get", () => {
    it("counts downloads, unpacked and configured packages against what is to be installed", () => {
        const read = aptProgress();
        const lines = [
            "Get:1 http://mirror.example/debian trixie InRelease [140 kB]",
            "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
            "Get:1 http://mirror.example/debian trixie/main amd64 a amd64 1 [9 kB]",
            "Get:2 http://mirror.example/debian trixie/main amd64 b amd64 1 [9 kB]",
            "Selecting previously unselected package a.",
            "Unpacking a (1) ...",
            "Unpacking b (1) ...",
            "Setting up b (1) ...",
        ];
        assert.deepEqual(lines.map(read), [
            undefined,
            "2 packages to install",
            "downloaded 1 of 2 packages",
            "downloaded 2 of 2 packages",
            undefined,
            "unpacked 1 of 2 packages",
            "unpacked 2 of 2 packages",
            "set up 1 of 2 packages",
        ]);
    });
});

describe("package sources", () => {
    it("finds the address in what it writes, for any suite", () => {
        fc.assert(
            fc.property(fc.webUrl(), fc.stringMatching(/^[a-z][a-z-]{1,20}$/), (uri, suite) => {
                assert.equal(firstUri(`# comment\n\n${sourceLine(uri, suite)}`), uri);
            }),
            { numRuns: 20 },
        );
    });

    it("reads lines with options and skips other lines", () => {
        const text =
            "deb-src http://other.example/ trixie main\ndeb [arch=amd64] http://mirror.example/d trixie main\n";
        assert.equal(firstUri(text), "http://mirror.example/d");
    });

    it("says what it looked for when there is none", () => {
        assert.throws(() => firstUri("# nothing\n"), /deb ADDRESS SUITE/);
    });
});

describe("the command that runs a program in a tree", () => {
    it("gives the program its arguments as they are", () => {
        fc.assert(
            fc.property(fc.array(fc.string(), { minLength: 1 }), (argv) => {
                const { args } = treeCommand("/tree", argv);
                assert.deepEqual(args.slice(-argv.length), argv);
            }),
        );
    });

    it("is valid shell whatever the paths are", () => {
        const path = fc.string({ minLength: 1 }).map((text) => `/${text.replaceAll("\0", "")}`);
        fc.assert(
            fc.property(path, path, path, (tree, source, target) => {
                const script = mountScript(tree, { binds: [{ source, target, readOnly: true }], cwd: target });
                execFileSync("sh", ["-n"], { input: script });
            }),
            { numRuns: 30 },
        );
    });

    it("lets a service keep the process that was started, so that signals reach it", () => {
        const service = treeCommand("/tree", ["dockerd"], { ownProcesses: false });
        assert.equal(service.program, "unshare");
        assert.equal(service.args.includes("--fork"), false);
        assert.equal(treeCommand("/tree", ["true"]).args.includes("--kill-child=SIGKILL"), true);
    });

    it("passes the user's proxy on and nothing else of the environment", () => {
        const before = process.env;
        process.env = { PATH: "/opt/bin", SECRET: "x", https_proxy: "http://proxy.example:3128" };
        try {
            const { env } = treeCommand("/tree", ["true"], { env: { EXTRA: "1" } });
            assert.deepEqual(Object.keys(env).sort(), ["EXTRA", "HOME", "LC_ALL", "PATH", "https_proxy"]);
            assert.equal(env.PATH?.includes("/opt/bin"), false);
        } finally {
            process.env = before;
        }
    });
});
