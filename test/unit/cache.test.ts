import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built, lock, processIdentity, type Recipe } from "../../embedded/cache";
import { allDone } from "../../embedded/steps";

describe("what is built once", () => {
    let home = "";
    const before = process.env.XDG_CACHE_HOME;
    beforeEach(async () => {
        home = await mkdtemp(join(tmpdir(), "cache-"));
        process.env.XDG_CACHE_HOME = home;
    });
    afterEach(async () => {
        if (before === undefined) delete process.env.XDG_CACHE_HOME;
        else process.env.XDG_CACHE_HOME = before;
        await rm(home, { recursive: true, force: true });
    });

    const recipe = (build: Recipe["build"]): Recipe => ({ name: "thing", title: "Make a thing", inputs: ["1"], build });

    it("is built for the first who wants it, and the others get the same", async () => {
        let times = 0;
        const thing = recipe(async (into) => {
            times++;
            await writeFile(join(into, "file"), "made");
        });
        const [first, second] = await Promise.all([built(thing), built(thing)]);
        assert.equal(first, second);
        assert.equal(await built(thing), first);
        assert.equal(times, 1);
        assert.equal(await readFile(join(first, "file"), "utf8"), "made");
    });

    it("is tried again after a failure, from an empty folder", async () => {
        await assert.rejects(
            built(
                recipe(async (into) => {
                    await writeFile(join(into, "half"), "");
                    throw new Error("no more paper");
                }),
            ),
            /no more paper/,
        );
        const path = await built(recipe((into) => writeFile(join(into, "file"), "made")));
        await assert.rejects(readFile(join(path, "half")), /ENOENT/);
    });
});

describe("a lock", () => {
    let home = "";
    beforeEach(async () => {
        home = await mkdtemp(join(tmpdir(), "lock-"));
    });
    afterEach(() => rm(home, { recursive: true, force: true }));

    it("is for one at a time, and says for whom the others wait", async () => {
        const file = join(home, "lock");
        const unlock = await lock(file, () => assert.fail("nobody has it"));
        let told = (): void => {};
        const waits = new Promise<void>((resolve) => {
            told = resolve;
        });
        const second = lock(file, (text) => {
            assert.match(text, new RegExp(`process ${process.pid}`));
            told();
        });
        await waits;
        await unlock();
        await (await second)();
        assert.deepEqual(await readdir(home), []);
    });

    it("is taken over from a process that is gone", async () => {
        const file = join(home, "lock");
        await symlink(`${process.pid} 1`, file); // this id, with another start
        await (await lock(file, () => assert.fail("nobody has it")))();
        assert.deepEqual(await readdir(home), []);
    });
});

describe("a process", () => {
    it("is known while it runs, and gone when it has ended, also when nobody has reaped it", async () => {
        // sleep takes the shell's place, and never asks what became of the shell's child.
        const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 600"], { stdio: ["ignore", "pipe", "ignore"] });
        const [line] = (await once(parent.stdout, "data")) as [Buffer];
        assert.match((await processIdentity(parent.pid ?? 0)) ?? "", /^\d+ \d+$/);
        // It ends when it gets to it; else this times out.
        while ((await processIdentity(Number(line.toString()))) !== undefined);
        parent.kill();
        await once(parent, "exit");
        assert.equal(await processIdentity(parent.pid ?? 0), undefined);
    });
});

describe("work that is done side by side", () => {
    it("is waited for to its end, also when a part of it fails early", async () => {
        let ended = false;
        const slow = (async () => {
            await new Promise((resolve) => setImmediate(resolve));
            ended = true;
        })();
        await assert.rejects(allDone([Promise.reject(new Error("early")), slow]), /early/);
        assert.ok(ended);
    });

    it("gives what each part gave", async () => {
        assert.deepEqual(await allDone([Promise.resolve(1), Promise.resolve("two")]), [1, "two"]);
    });
});
