// A Pulumi project in a temporary folder, run by the real CLI of toolchain()
// with a state of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { toolchain } from "../../embedded/toolchain";

export interface Result {
    code: number | null;
    /** Both streams, in the order in which they came. */
    text: string;
}

const ROOT = join(__dirname, "..", "..");
const STACK = "test";

/** JavaScript that runs the index.ts beside it, as this repository's own program and packs are run. */
export const RUNS_INDEX = `module.exports = require(${JSON.stringify(join(ROOT, "load"))})(require("node:path").join(__dirname, "index.ts"));\n`;

export class Project {
    private constructor(
        readonly folder: string,
        private readonly cli: string,
        private readonly env: NodeJS.ProcessEnv,
    ) {}

    /** @param files by their paths in the project; index.ts is the program. */
    static async make(files: Record<string, string>): Promise<Project> {
        const { pulumi, env } = await toolchain();
        const folder = await mkdtemp(join(tmpdir(), "project-"));
        const project = new Project(folder, pulumi, {
            ...process.env,
            ...env,
            PULUMI_BACKEND_URL: `file://${folder}/state`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            // For --event-log.
            PULUMI_DEBUG_COMMANDS: "true",
        });
        await mkdir(join(folder, "state"));
        await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
        await project.write({
            "package.json": '{"name":"toolchain-test","main":"program.js","dependencies":{"@pulumi/docker":"*"}}',
            "program.js": RUNS_INDEX,
            "Pulumi.yaml": "name: toolchain-test\nruntime: { name: nodejs, options: { typescript: false } }\n",
            ...files,
        });
        await project.good(["stack", "init", STACK]);
        return project;
    }

    async write(files: Record<string, string>): Promise<void> {
        for (const [path, text] of Object.entries(files)) {
            await mkdir(dirname(join(this.folder, path)), { recursive: true });
            await writeFile(join(this.folder, path), text);
        }
    }

    /** Starts the CLI; `started` sees the process. */
    async run(args: readonly string[], started?: (child: ChildProcess) => void): Promise<Result> {
        const child = spawn(this.cli, [...args, "--non-interactive", "--color=never"], {
            cwd: this.folder,
            env: this.env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (piece: string) => {
                text += piece;
            });
        }
        started?.(child);
        const code = await new Promise<number | null>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", resolve);
        });
        return { code, text };
    }

    /** For a command that must succeed. */
    async good(args: readonly string[]): Promise<string> {
        const { code, text } = await this.run(args);
        if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text}`);
        return text;
    }

    up = (...more: string[]): Promise<Result> => this.run(["up", "--yes", "--skip-preview", "--stack", STACK, ...more]);
    preview = (...more: string[]): Promise<Result> => this.run(["preview", "--diff", "--stack", STACK, ...more]);

    async output(name: string): Promise<string> {
        return (await this.good(["stack", "output", name, "--stack", STACK])).trim();
    }

    async configure(values: Record<string, string>): Promise<void> {
        const args = Object.entries(values).flatMap(([key, value]) => [
            key.endsWith("assword") ? "--secret" : "--plaintext",
            `${key}=${value}`,
        ]);
        await this.good(["config", "set-all", "--stack", STACK, ...args]);
    }

    async remove(): Promise<void> {
        await rm(this.folder, { recursive: true, force: true });
    }
}

/** What `--event-log` noted, as CI systems keep it; without the debug lines, in which the SDK prints all that it gets. */
export async function eventLog(file: string): Promise<string> {
    const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    return lines.filter((line) => JSON.parse(line).diagnosticEvent?.severity !== "debug").join("\n");
}
