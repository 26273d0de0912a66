// Writer, reader and check as the image runs them: each a process.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { decodeEvidence, journal } from "@nfs-storage-stack/contract";
import { bundleImage } from "../../images/bundle";
import { onFreshShare, PATIENCE_MS, REVISION } from "./visibility-fixture";

describe("writer, reader and check", function () {
    this.timeout(60_000);
    const here = onFreshShare();
    const { folder } = here;

    describe("as the image runs them", () => {
        const children: ChildProcess[] = [];
        afterEach(() => {
            for (const child of children.splice(0)) child.kill("SIGKILL");
        });
        const run = (role: string, env: Record<string, string>) => {
            const child = spawn(process.execPath, [join(bundleImage("visibility"), "dist", "visibility.js"), role], {
                env: {
                    POD_NAME: "p",
                    NODE_NAME: "node-9",
                    REVISION,
                    HTTP_PORT: "0",
                    HTTP_HOST: "127.0.0.1",
                    SHARE_PATH: here.share,
                    ...env,
                },
                stdio: ["ignore", "pipe", "pipe"],
            });
            children.push(child);
            let output = "";
            for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
            return { child, ended: once(child, "close"), output: () => output };
        };

        it("the writer ends cleanly when told to", async () => {
            const { child, ended, output } = run("writer", {});
            await printed(output, /the journal begins/);
            child.kill("SIGTERM");
            assert.deepEqual(await ended, [0, null], output());
        });

        it("the writer ends when told to although the share does not answer", async () => {
            await mkdir(folder());
            execFileSync("mkfifo", [folder(journal.current)]);
            const { child, ended, output } = run("writer", {});
            await printed(output, /answering on port/);
            child.kill("SIGTERM");
            assert.deepEqual(await ended, [null, "SIGABRT"], output());
            assert.match(output(), /still waiting: this process aborts/);
        });

        it("the check leaves its evidence behind when it fails", async () => {
            const message = `${here.share}.message`;
            const { ended, output } = run("check", {
                WRITER_URL: "http://127.0.0.1:9",
                CHECK_TIMEOUT_MS: "300",
                TERMINATION_MESSAGE_PATH: message,
            });
            assert.deepEqual(await ended, [1, null], output());
            const evidence = decodeEvidence(await readFile(message, "utf8"));
            assert.match(evidence.reason, /gave up after 0.3 s/);
            assert.equal(evidence.revision, REVISION);
            await rm(message);
        });

        it("an unknown role and a wrong environment are refused", async () => {
            const unknown = run("juggler", {});
            assert.deepEqual(await unknown.ended, [2, null]);
            assert.match(unknown.output(), /"juggler"; it must be writer, reader, check/);
            const wrong = run("reader", { WRITER_URL: "" });
            assert.deepEqual(await wrong.ended, [1, null]);
            assert.match(wrong.output(), /WRITER_URL/);
        });
    });
});

async function printed(output: () => string, what: RegExp): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(20)) {
        if (what.test(output())) return;
    }
    throw new Error(`not printed: ${what}; but ${output()}`);
}
