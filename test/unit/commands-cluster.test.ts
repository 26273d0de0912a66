// What commands decide by themselves about mounts on nodes, and what a CLI left that was killed.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { isStale, PASSPHRASE_FILE, passphraseFile, removeLeftovers } from "../../commands/leftovers";
import { describeMount, nfsMountsOf } from "../../commands/mounts";

describe("a plugin of the CLI", () => {
    const home = mkdtempSync(join(tmpdir(), "plugins-"));
    const started: ChildProcess[] = [];
    after(() => {
        for (const child of started) child.kill("SIGKILL");
        rmSync(home, { recursive: true });
    });

    /** A program of that name, which does nothing for a minute; told of a stack in this folder. */
    function program(name: string, of: string, ...args: string[]): ChildProcess {
        const file = join(home, name);
        copyFileSync(args.length > 0 ? "/bin/bash" : "/bin/sleep", file);
        const env = { ...process.env, [PASSPHRASE_FILE]: passphraseFile(of) };
        const child = spawn(file, args.length > 0 ? args : ["60"], { env, stdio: ["ignore", "pipe", "ignore"] });
        started.push(child);
        return child;
    }

    it("is ended when its CLI is gone, and only then, and no other stack's", async () => {
        const orphan = program("pulumi-resource-a", home);
        const others = program("pulumi-resource-b", join(home, "other"));
        copyFileSync("/bin/sleep", join(home, "pulumi-resource-c"));
        const cli = program("pulumi", home, "-c", `${home}/pulumi-resource-c 60 & echo $!; wait`);
        const [said] = (await once(cli.stdout as Readable, "data")) as [Buffer];
        const ended = once(orphan, "exit");
        await removeLeftovers(home, "dev");
        const [, signal] = await ended;
        assert.equal(signal, "SIGKILL");
        assert.equal(others.exitCode ?? others.signalCode, null);
        const ofTheCli = Number(said.toString());
        assert.ok(existsSync(`/proc/${ofTheCli}`));
        process.kill(ofTheCli, "SIGKILL");
    });
});

describe("mounts of a node", () => {
    it("are those of NFS, of any version, and no others", () => {
        const text = [
            "/dev/root / ext4 rw 0 0",
            "10.96.0.49:/share /var/lib/kubelet/pods/1/volumes/x nfs4 rw,hard 0 0",
            "10.96.0.50:/old /mnt nfs ro 0 0",
            "nfsd /proc/fs/nfsd nfsd rw 0 0",
            "",
        ].join("\n");
        assert.deepEqual(nfsMountsOf("node-1", text).map(describeMount), [
            "node-1: 10.96.0.49:/share mounted on /var/lib/kubelet/pods/1/volumes/x",
            "node-1: 10.96.0.50:/old mounted on /mnt",
        ]);
    });
});

describe("a lock of the CLI", () => {
    const lock = { pid: 7, hostname: "here" };

    it("is stale when its process is gone, or another program has its id", () => {
        assert.ok(isStale(lock, "here", undefined));
        assert.ok(isStale(lock, "here", "bash\n"));
        assert.ok(!isStale(lock, "here", "pulumi\n"));
    });

    it("of another machine is never stale: nobody here can tell", () => {
        assert.ok(!isStale(lock, "there", undefined));
    });

    it("is deleted when it is stale, and only then", async () => {
        const home = mkdtempSync(join(tmpdir(), "locks-"));
        const folder = join(home, "backend/.pulumi/locks/organization/nfs-storage-stack/dev");
        mkdirSync(folder, { recursive: true });
        const put = (name: string, text: string): string => {
            writeFileSync(join(folder, name), text);
            return join(folder, name);
        };
        try {
            // Beyond the largest process id there can be.
            const gone = put("gone.json", JSON.stringify({ pid: 2 ** 22 + 1, hostname: hostname() }));
            const away = put("away.json", JSON.stringify({ pid: 2 ** 22 + 1, hostname: `not-${hostname()}` }));
            const odd = put("odd.json", "{");
            const besides = [gone, away].map((file) => `${file}.attrs`);
            for (const file of [...besides, join(folder, "long-gone.json.attrs")]) writeFileSync(file, "{}");
            await removeLeftovers(home, "dev");
            assert.deepEqual([gone, away, odd].map(existsSync), [false, true, true]);
            assert.deepEqual([...besides, join(folder, "long-gone.json.attrs")].map(existsSync), [false, true, false]);
            await removeLeftovers(home, "no-such-stack");
        } finally {
            rmSync(home, { recursive: true });
        }
    });
});
