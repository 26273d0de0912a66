// What commands decide by themselves about mounts on nodes and the CLI's locks.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isStale, removeStaleLocks } from "../../commands/locks";
import { describeMount, nfsMountsOf } from "../../commands/mounts";

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
        const backend = mkdtempSync(join(tmpdir(), "locks-"));
        const folder = join(backend, ".pulumi/locks/organization/nfs-storage-stack/dev");
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
            await removeStaleLocks(backend, "dev");
            assert.deepEqual([gone, away, odd].map(existsSync), [false, true, true]);
            await removeStaleLocks(backend, "no-such-stack");
        } finally {
            rmSync(backend, { recursive: true });
        }
    });
});
