import assert from "node:assert/strict";
import fc from "fast-check";
import { BinaryWriter } from "google-protobuf";
import { describe, it } from "mocha";
import { BuildLog } from "../../embedded/toolchain/docker-plugin/build-log";

const lines = (...messages: object[]): string => messages.map((message) => `${JSON.stringify(message)}\r\n`).join("");
const failing = lines(
    { stream: "Step 1/2 : FROM base" },
    { stream: "\n" },
    { stream: " ---> 0123456789ab\n" },
    { stream: "Step 2/2 : RUN make" },
    { stream: "\n" },
    { stream: " ---> Running in ba9876543210\n" },
    { stream: "\u001b[91mcc: \u001b[0mno input files\n" },
    { errorDetail: { code: 2, message: "The command '/bin/sh -c make' returned a non-zero code: 2" }, error: "…" },
);

function read(text: string, pieces: number[] = []): { shown: string[]; log: BuildLog } {
    const shown: string[] = [];
    let time = 0;
    const log = new BuildLog(
        "building app",
        (line) => shown.push(line),
        () => (time += 1000),
    );
    let at = 0;
    for (const size of pieces) {
        log.take(text.slice(at, at + size));
        at += size;
    }
    log.take(text.slice(at));
    return { shown, log };
}

describe("what the engine says while it builds", () => {
    it("is shown line by line, without the colours of a terminal", () => {
        const { shown } = read(failing);
        assert.deepEqual(shown.slice(2), [
            "Step 2/2 : RUN make",
            " ---> Running in ba9876543210",
            "cc: no input files",
        ]);
    });
    it("becomes an error that names the step and has what the step said, and nothing else", () => {
        assert.throws(
            () => read(failing).log.end(),
            new Error(
                "building app failed, in step 2/2: RUN make\n" +
                    "  The command '/bin/sh -c make' returned a non-zero code: 2\n" +
                    "  it last said:\n    cc: no input files",
            ),
        );
    });
    it("is understood wherever the stream is cut", () => {
        fc.assert(
            fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (pieces) => {
                const { shown, log } = read(failing, pieces);
                assert.deepEqual(shown, read(failing).shown);
                assert.throws(() => log.end(), /step 2\/2/);
            }),
        );
    });
    it("keeps the last lines of a step that says much", () => {
        const noise = Array.from({ length: 1000 }, (_, index) => ({ stream: `line ${index}\n` }));
        const { log } = read(lines({ stream: "Step 1/1 : RUN x" }, ...noise, { error: "broken" }));
        assert.throws(
            () => log.end(),
            (error: Error) => error.message.includes("line 999") && !error.message.includes("line 900\n"),
        );
    });
    it("is not shown faster than it can be read, except for the steps", () => {
        const shown: string[] = [];
        const log = new BuildLog(
            "building app",
            (line) => shown.push(line),
            () => 0,
        );
        log.take(
            lines({ stream: "Step 1/2 : A\n" }, { stream: "a\n" }, { stream: "b\n" }, { stream: "Step 2/2 : B\n" }),
        );
        assert.deepEqual(shown, ["Step 1/2 : A", "Step 2/2 : B"]);
    });
    it("has the image's id and the manifest's digest", () => {
        const { log } = read(lines({ aux: { ID: "sha256:1" } }, { aux: { Tag: "v1", Digest: "sha256:2", Size: 3 } }));
        log.end();
        assert.equal(log.imageId, "sha256:1");
        assert.equal(log.digest, "sha256:2");
    });
    it("may end without a line's end", () => {
        assert.throws(() => read('{"error":"denied"}').log.end(), /building app failed\n {2}denied/);
    });
});

/** As moby.buildkit.v1.StatusResponse, in the engine's line. */
function told(response: { steps?: { name: string; error?: string }[]; says?: [step: string, text: string][] }): object {
    const writer = new BinaryWriter();
    const message = (field: number, write: () => void): void => writer.writeMessage(field, {}, write);
    for (const { name, error } of response.steps ?? []) {
        message(1, () => {
            writer.writeString(1, `sha256:${name}`);
            writer.writeString(2, "sha256:of-the-step-before");
            writer.writeString(3, name);
            writer.writeBool(4, false);
            message(5, () => writer.writeInt64(1, 1_700_000_000));
            if (error !== undefined) writer.writeString(7, error);
        });
    }
    for (const [step, text] of response.says ?? []) {
        message(3, () => {
            writer.writeString(1, `sha256:${step}`);
            writer.writeInt64(3, 1);
            writer.writeBytes(4, Buffer.from(text));
        });
    }
    return { id: "moby.buildkit.trace", aux: Buffer.from(writer.getResultBuffer()).toString("base64") };
}

describe("what BuildKit says while it builds", () => {
    const [one, other] = ["[app 2/3] RUN make", "[tools 1/2] RUN fetch"];
    const failed = 'process "/bin/sh -c make" did not complete successfully: exit code: 2';
    const failing = lines(
        told({ steps: [{ name: "[internal] load remote build context" }] }),
        told({ steps: [{ name: one }, { name: other }] }),
        told({ says: [[one, "\u001b[91mcc: \u001b[0mno input files\n"]] }),
        told({ says: [[other, "fetched\nunpacked\n"]] }),
        told({ steps: [{ name: one, error: failed }] }),
        { errorDetail: { message: failed }, error: failed },
    );

    it("is shown like what the classic builder says", () => {
        assert.deepEqual(read(failing).shown.slice(0, 6), [
            "[internal] load remote build context",
            "step app 2/3: RUN make",
            "step tools 1/2: RUN fetch",
            "cc: no input files",
            "fetched",
            "unpacked",
        ]);
    });
    it("becomes an error that has what the failed step said, not one that ran beside it", () => {
        assert.throws(
            () => read(failing).log.end(),
            new Error(
                `building app failed, in step app 2/3: RUN make\n  ${failed}\n  it last said:\n    cc: no input files`,
            ),
        );
    });
    it("has the image's id", () => {
        const { log } = read(lines(told({ steps: [{ name: one }] }), { id: "moby.image.id", aux: { ID: "sha256:1" } }));
        log.end();
        assert.equal(log.imageId, "sha256:1");
    });
});
