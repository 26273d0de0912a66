// The embedded image engine: what it leaves behind, on the host it runs on.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { engineStatus, engineStop, engineUp } from "../../embedded/engine";
import type { Places } from "../../embedded/engine/process";
import { run } from "../../embedded/run";

describe("the image engine", function () {
    this.timeout(60_000);
    let places: Places;
    before(async () => {
        const folder = await mkdtemp(join(tmpdir(), "engine-"));
        places = { data: join(folder, "data"), state: join(folder, "state") };
    });
    after(async () => {
        await engineStop(places);
        await rm(join(places.data, ".."), { recursive: true, force: true });
    });

    /** Those that see the engine's data mounted: dockerd and what it started. */
    async function processes(): Promise<string[]> {
        const found: string[] = [];
        for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
            const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
            if (mounts.includes(places.data)) found.push(pid);
        }
        return found;
    }
    const record = async (): Promise<{ identity: string; control: string }> =>
        JSON.parse(await readFile(join(places.data, "running.json"), "utf8"));
    const network = async (): Promise<string> =>
        `${await run("ip", ["-o", "link"])}${await run("ip", ["route", "show", "table", "all"])}` +
        (await readFile("/proc/sys/net/ipv4/ip_forward", "utf8"));

    it("starts once for everybody who asks at the same time", async () => {
        const network0 = await network();
        const all = await Promise.all([engineUp(places), engineUp(places), engineUp(places)]);
        assert.equal(new Set(all.map(({ host }) => host)).size, 1);
        assert.deepEqual(await engineStatus(places), { running: true, host: all[0]?.host });
        assert.equal(await network(), network0, "the host's network was changed");
    });
    it("mounts nothing that the host sees", async () => {
        assert.ok(!(await readFile("/proc/self/mountinfo", "utf8")).includes(places.data));
        assert.ok((await processes()).length >= 2);
    });
    it("leaves nothing behind when it is killed, and starts again", async () => {
        const { identity } = await record();
        process.kill(Number(identity.split(" ")[0]), "SIGKILL");
        while ((await processes()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal((await engineStatus(places)).running, false);
        await engineUp(places);
        assert.equal((await engineStatus(places)).running, true);
    });
    it("leaves no process, mount, control group or socket when it is stopped", async () => {
        const { control } = await record();
        // As a build step of an engine that was killed would have left it; a plain user's engine makes none.
        const hierarchy = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
        const made = mkdir(join(hierarchy, control, "step"), { recursive: true });
        await made.catch(({ code }: NodeJS.ErrnoException) => assert.equal(code, "EACCES"));
        await engineStop(places);
        assert.deepEqual(await processes(), []);
        assert.deepEqual(await readdir(places.state), ["engine.log"]);
        assert.equal(await run("find", ["/sys/fs/cgroup", "-type", "d", "-name", control]), "");
        await engineStop(places); // again, for nothing
    });
});
