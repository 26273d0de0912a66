import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program, run } from "../../bundled";

/** A folder for an index.ts, deleted after the tests of the `describe` that it is called in. */
function sources() {
    const folder = mkdtempSync(join(tmpdir(), "bundled-"));
    after(() => rmSync(folder, { recursive: true }));
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    return { folder, entry: join(folder, "index.ts"), write };
}

describe("TypeScript that is loaded as one file", () => {
    const { folder, entry, write } = sources();
    const load = (): unknown => {
        const { file, code } = program(entry);
        return run(file, code, entry, module);
    };

    beforeEach(() => {
        rmSync(join(folder, "dist"), { recursive: true, force: true });
        write("word.ts", 'export const word: string = "first";\n');
        write("index.ts", 'import { word } from "./word";\nexport = { word, here: __dirname };\n');
    });

    it("is kept, and not made again while its sources are the same", () => {
        load();
        const made = join(folder, "dist/index.js");
        // What is there is taken as it is: it has this line only because nothing was made anew.
        const { mtimeMs } = statSync(made);
        load();
        assert.equal(statSync(made).mtimeMs, mtimeMs);
        assert.ok(existsSync(`${made}.map`));
    });

    it("is made anew when a source has changed, also one that is imported", () => {
        assert.equal((load() as { word: string }).word, "first");
        write("word.ts", 'export const word: string = "another";\n');
        assert.equal((load() as { word: string }).word, "another");
    });

    it("is made anew when it was changed itself, or is gone", () => {
        load();
        const made = join(folder, "dist/index.js");
        const before = readFileSync(made, "utf8");
        for (const spoil of [() => writeFileSync(made, "throw 1;"), () => rmSync(made), () => rmSync(`${made}.map`)]) {
            spoil();
            assert.equal((load() as { word: string }).word, "first");
            assert.equal(readFileSync(made, "utf8"), before);
        }
    });

    it("takes itself for its entry", () => {
        assert.equal((load() as { here: string }).here, folder);
    });

    it("is loaded where it can't be kept, too", () => {
        write("dist", "not a folder");
        assert.equal((load() as { word: string }).word, "first");
    });

    it("says what is wrong with a source, and where", () => {
        write("word.ts", "export const word: = 1;\n");
        assert.throws(load, /word\.ts:1:19: ERROR/);
    });
});

describe("What Pulumi.yaml preloads", () => {
    const root = join(__dirname, "../..");
    const { folder, entry, write } = sources();
    const start = (...more: string[]) =>
        spawnSync(process.execPath, ["--require", join(root, "register.js"), ...more, entry], { encoding: "utf8" });

    before(() => symlinkSync(join(root, "node_modules"), join(folder, "node_modules")));

    it("shows lines of the sources in a stack trace", () => {
        write("word.ts", '\n\nexport const word: string = (() => { throw new TypeError("wrong"); })();\n');
        write("index.ts", 'import { word } from "./word";\nconsole.log(word);\n');
        for (const time of ["first", "second"]) {
            const { stderr, status } = start();
            assert.equal(status, 1);
            assert.match(stderr, /TypeError: wrong\n +at .*word\.ts:3:\d+/, `the ${time} time: ${stderr}`);
        }
    });

    it("shows them also after Pulumi's script has installed its own source maps", () => {
        write("index.ts", '\n\nconsole.log(new Error("here").stack);\n');
        const { stdout } = start("--require", join(root, "node_modules/source-map-support/register.js"));
        assert.match(stdout, /^Error: here\n +at .*index\.ts:3:\d+/);
    });

    it("loads what writes functions down only when it is called", () => {
        write(
            "index.ts",
            `import * as pulumi from "@pulumi/pulumi";
            const heavy = () => Object.keys(require.cache).filter((file) => /\\/(typescript|arborist)\\/lib\\//.test(file));
            console.log(heavy().length);
            pulumi.runtime.serializeFunction(() => 42).then(({ text }) => console.log(/return .*42|=> 42/.test(text), heavy().length > 0));
            `,
        );
        const { stdout, stderr } = start();
        assert.equal(stdout, "0\ntrue true\n", stderr);
    });
});
