import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const repository = join(__dirname, "../..");

const PROGRAM = `["sh", ["-c", "echo $$; exec sleep 600"]]`;

/** A command that runs a program which lasts, and says its process id. */
const commandThatRuns = (program: string): string => `
const { main } = require("./embedded/steps");
const { dyingWithUs, run } = require("./embedded/run");
void main(() => run(...${program}, { onLine: (line) => console.log(line) }).then(() => {}));
`;

/** It is another process's child by now, and cannot be waited for. */
async function isGone(pid: number): Promise<void> {
    for (let i = 0; existsSync(`/proc/${pid}`); i++) {
        assert.ok(i < 200, "it is still there");
        await pause(20);
    }
}

describe("a command that is told to end", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`by ${signal} ends what it runs`, async () => {
            const command = spawn(process.execPath, ["--import", "tsx", "-e", commandThatRuns(PROGRAM)], {
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
            await isGone(pid);
        });
    }
});

describe("a command that is killed", () => {
    it("takes with it what was to die with it", async () => {
        const command = spawn(
            process.execPath,
            ["--import", "tsx", "-e", commandThatRuns(`dyingWithUs(...${PROGRAM})`)],
            {
                cwd: repository,
                stdio: ["ignore", "pipe", "inherit"],
            },
        );
        const ended = once(command, "exit");
        const [line] = (await once(command.stdout, "data")) as [Buffer];
        const pid = Number(line.toString());
        assert.ok(existsSync(`/proc/${pid}`));
        command.kill("SIGKILL");
        await ended;
        await isGone(pid);
    });
});
