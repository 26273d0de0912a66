// Mount options as they are asked for, against those that /proc/mounts reports.
import assert from "node:assert/strict";
import { normalizeMountOptions, unhonouredMountOptions } from "@nfs-storage-stack/contract";

/** As Linux reported it for the default options of this stack. */
const observed =
    "rw,relatime,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,acregmin=1,acregmax=1,acdirmin=1,acdirmax=1,hard,noresvport,proto=tcp,timeo=600,retrans=2,sec=sys,clientaddr=10.1.0.2,lookupcache=pos,local_lock=none,addr=10.96.20.49".split(
        ",",
    );

describe("mount options", () => {
    it("have one spelling, the kernel's", () => {
        assert.deepEqual(normalizeMountOptions(["nfsvers=4.2", "hard", "lookupcache=positive", "actimeo=1", "hard"]), [
            "acdirmax=1",
            "acdirmin=1",
            "acregmax=1",
            "acregmin=1",
            "hard",
            "lookupcache=pos",
            "vers=4.2",
        ]);
    });

    it("are honoured when the kernel reports them, in whatever spelling they were asked for", () => {
        const requested = [
            "nfsvers=4.2",
            "hard",
            "timeo=600",
            "retrans=2",
            "noresvport",
            "lookupcache=positive",
            "actimeo=1",
        ];
        assert.deepEqual(unhonouredMountOptions(requested, observed), []);
        assert.deepEqual(unhonouredMountOptions(["vers=4", "tcp", "_netdev", "retry=5", "bg"], observed), []);
    });

    it("are not honoured when the kernel reports something else, or nothing", () => {
        assert.deepEqual(unhonouredMountOptions(["nfsvers=4.1", "soft", "noac", "timeo=50"], observed), [
            "noac",
            "soft",
            "timeo=50",
            "vers=4.1",
        ]);
        assert.deepEqual(unhonouredMountOptions(["vers=4"], ["vers=3"]), ["vers=4"]);
    });

    it("may be left unsaid when they are the default, but not when something else is said", () => {
        assert.deepEqual(unhonouredMountOptions(["actimeo=60"], ["acregmin=60", "acdirmin=60"]), []);
        assert.deepEqual(unhonouredMountOptions(["ac", "cto", "sharecache", "async"], observed), []);
        assert.deepEqual(unhonouredMountOptions(["resvport", "lookupcache=all", "acregmax=60"], observed), [
            "acregmax=60",
            "lookupcache=all",
            "resvport",
        ]);
        assert.deepEqual(unhonouredMountOptions(["ac", "async"], ["noac", "sync"]), ["ac", "async"]);
        const unsaid = ["port=2049", "suid", "dev", "exec", "nofsc", "nouser", "intr", "nointr", "rw"];
        assert.deepEqual(unhonouredMountOptions(unsaid, observed), []);
        const against = ["ro", "nosuid", "nodev", "noexec", "fsc", "port=2050"];
        assert.deepEqual(unhonouredMountOptions(unsaid, against), ["dev", "exec", "nofsc", "port=2049", "suid"]);
    });
});
