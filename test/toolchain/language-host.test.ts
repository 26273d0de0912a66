// The CLI and the language host of toolchain(), as a user meets them: programs
// and policy packs, how they fail, and what is left when they are ended.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, describe, it } from "mocha";
import { Project, RUNS_INDEX } from "./project";

const THING = `
import * as pulumi from "@pulumi/pulumi";
class Thing extends pulumi.ComponentResource {
    constructor(name: string) { super("test:index:Thing", name); this.registerOutputs({}); }
}
new Thing("one");
`;

describe("the Pulumi CLI with its language host", function () {
    this.timeout(120_000);
    const projects: Project[] = [];
    after(async () => {
        for (const project of projects) await project.remove();
    });
    async function project(files: Record<string, string>): Promise<Project> {
        const made = await Project.make(files);
        projects.push(made);
        return made;
    }

    it("runs a TypeScript program with its configuration and forwards what it prints", async () => {
        const stack = await project({
            "index.ts": `${THING}
import { word } from "./word";
const config = new pulumi.Config();
console.log("said on stdout"); console.error("said on stderr");
export const text: string = word + config.require("name");
export const hidden = config.requireSecret("password");`,
            "word.ts": 'export enum Word { Hello = "hello " }\nexport const word: string = Word.Hello;',
        });
        await stack.configure({ name: "world", password: "s3cret" });
        const { code, text } = await stack.up();
        assert.equal(code, 0, text);
        assert.match(text, /said on stdout/);
        assert.match(text, /said on stderr/);
        assert.doesNotMatch(text, /s3cret|warning/i);
        assert.equal(await stack.output("text"), "hello world");
    });

    it("reports an error once, with the place in the TypeScript source", async () => {
        const stack = await project({ "index.ts": `${THING}\nthrow new Error("on purpose");\n` });
        const { code, text } = await stack.preview();
        assert.notEqual(code, 0);
        assert.equal(text.match(/Error: on purpose/g)?.length, 1, text);
        assert.match(text, /index\.ts:\d+/);
    });

    it("says with which code a program ended that said nothing", async () => {
        const stack = await project({ "index.ts": "process.exit(3);" });
        const { code, text } = await stack.preview();
        assert.notEqual(code, 0);
        assert.match(text, /the Node\.js program failed: exit status 3/);
    });

    it("runs a policy pack that knows which stack it judges", async () => {
        const stack = await project({
            "index.ts": THING,
            "pack/PulumiPolicy.yaml": "runtime: nodejs\n",
            "pack/package.json": '{"name":"test-pack","version":"1.0.0","main":"index.js"}',
            "pack/index.js": RUNS_INDEX,
            "pack/index.ts": `
import * as pulumi from "@pulumi/pulumi";
import { PolicyPack } from "@pulumi/policy";
new PolicyPack("test-pack", { policies: [{
    name: "no-things", description: "There are no things.", enforcementLevel: "mandatory",
    validateResource: (args, report) => {
        if (args.type === "test:index:Thing") report("found " + args.name + " in " + pulumi.getStack());
    },
}] });`,
        });
        const { code, text } = await stack.preview("--policy-pack", "pack");
        assert.notEqual(code, 0);
        assert.match(text, /\[mandatory\]\s+no-things/);
        assert.match(text, /found one in test/);
    });

    it("leaves no process behind when the CLI is killed", async () => {
        const stack = await project({ "index.ts": 'console.log("it runs"); setInterval(() => {}, 1000);' });
        const { code } = await stack.run(["preview", "--stack", "test"], (child) => {
            child.stdout?.on("data", (piece: string) => piece.includes("it runs") && child.kill("SIGKILL"));
        });
        assert.equal(code, null);
        while ((await processesIn(stack.folder)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    });
});

/** Processes that work in a folder or name it in their arguments. */
async function processesIn(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
        if ((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(folder)) found.push(pid);
    }
    return found;
}
