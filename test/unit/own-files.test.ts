// Files that somebody has in the folder for himself are none of the tests'
// business: in a copy with many of them the tests that read the repository pass,
// and so does `make check`.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { environmentNames } from "../../commands/environment";
import { copyRepository } from "../cluster/copy";
import { trackedBelow } from "../harness/tracked";

/** What README and docs have people make, and what people make besides; much of it is wrong in itself. */
const OWN: Record<string, string> = {
    "Pulumi.lab.yaml": "encryptionsalt: v1:own\nconfig:\n  nfs-storage-stack:context: my-cluster\n",
    "Pulumi.broken.yaml": "config: [\n",
    "values.yaml": "readers: 3\n",
    ".env": "PULUMI_CONFIG_PASSPHRASE=own\n",
    "notes.ts": 'var unused = 1\nconst number: number = "text";\n',
    "notes.md": "# On /home/" + "me\n\n[nothing](nowhere.md)\n",
    "extra/index.ts": 'export * from "../test/unit/nowhere";\n',
    "extra/package.json": '{ "name": "extra", }\n',
    "components/own.ts": 'import { boom } from "../test/harness/engine"\n',
    "docs/own.md": "[nothing](nowhere.md)\n",
    "docs/policies/own.md": "a page of nothing\n",
    "policies/own/PulumiPolicy.yaml": "runtime: nodejs\n",
    "policies/own/index.ts": "boom(\n",
    "policies/bindings/copy.ts": 'const copy = { name: "nfs-server-is-an-address", }\n',
    "test/environments/lab.yaml": "{}\n",
    "embedded/cluster/build/kernel/own.patch": "not a patch\n",
    ".github/workflows/own.yaml": "on: push\njobs: { one: { steps: [{ run: make nothing }] } }\n",
};

/** Those that read what is in the repository's folders, rather than a file that they name. */
const READERS = [
    "test/unit/structure.test.ts",
    "test/unit/workflows.test.ts",
    "test/unit/plugin-contract.test.ts",
    "test/unit/node-build.test.ts",
    "test/components/environments.test.ts",
    "test/policies/packs.test.ts",
];

// In a hook of git these say which repository is meant.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
    const failed = (error: { stdout?: string; stderr?: string; message: string }): never =>
        assert.fail(`${program} ${args.join(" ")}: ${error.message}\n${error.stdout}${error.stderr}`);
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, maxBuffer: 2 ** 26 }).catch(failed);
    return stdout;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
    }
}

describe("a user's own files in the repository's folder", function () {
    this.timeout(300_000);
    let home = "";
    beforeEach(() => {
        home = realpathSync(mkdtempSync(join(tmpdir(), "own-files-")));
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    it("fail no test and no check, and are seen by the commands that a user runs", async () => {
        const copy = join(home, "copy");
        await copyRepository(copy);
        await run(copy, "git", "init", "--quiet");
        await run(copy, "git", "add", "--all");
        write(copy, OWN);
        assert.deepEqual(environmentNames(copy), ["broken", "dev", "lab", "prod", "staging"]);
        await run(copy, "npx", "--no-install", "mocha", ...READERS);
        await run(copy, "make", "check");
    });

    it("can't be told from the repository's where git does not track it: there all count, but what git would ignore", async () => {
        write(home, { "Pulumi.yaml": "", "docs/a.md": "", "node_modules/a/index.js": "", "dist/b.js": "" });
        assert.deepEqual(trackedBelow(home), ["Pulumi.yaml", "docs/a.md"]);
        // In the folder of another repository.
        await run(home, "git", "init", "--quiet");
        write(home, { "copy/Pulumi.yaml": "", "copy/docs/a.md": "" });
        assert.deepEqual(trackedBelow(join(home, "copy")), ["Pulumi.yaml", "docs/a.md"]);
    });

    it("are those that git does not track, whatever else it does to the folder", async () => {
        write(home, { "Pulumi.yaml": "", "gone.md": "", "docs/ein größeres\nWort.md": "" });
        await run(home, "git", "init", "--quiet");
        await run(home, "git", "add", "--all");
        write(home, { "own.md": "" });
        rmSync(join(home, "gone.md"));
        assert.deepEqual(trackedBelow(home), ["Pulumi.yaml", "docs/ein größeres\nWort.md"]);
        writeFileSync(join(home, ".git/config"), "[nonsense\n");
        assert.throws(() => trackedBelow(home), /what git tracks, and it says: .*bad config/s);
    });
});
