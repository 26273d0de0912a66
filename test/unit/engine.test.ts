import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { baseReference } from "../../embedded/engine/base-image";
import { removeControlGroups } from "../../embedded/engine/control-groups";
import { oneAtATime } from "../../embedded/toolchain/docker-plugin/image";

describe("the base image", () => {
    it("has a tag of its own for each tree that it may be made of", () => {
        assert.equal(
            baseReference("/cache/built/debian-trixie-0123456789abcdef"),
            "nfs-storage-stack/debian:trixie-0123456789abcdef",
        );
    });
});

describe("control groups of an engine that is gone", () => {
    it("are removed in every hierarchy, from the innermost on, and no others", async () => {
        const root = await mkdtemp(join(tmpdir(), "cgroup-"));
        try {
            for (const path of ["cpu/engine/a/b", "memory/engine", "engine", "cpu/other"]) {
                await mkdir(join(root, path), { recursive: true });
            }
            await removeControlGroups("engine", root);
            assert.deepEqual(
                ["cpu/engine", "memory/engine", "engine"].filter((path) => existsSync(join(root, path))),
                [],
            );
            assert.ok(existsSync(join(root, "cpu/other")));
            await removeControlGroups("engine", root); // nothing to do
        } finally {
            await rm(root, { recursive: true, force: true });
        }
    });
});

describe("builds", () => {
    it("run one after the other, also after one that failed", async () => {
        let running = 0;
        const said: number[] = [];
        const build = (index: number): Promise<number> =>
            oneAtATime(
                async () => {
                    assert.equal(++running, 1);
                    await new Promise(setImmediate);
                    running--;
                    if (index === 1) throw new Error("broken");
                    return index;
                },
                () => said.push(index),
            );
        const results = await Promise.allSettled([0, 1, 2].map(build));
        assert.deepEqual(
            results.map(({ status }) => status),
            ["fulfilled", "rejected", "fulfilled"],
        );
        assert.deepEqual(said, [1, 2]);
    });
});
