// What is said of a machine before anything starts on it.
import assert from "node:assert/strict";
import { hostFacts, hostPackages } from "../../embedded/host";
import {
    type HostFacts,
    hostProblems,
    isDebian,
    type PlainUser,
    packagesToInstall,
} from "../../embedded/host-problems";

const GIB = 1024 ** 3;
const ready: HostFacts = {
    platform: "linux",
    arch: "x64",
    debian: true,
    mayInstall: true,
    user: undefined,
    missing: [],
    disks: [
        { folder: "/cache", variable: "XDG_CACHE_HOME", free: 20 * GIB },
        { folder: "/state", variable: "XDG_STATE_HOME", free: 20 * GIB },
    ],
    memory: 8 * GIB,
    built: false,
    go: "go1.26.1",
};
const ann: PlainUser = {
    name: "ann",
    refusal: undefined,
    settings: {},
    enoughIds: true,
    freeIds: "165536-231071",
};
const problems = (facts: Partial<HostFacts>): string[] => hostProblems({ ...ready, ...facts });
/** The one problem that there must be. */
const problem = (facts: Partial<HostFacts>): string => {
    const [only = "", ...more] = problems(facts);
    assert.deepEqual(more, []);
    return only;
};

describe("a machine for the embedded default", () => {
    it("is ready when nothing is missing", () => {
        assert.deepEqual(problems({}), []);
        assert.deepEqual(packagesToInstall(ready), []);
    });

    it("gets missing packages installed where that is possible: by root on Debian", () => {
        const facts = { ...ready, missing: ["debootstrap", "e2fsprogs"] };
        assert.deepEqual(hostProblems(facts), []);
        assert.deepEqual(packagesToInstall(facts), ["debootstrap", "e2fsprogs"]);
    });

    it("is told the one command that installs them by everybody else", () => {
        const facts = { ...ready, mayInstall: false, user: ann, missing: ["uidmap", "debootstrap"] };
        assert.match(problem(facts), /sudo apt-get install uidmap debootstrap$/);
        assert.deepEqual(packagesToInstall(facts), []);
    });

    it("is told their names on another distribution, also as root", () => {
        const facts = { ...ready, debian: false, missing: ["debootstrap"] };
        assert.match(problem(facts), /missing: debootstrap .*not Debian or Ubuntu/);
        assert.deepEqual(packagesToInstall(facts), []);
    });

    it("is Debian, Ubuntu, or made from one of them", () => {
        assert.ok(isDebian('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n'));
        assert.ok(isDebian('ID=linuxmint\nID_LIKE="ubuntu debian"\n'));
        assert.ok(!isDebian('NAME="Fedora"\nID=fedora\nHOME_URL="https://debian.example"\n'));
        assert.ok(!isDebian(""));
    });

    it("has a folder that is too small named, with how much is free, how much is needed, and what moves it", () => {
        const disks = [
            { folder: "/cache", variable: "XDG_CACHE_HOME", free: 4.25 * GIB },
            { folder: "/state", variable: "XDG_STATE_HOME", free: 20 * GIB },
        ];
        assert.match(problem({ disks }), /^\/cache has 4\.3 GiB free and 16\.0 GiB are needed: .*XDG_CACHE_HOME/);
        // What is built needs no room to be built in.
        assert.deepEqual(problems({ disks, built: true }), []);
        const full = disks.map((disk) => ({ ...disk, free: GIB }));
        assert.equal(problems({ disks: full, built: true }).length, 2);
    });

    it("has too little memory called so", () => {
        assert.match(
            problem({ memory: 2 * GIB }),
            /2\.0 GiB of memory are there and 6\.0 GiB are needed: .*a cluster of your own/,
        );
    });

    it("has to be Linux on x86-64, and else is told of a cluster of one's own", () => {
        for (const other of [{ platform: "darwin" }, { arch: "arm64" }]) {
            assert.match(problem(other), /needs Linux on x86-64; this is \w+ on \w+: .*a cluster of your own/);
        }
    });

    it("is ready for a plain user who may make namespaces and has ids for them", () => {
        assert.deepEqual(problems({ mayInstall: false, user: ann }), []);
    });

    it("has the setting named that keeps a plain user from making namespaces, and the command that changes it", () => {
        const refused = (settings: Record<string, string>): string =>
            problem({ user: { ...ann, refusal: "unshare: unshare failed: Operation not permitted", settings } });
        assert.match(
            refused({ "kernel.unprivileged_userns_clone": "0\n", "user.max_user_namespaces": "9000\n" }),
            /as kernel\.unprivileged_userns_clone is 0: sudo sysctl kernel\.unprivileged_userns_clone=1, or .*as root/,
        );
        assert.match(refused({ "user.max_user_namespaces": "0\n" }), /sudo sysctl user\.max_user_namespaces=10000,/);
        assert.match(
            refused({ "kernel.apparmor_restrict_unprivileged_userns": "1\n" }),
            /sudo sysctl kernel\.apparmor_restrict_unprivileged_userns=0,/,
        );
        // A container's own rules, of which no setting tells.
        assert.match(
            refused({ "user.max_user_namespaces": "9000\n" }),
            /^ann can't .*Operation not permitted\): run make/,
        );
    });

    it("has no setting named where the namespaces could be made in spite of it", () => {
        const settings = { "kernel.apparmor_restrict_unprivileged_userns": "1\n" };
        assert.deepEqual(problems({ user: { ...ann, settings } }), []);
    });

    it("has the command named that gives a plain user ids", () => {
        assert.match(
            problem({ user: { ...ann, enoughIds: false } }),
            /^ann has too few .*: sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 ann, or run make as root$/,
        );
    });

    it("needs a Go that is new enough, while something is to be built", () => {
        assert.match(problem({ go: undefined }), /Go 1\.25 or later .* no `go` on PATH/);
        assert.match(problem({ go: "go1.19.8" }), /Go 1\.25 or later .* is go1\.19\.8: /);
        assert.deepEqual(problems({ go: "go1.25.0" }), []);
        assert.deepEqual(problems({ go: "go2.0" }), []);
        assert.deepEqual(problems({ go: undefined, built: true }), []);
    });

    it("has all its problems said at once", () => {
        const all = problems({
            platform: "freebsd",
            debian: false,
            mayInstall: false,
            user: { ...ann, refusal: "no", enoughIds: false },
            missing: ["openssl"],
            disks: ready.disks.map((disk) => ({ ...disk, free: 0 })),
            memory: GIB,
            go: undefined,
        });
        assert.equal(all.length, 8);
        for (const text of all) assert.doesNotMatch(text, /\n/);
    });

    it("has facts that can be found out", async () => {
        const facts = await hostFacts();
        assert.equal(facts.platform, process.platform);
        assert.ok(facts.memory > 0 && facts.disks.every(({ free }) => free > 0));
        const known = [...hostPackages.map(({ name }) => name), "uidmap"];
        for (const name of facts.missing) assert.ok(known.includes(name), name);
    });
});
