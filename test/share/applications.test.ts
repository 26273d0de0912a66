// What applications do on the share, from two nodes at once, and again while the
// server is killed. docs/applications.md says it for people who choose.
// SHARE_SCALE=10 for the long form: so many times as often, and also undisturbed.
import assert from "node:assert/strict";
import type { StackOutputs } from "../../outputs";
import { broughtUp, ownInstance } from "../cluster/instance";
import { applicationPods, type Place, type Program } from "./pods";

const own = ownInstance("applications");
const { makes, kubectl } = own;
const SCALE = Number(process.env.SHARE_SCALE ?? 1);
/** How often each program does what it does. */
const times = (usual: number): number => usual * SCALE;
/** Small, so that it is full soon; with room for all that the programs write. */
const CAPACITY = "384Mi";

interface Nodes {
    first: Place;
    second: Place;
    stranger: Place;
}
interface Scenario {
    what: string;
    /** @param meanwhile to be called when the programs have begun */
    run(nodes: Nodes, folder: string, meanwhile: (...programs: Program[]) => Promise<unknown>): Promise<void>;
    /** Whether it is to hold, too, while the server is killed. */
    killed: boolean | "only";
}

/** The same program on both nodes at once. */
async function onBoth(
    { first, second }: Nodes,
    folder: string,
    meanwhile: (...programs: Program[]) => Promise<unknown>,
    program: string,
    ...args: (string | number)[]
): Promise<void> {
    const programs = [first.start(folder, program, ...args), second.start(folder, program, ...args)];
    await meanwhile(...programs);
    await Promise.all(programs.map(({ ended }) => ended));
}

/** Four processes on two nodes. */
const counting = (lock: string): Scenario => ({
    what: `programs count under a lock of the share (${lock}): no increment is lost`,
    killed: true,
    async run(nodes, folder, meanwhile) {
        await onBoth(nodes, folder, meanwhile, "count", lock, times(10));
        assert.deepEqual(await nodes.first.run(folder, "number", `count-${lock}`), { number: 4 * times(10) });
    },
});

/**
 * A file as the lock. A server that ends after it has removed one, and before it says so, is asked again when it is back,
 * and removes the next one's: NFS has no memory of answers over a restart, whoever's server it is.
 */
const countingByFile = (lock: string): Scenario[] => {
    const counted = async (nodes: Nodes, folder: string, meanwhile: (...programs: Program[]) => Promise<unknown>) => {
        await onBoth(nodes, folder, meanwhile, "count", lock, times(10));
        return Number((await nodes.first.run(folder, "number", `count-${lock}`)).number);
    };
    return [
        {
            what: `programs count under a lock that is a file (${lock}): no increment is lost`,
            killed: false,
            async run(nodes, folder, meanwhile) {
                assert.equal(await counted(nodes, folder, meanwhile), 4 * times(10));
            },
        },
        {
            what: `programs count under a lock that is a file (${lock}) while the server is killed: they go on, and two may have had it`,
            killed: "only",
            async run(nodes, folder, meanwhile) {
                const number = await counted(nodes, folder, meanwhile);
                process.stdout.write(`      ${number} of ${4 * times(10)} increments are there\n`);
                assert.ok(number > 0 && number <= 4 * times(10));
            },
        },
    ];
};

