// What runs TypeScript for Pulumi (load/), as a project of its own in a temporary
// folder has it: the same files, its own cache.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const repository = join(__dirname, "../..");

describe("TypeScript that Pulumi runs", () => {
    const folder = mkdtempSync(join(tmpdir(), "load-"));
    const cache = join(folder, "node_modules/.cache/nfs-storage-stack");
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    /** As Pulumi's scripts do: they ask for stack traces that name the sources first. */
    const args = ["--require", join(repository, "node_modules/source-map-support/register.js"), "load/program.js"];
    const options = {
        cwd: folder,
        env: { ...process.env, TMPDIR: join(folder, "temporary") },
        encoding: "utf8",
    } as const;
    const start = () => spawnSync(process.execPath, args, options);
    /** What it prints. */
    function run(): string {
        const { stdout, stderr, status } = start();
        assert.equal(status, 0, stderr);
        return stdout;
    }

    /** Runs until what it is made of is old enough for a record of it. */
    async function recorded(): Promise<void> {
        const isKept = (): boolean => existsSync(cache) && readdirSync(cache).some((name) => name.endsWith(".json"));
        for (; !isKept(); await pause(250)) run();
    }

    before(() => {
        cpSync(join(repository, "load"), join(folder, "load"), { recursive: true });
        for (const name of ["node_modules", "temporary"]) mkdirSync(join(folder, name));
        for (const name of ["esbuild", "yaml", "@pulumi"]) {
            symlinkSync(join(repository, "node_modules", name), join(folder, "node_modules", name));
        }
    });
    after(() => rmSync(folder, { recursive: true }));

    beforeEach(() => {
        rmSync(join(folder, "node_modules/.cache"), { recursive: true, force: true });
        write("word.ts", 'export const word: string = "first";\n');
        write("index.ts", 'import { word } from "./word";\nconsole.log(word);\n');
    });

    it("is kept as one file, which is written once for the same sources", () => {
        assert.equal(run(), "first\n");
        const [made = "", ...others] = readdirSync(cache);
        assert.deepEqual(others, []);
        const { mtimeMs } = statSync(join(cache, made));
        assert.equal(run(), "first\n");
        assert.deepEqual(readdirSync(cache), [made]);
        assert.equal(statSync(join(cache, made)).mtimeMs, mtimeMs);
    });

    it("is what the sources say now, also one that is imported", () => {
        assert.equal(run(), "first\n");
        write("word.ts", 'export const word: string = "other";\n');
        assert.equal(run(), "other\n");
    });

    it("is what the sources say, whatever has become of what was kept", () => {
        run();
        for (const made of readdirSync(cache)) writeFileSync(join(cache, made), "");
        assert.equal(run(), "first\n");
    });

    it("is whole for each of several that start at the same time, with nothing kept yet", async () => {
        const all = Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, args, options));
        for (const { stdout } of await Promise.all(all)) assert.equal(stdout, "first\n");
        assert.equal(readdirSync(cache).length, 1);
    });

    it("uses Pulumi's packages where they are, of which there must be one, and has the others in it", () => {
        write(
            "index.ts",
            `import { parse } from "yaml";
            import { output } from "@pulumi/pulumi";
            const loaded = (name: string) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));
            console.log(parse("[1]"), typeof output, loaded("yaml"), loaded("@pulumi/pulumi"));`,
        );
        assert.equal(run(), "[ 1 ] function false true\n");
    });

    it("is made anew when another file takes the place of one", async () => {
        mkdirSync(join(folder, "deep"), { recursive: true });
        write("deep/index.ts", 'export const deep = "folder";\n');
        write("index.ts", 'import { deep } from "./deep";\nconsole.log(deep);\n');
        await recorded();
        assert.equal(run(), "folder\n");
        write("deep.ts", 'export const deep = "file";\n');
        assert.equal(run(), "file\n");
        rmSync(join(folder, "deep.ts"));
        assert.equal(run(), "folder\n");
    });

    it("is not made again while nothing has changed", async () => {
        write("index.ts", 'console.log(Object.keys(require.cache).some((file) => file.includes("/esbuild/")));\n');
        assert.equal(run(), "true\n");
        await recorded();
        assert.equal(run(), "false\n");
    });

    for (const kept of [true, false]) {
        it(`has lines of the sources in a stack trace, ${kept ? "kept or made" : "where it can't be kept, too"}`, () => {
            if (!kept) writeFileSync(join(folder, "node_modules/.cache"), "not a folder");
            write(
                "index.ts",
                'import { word } from "./word";\nimport "yaml";\n\nconsole.log(word, new Error("here").stack);\n',
            );
            write("word.ts", '\n\nexport const word: string = new Error("there").stack ?? "";\n');
            for (const time of ["first", "second"]) {
                const text = run();
                assert.ok(text.includes(`${join(folder, "word.ts")}:3:`), `the ${time} time: ${text}`);
                assert.ok(text.includes(`${join(folder, "index.ts")}:4:`), `the ${time} time: ${text}`);
            }
            assert.deepEqual(readdirSync(options.env.TMPDIR), []);
        });
    }

    it("says what is wrong with a source, and where", () => {
        write("word.ts", "export const word: = 1;\n");
        const { stderr, status } = start();
        assert.equal(status, 1);
        assert.match(stderr, /word\.ts:1:19: ERROR/);
    });
});
