import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const repository = join(__dirname, "../..");

/** A command that runs a program which lasts, and says its process id. */
const COMMAND = `
const { main } = require("./embedded/steps");
const { run } = require("./embedded/run");
void main(() => run("sh", ["-c", "echo $$; exec sleep 600"], { onLine: (line) => console.log(line) }).then(() => {}));
`;

describe("a command that is told to end", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`by ${signal} ends what it runs`, async () => {
            const command = spawn(process.execPath, ["--import", "tsx", "-e", COMMAND], {
                cwd: repository,
                stdio: ["ignore", "pipe", "inherit"],
            });
            const ended = once(command, "exit");
            const [line] = (await once(command.stdout, "data")) as [Buffer];
            const pid = Number(line.toString());
            assert.ok(existsSync(`/proc/${pid}`));
            command.kill(signal);
            const [code] = await ended;
            assert.equal(code, signal === "SIGINT" ? 130 : 143);
            // It is another process's child by now, and cannot be waited for.
            for (let i = 0; existsSync(`/proc/${pid}`); i++) {
                assert.ok(i < 200, "it is still there");
                await pause(20);
            }
        });
    }
});
