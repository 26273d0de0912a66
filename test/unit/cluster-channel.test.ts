import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Duplex } from "node:stream";
import fc from "fast-check";
import {
    CommandChannel,
    encodeCommand,
    LONGEST_COMMAND,
    LONGEST_LINE,
    parseLine,
    quote,
} from "../../embedded/cluster/supervisor/channel";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const BOOT = "01234567-89ab-cdef-0123-456789abcdef";

describe("lines of a node's command console", () => {
    it("carry what a command printed, whatever it is", () => {
        fc.assert(
            fc.property(fc.nat(255), fc.string({ unit: "grapheme" }), fc.string(), (code, stdout, stderr) => {
                const line = parseLine(`c7 ${code} ${base64(stdout)} ${base64(stderr)}`);
                assert.deepEqual(line, { kind: "answer", id: "c7", result: { code, stdout, stderr } });
            }),
        );
    });

    it("say when a node listens, and of which boot it is", () => {
        assert.deepEqual(parseLine(`ready ${BOOT}`), { kind: "ready", bootId: BOOT });
    });

    it("say which service of the node ended", () => {
        assert.deepEqual(parseLine("ended kube-proxy 137"), { kind: "ended", service: "kube-proxy", code: 137 });
    });

    it("say how the node is", () => {
        const line = parseLine("h3 0 1767225600.500000 12.34 5 ");
        const health = { diskError: "", clock: 1_767_225_600_500, uptime: 12_340, keptEvents: 5 };
        assert.deepEqual(line, { kind: "health", id: "h3", health });
    });

    it("are noise otherwise, and noise does no harm", () => {
        for (const text of [
            "",
            "ready",
            "ready x",
            "c1",
            "c1 0 a",
            "Kernel panic - not syncing",
            "c1 x  ",
            "h1 0",
            "ended kubelet",
        ]) {
            assert.deepEqual(parseLine(text), { kind: "noise" }, text);
        }
        fc.assert(fc.property(fc.string(), (text) => parseLine(text) !== undefined));
    });

    it("are as long as a terminal takes, or refused with the limit", () => {
        assert.ok(encodeCommand("c1234567890", "x".repeat(LONGEST_COMMAND)).length <= LONGEST_LINE);
        assert.throws(
            () => encodeCommand("c1", "ü".repeat(LONGEST_COMMAND)),
            new RegExp(`takes ${2 * LONGEST_COMMAND} bytes.* at most ${LONGEST_COMMAND}: `),
        );
    });

    it("hold a command in one line, even when the command has several", () => {
        const line = encodeCommand("c1", "a\nb\n");
        assert.equal(line.indexOf("\n"), line.length - 1);
    });
});

describe("a quoted word", () => {
    it("is that very word to a shell", () => {
        for (const word of ["", "a b", "it's", "$(reboot)", "`x`", "a\nb", '"', "\\", "*"]) {
            assert.equal(execFileSync("sh", ["-c", `printf %s ${quote(word)}`]).toString(), word);
        }
    });
});

const silent = { ready() {}, ended() {}, garbled() {} };

/** A console with a node at the other end. */
function console(answer: (line: string) => string[]): Duplex {
    const stream: Duplex = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
            for (const line of chunk.toString().split("\n").slice(0, -1)) {
                for (const reply of answer(line)) stream.push(`${reply}\n`);
            }
            done();
        },
    });
    return stream;
}

describe("commands in a node", () => {
    it("get the answer to their own question when answers come in another order", async () => {
        const held: string[] = [];
        const channel = new CommandChannel("node-1", silent);
        channel.attach(
            console((line) => {
                const [id, text = ""] = line.split(" ");
                held.push(`${id} 0 ${text} `);
                return [`got ${id}`, ...(held.length === 3 ? held.reverse() : [])];
            }),
        );
        const results = await Promise.all(["one", "two", "three"].map((text) => channel.run(text, 1000)));
        assert.deepEqual(
            results.map(({ stdout }) => stdout),
            ["one", "two", "three"],
        );
    });

    it("are sent one after the other, as the node has read them", async () => {
        const sent: string[] = [];
        const channel = new CommandChannel("node-1", silent);
        const stream = console((line) => {
            sent.push(line.split(" ", 1)[0] ?? "");
            return [];
        });
        channel.attach(stream);
        const both = ["one", "two"].map((text) => channel.run(text, 1000));
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(sent, ["c1"]);
        stream.push("got c1\n");
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(sent, ["c1", "c2"]);
        stream.push("c2 0  \nc1 0  \n");
        await Promise.all(both);
    });

    it("are told from questions for its health", async () => {
        const channel = new CommandChannel("node-1", silent);
        channel.attach(
            console((line) => {
                const [id = ""] = line.split(" ");
                return id.startsWith("h") ? [`${id} 1 1.5 2.5 0 no such file`] : [`${id} 0  `];
            }),
        );
        const [health, command] = await Promise.all([channel.health(1000), channel.run("true", 1000)]);
        assert.deepEqual(health, { diskError: "no such file", clock: 1500, uptime: 2500, keptEvents: 0 });
        assert.deepEqual(command, { code: 0, stdout: "", stderr: "" });
    });

    it("fail, and say so, when the node does not answer in time", async () => {
        const channel = new CommandChannel("node-1", silent);
        channel.attach(console(() => []));
        await assert.rejects(channel.run("true", 20), /node-1 did not answer within 0.02 s to: true/);
    });

    it("are told of when what comes back is no answer", async () => {
        const garbled: string[] = [];
        const channel = new CommandChannel("node-1", { ...silent, garbled: (line) => garbled.push(line) });
        channel.attach(console((line) => ["c9 not asked", `${line.split(" ", 1)[0]} 0 1.5 h2 -`]));
        await assert.rejects(channel.health(20), /did not answer/);
        assert.deepEqual(garbled, ["h1 0 1.5 h2 -"]);
    });

    it("fail when the node ends meanwhile, and at once when there is none", async () => {
        const channel = new CommandChannel("node-1", silent);
        const stream = console(() => []);
        channel.attach(stream);
        const asked = channel.run("true", 1000);
        await new Promise((resolve) => setImmediate(resolve));
        stream.destroy();
        await assert.rejects(asked, /node-1 ended/);
        await assert.rejects(channel.run("true", 1000), /node-1 is not running/);
    });

    it("fail, and nothing else does, when a stopped node is killed before it has read them", async () => {
        const channel = new CommandChannel("node-1", silent);
        const stream = console(() => []);
        channel.attach(stream);
        const asked = channel.run("true", 1000);
        await new Promise((resolve) => setImmediate(resolve));
        stream.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
        await assert.rejects(asked, /node-1 ended/);
    });

    it("wait for nothing but the boot that the node tells of", () => {
        const boots: string[] = [];
        const channel = new CommandChannel("node-1", { ...silent, ready: (boot) => boots.push(boot) });
        const stream = console(() => []);
        channel.attach(stream);
        stream.push(`garbage\nready ${BOOT}\n`);
        return new Promise<void>((resolve) =>
            setImmediate(() => {
                assert.deepEqual(boots, [BOOT]);
                resolve();
            }),
        );
    });
});
