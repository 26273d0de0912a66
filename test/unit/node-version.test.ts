import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problem } from "../../commands/node-version";
import { engines } from "../../package.json";

const repository = join(__dirname, "../..");

describe("the version of Node.js", () => {
    it("has to be the one that package.json names, or a later one", () => {
        for (const fine of ["v20.19.0", "v20.19.4", "v20.20.0", "v22.0.0", "v100.1.2"]) {
            assert.equal(problem(fine, ">=20.19"), null, fine);
        }
        for (const old of ["v20.18.3", "v18.20.4", "v6.17.1", "v2.19.0"]) {
            assert.match(problem(old, ">=20.19") ?? "", /^Node\.js 20\.19 or later is needed; .* is v\d+.*nodejs\.org/);
        }
    });

    it("is that of who runs this", () => {
        assert.equal(problem(process.version, engines.node), null);
        execFileSync(process.execPath, ["commands/node-version.js"], { cwd: repository });
    });

    it("is asked for by make, which says so when there is no Node.js at all", () => {
        const folder = mkdtempSync(join(tmpdir(), "no-node-"));
        try {
            for (const program of ["bash", "make"]) {
                symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(folder, program));
            }
            const made = spawnSync("make", ["--no-print-directory", "status"], {
                cwd: repository,
                encoding: "utf8",
                env: { PATH: folder },
            });
            assert.notEqual(made.status, 0);
            assert.match(made.stderr, /^error: Node\.js 20\.19 or later is needed, and there is no node on PATH/m);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