const scenarios: Scenario[] = [
    counting("flock"),
    counting("fcntl"),
    counting("ofd"),
    ...countingByFile("excl"),
    ...countingByFile("link"),
    {
        what: "SQLite has two writers in rollback mode: every row is there, and the file is whole",
        killed: true,
        async run(nodes, folder, meanwhile) {
            await onBoth(nodes, folder, meanwhile, "database", times(10));
            assert.deepEqual(await nodes.second.run(folder, "database_whole"), { rows: 2 * times(10), check: "ok" });
        },
    },
    {
        what: "git is cloned, committed to, pushed to and cleaned up from two nodes: every commit is there",
        killed: true,
        async run(nodes, folder, meanwhile) {
            await nodes.first.run(folder, "repository");
            await onBoth(nodes, folder, meanwhile, "commits", times(2));
            assert.deepEqual(await nodes.second.run(folder, "repository_whole"), {
                commits: 1 + 2 * times(2),
                fsck: "",
            });
        },
    },
    {
        what: "messages are put into a maildir, and taken out on another node: each once, and whole",
        killed: true,
        async run({ first, second }, folder, meanwhile) {
            const count = times(40);
            const programs = [first.start(folder, "deliver", count), second.start(folder, "collect", count)];
            await meanwhile(...programs);
            assert.deepEqual(await programs[1]?.ended, { messages: count });
            await programs[0]?.ended;
        },
    },
    {
        what: "Python programs log into one file under its lock: every line is there, and whole",
        killed: true,
        async run(nodes, folder, meanwhile) {
            await onBoth(nodes, folder, meanwhile, "log", times(20));
            const all = await nodes.first.run(folder, "lines", "shared.log");
            assert.deepEqual(all, { whole: 4 * times(20), other: 0 });
        },
    },
    {
        what: "rsync brings a tree, whose folder then gets its name while another node reads it: nothing is missing",
        killed: true,
        async run({ first, second }, folder, meanwhile) {
            const files = Math.min(times(200), 5_000);
            const programs = [first.start(folder, "copy", files), second.start(folder, "read_tree", files)];
            await meanwhile(...programs);
            assert.deepEqual(await programs[1]?.ended, { files });
            await programs[0]?.ended;
        },
    },
    {
        what: "a file is replaced by a new one: another node sees one or the other, whole, and never goes back",
        killed: true,
        async run({ first, second }, folder, meanwhile) {
            const programs = [
                first.start(folder, "replaces", times(40)),
                second.start(folder, "sees_replaced", times(40)),
            ];
            await meanwhile(programs[0] as Program);
            assert.deepEqual(await programs[1]?.ended, { last: times(40) });
            await programs[0]?.ended;
        },
    },
    {
        what: "two nodes append without a lock: lines may be lost, and that is why there are locks",
        killed: false,
        async run(nodes, folder, meanwhile) {
            await onBoth(nodes, folder, meanwhile, "append", times(200));
            const { whole, other } = await nodes.first.run(folder, "lines", "unlocked.log");
            const written = 2 * times(200);
            process.stdout.write(
                `      of ${written} lines ${whole} are there whole, and ${other} that nobody wrote\n`,
            );
            assert.ok(Number(whole) > 0 && Number(whole) <= written);
        },
    },
    {
        what: "a folder gets thousands of names from two nodes: all are listed, each once, and go",
        killed: true,
        async run({ first, second }, folder, meanwhile) {
            const names = Math.min(times(200), 10_000);
            const programs = [
                first.start(folder, "fill_folder", names, "a"),
                second.start(folder, "fill_folder", names, "b"),
            ];
            await meanwhile(...programs);
            await Promise.all(programs.map(({ ended }) => ended));
            for (const place of [first, second]) {
                const listed = await place.run(folder, "list_folder");
                assert.deepEqual(listed, { names: 2 * names, different: 2 * names });
            }
            await second.run(folder, "empty_folder");
        },
    },
    {
        what: "names of 255 bytes, with newlines, and in both normal forms of Unicode are what another node reads",
        killed: false,
        async run({ first, second }, folder) {
            await first.run(folder, "write_names");
            assert.deepEqual(await second.run(folder, "read_names"), { names: 8 });
        },
    },
    {
        what: "a file beyond 4 GiB has holes that take no room",
        killed: false,
        async run({ first, second }, folder) {
            await first.run(folder, "write_sparse");
            const { takesMiB } = await second.run(folder, "read_sparse");
            assert.ok(Number(takesMiB) < 2, `${takesMiB} MiB`);
        },
    },
    {
        what: "a file that is mapped shows what another node wrote, after a lock",
        killed: true,
        async run({ first, second }, folder, meanwhile) {
            await first.run(folder, "put", "held", "one and more");
            const holder = second.start(folder, "hold", "mapped");
            await holder.begun;
            await first.run(folder, "overwrite", "held", "two");
            await meanwhile(holder);
            holder.go();
            assert.deepEqual(await holder.ended, { mapped: "two", read: "two" });
        },
    },
    {
        what: "a file that is cut while another node has it open is as long as it is when that opens it again",
        killed: false,
        async run({ first, second }, folder) {
            await first.run(folder, "put", "held", "one and more");
            const holder = second.start(folder, "hold", "truncated");
            await holder.begun;
            await first.run(folder, "cut", "held", 3);
            holder.go();
            assert.deepEqual(await holder.ended, { size: 3, read: "one" });
        },
    },
    {
        what: "a file that is deleted while another node has it open can still be read there",
        killed: false,
        async run({ first, second }, folder) {
            await first.run(folder, "put", "held", "one and more");
            const holder = second.start(folder, "hold", "deleted");
            await holder.begun;
            await first.run(folder, "delete", "held");
            holder.go();
            assert.deepEqual(await holder.ended, { read: "one" });
        },
    },
    {
        what: "a file that is deleted while another node has it open is gone there, too, once the server has ended",
        killed: "only",
        async run({ first, second }, folder, meanwhile) {
            await first.run(folder, "put", "held", "one and more");
            const holder = second.start(folder, "hold", "deleted");
            await holder.begun;
            await first.run(folder, "delete", "held");
            await meanwhile(holder);
            // Until then it may be in the client's memory.
            await first.run(folder, "put", "other", "the server is back");
            holder.go();
            assert.deepEqual(await holder.ended, { error: "ESTALE" });
        },
    },
    {
        what: "times, links, modes and attributes of a file are what another node sees; nobody gives files away",
        killed: false,
        async run({ first, second }, folder) {
            assert.deepEqual(await first.run(folder, "properties"), {
                chmod: "0o640",
                owner: 10001,
                // To whomever: the server takes it for its one user.
                chown: "done",
                ownerAfterwards: 10001,
                setuid: "done",
                xattr: "done",
            });
            assert.deepEqual(await second.run(folder, "read_properties"), {
                nanoseconds: ["1000000000123456789", "1100000000987654321"],
                links: 2,
                sameFile: true,
                symlink: "properties",
                throughSymlink: true,
                note: "text",
            });
        },
    },
    {
        what: "a program of any user may write, and what it writes is the share's user's",
        killed: false,
        async run({ stranger }, folder) {
            assert.deepEqual(await stranger.run(`${folder}-strange`, "whose", "mine"), {
                who: 4711,
                folder: 10001,
                file: 10001,
                mayRead: true,
            });
        },
    },
    {
        what: "a full share is an error at the write or the sync, and after something is deleted it goes on",
        killed: false,
        async run({ first, second }, folder) {
            const { failed } = await first.run(folder, "fill");
            assert.equal(failed, "ENOSPC");
            await assert.rejects(second.run(folder, "put", "more", "x".repeat(100_000)), /No space left on device/);
            await first.run(folder, "delete", "filler");
            await second.run(folder, "put", "more", "x".repeat(100_000));
        },
    },
];

describe("what applications do on the share", () => {
    broughtUp(own);
    let nodes: Nodes;
    let out: StackOutputs;
    before(async () => {
        await makes("up", { SETTINGS: `{capacity: ${CAPACITY}}` });
        out = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        nodes = await applicationPods(own, out);
    });

    /** When the programs are in the middle of their work; until it serves again the clients wait. */
    async function killServer(...programs: Program[]): Promise<void> {
        await Promise.all(programs.map(({ begun }) => begun));
        const server = ["-n", out.server.namespace ?? "", "nfs-server-0"];
        await kubectl(["exec", ...server, "--", "sh", "-c", "kill -9 $(pidof ganesha.nfsd)"]);
    }

    for (const [index, { what, run, killed }] of scenarios.entries()) {
        const both = killed === "only" ? what : `${what}; also while the server is killed`;
        // What holds while the server is killed holds without; the long form wants to see it.
        const isSeen = SCALE > 1 ? killed !== "only" : killed === false;
        if (isSeen) it(what, () => run(nodes, `quiet-${index}`, async () => {}));
        if (killed) it(both, () => run(nodes, `killed-${index}`, killServer));
    }
});
