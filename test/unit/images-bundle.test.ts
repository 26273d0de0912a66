// What is copied into the images: one file each, the same for the same sources.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { bundleImage, imageNames } from "../../images/bundle";

describe("an image's build context", () => {
    for (const name of imageNames) {
        it(`of ${name} holds a bundle that is made the same again, and written only when it changed`, async () => {
            const context = await bundleImage(name);
            const bundle = join(context, "dist", `${name}.js`);
            const before = readFileSync(bundle);
            const { mtimeMs } = statSync(bundle);
            await bundleImage(name);
            assert.equal(statSync(bundle).mtimeMs, mtimeMs);
            rmSync(bundle);
            await bundleImage(name);
            assert.ok(readFileSync(bundle).equals(before));
        });

        it(`of ${name} is a program without dependencies, and names no folder of this machine`, async () => {
            const bundle = join(await bundleImage(name), "dist", `${name}.js`);
            assert.equal(spawnSync(process.execPath, ["--check", bundle]).status, 0);
            const text = readFileSync(bundle, "utf8");
            assert.ok(!text.includes(process.cwd()));
            const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module ?? "");
            assert.deepEqual(
                required.filter((module) => !module.startsWith("node:")),
                [],
            );
        });

        it(`of ${name} lets in only what its Dockerfile copies`, async () => {
            const context = await bundleImage(name);
            const ignore = dockerignore().add(readFileSync(join(context, ".dockerignore"), "utf8"));
            const dockerfile = readFileSync(join(context, "Dockerfile"), "utf8");
            const copied = [...dockerfile.matchAll(/^COPY (\S+) /gm)].map(([, source]) => source ?? "");
            assert.ok(copied.length > 0);
            for (const source of copied) assert.equal(ignore.ignores(source), false, source);
            for (const source of ["main.ts", "node_modules/x/y.js"]) assert.equal(ignore.ignores(source), true, source);
        });
    }

    it("begins with the same layer in both, so that it is built, pushed and pulled once", async () => {
        const [first, second] = (await Promise.all(imageNames.map(bundleImage))).map((context) =>
            readFileSync(join(context, "Dockerfile"), "utf8")
                .split("\n")
                .filter((line) => /^(?:ARG|FROM|RUN) /.test(line))
                .slice(0, 3),
        );
        assert.deepEqual(first, second);
        assert.match(first?.[2] ?? "", /nodejs/);
    });
});
