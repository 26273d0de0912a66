// More of the fallback plugin "docker" through the CLI: secrets, failures in
// the life of an image, and a CLI that is killed. docker-plugin.test.ts has the rest.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { baseImage, engineUp } from "../../embedded/engine";
import { descendants, gone, LONG_STEP, longStepRuns, type Process, until } from "./processes";
import { eventLog, Project } from "./project";
import { type Registry, startRegistry } from "./registry";

const PROGRAM = `
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const server = config.require("server");
const image = new docker.Image("image", {
    imageName: server + "/contract:v1",
    build: { context: "app", args: { BASE: config.require("base"), TOKEN: config.requireSecret("tokenPassword") } },
    registry: { server, username: "builder", password: config.requireSecret("password") },
});
export const repoDigest = image.repoDigest;
`;
const TOKEN = "t0ken word";

describe("the fallback plugin docker, over its contract", function () {
    this.timeout(180_000);
    let registry: Registry;
    let stack: Project;

    const dockerfile = (...lines: string[]): Record<string, string> => ({
        "app/Dockerfile": ["ARG BASE", "FROM $BASE", "ARG TOKEN", ...lines, ""].join("\n"),
    });

    before(async () => {
        const { host } = await engineUp();
        registry = await startRegistry();
        stack = await Project.make({ "index.ts": PROGRAM, ...dockerfile('RUN echo "the word is $TOKEN"; exit 3') });
        await stack.configure({
            "docker:host": host,
            server: registry.server,
            base: await baseImage(),
            password: registry.password,
            tokenPassword: TOKEN,
        });
    });
    after(async () => {
        await registry?.stop();
        await stack?.remove();
    });

    it("hides secret arguments and passwords in what a build says, in the log of events and in the state", async () => {
        const logs = ["failed", "made"].map((name) => join(stack.folder, `${name}.events`));
        const up = (index: number) => stack.up("--event-log", logs[index] ?? "");
        const failed = await up(0);
        assert.notEqual(failed.code, 0);
        assert.match(failed.text, /it last said:\s+the word is \[secret\]/);
        await stack.write(dockerfile('RUN echo "the word is $TOKEN" > /dev/null'));
        const { code, text } = await up(1);
        assert.equal(code, 0, text);
        const state = await stack.good(["stack", "export", "--stack", "test"]);
        const events = await Promise.all(logs.map(eventLog));
        const all = [failed.text, text, ...events, state].join("\n");
        for (const word of [TOKEN, registry.password]) assert.ok(!all.includes(word), word);
    });

    it("keeps the image of before when a build fails, and goes on when the Dockerfile is corrected", async () => {
        const before = await stack.output("repoDigest");
        await stack.write(dockerfile("RUN exit 3"));
        assert.notEqual((await stack.up()).code, 0);
        assert.equal(await stack.output("repoDigest"), before);
        assert.equal(before, `${registry.server}/contract@${await registry.digest("contract", "v1")}`);
        await stack.write(dockerfile("RUN echo corrected > /corrected"));
        const { code, text } = await stack.up();
        assert.equal(code, 0, text);
        assert.notEqual(await stack.output("repoDigest"), before);
    });

    it("leaves no process and no build behind when the CLI is killed, and builds with the next up", async () => {
        await stack.write(dockerfile(`RUN ${LONG_STEP}`));
        let family: Process[] = [];
        const { code } = await stack.run(["up", "--yes", "--skip-preview", "--stack", "test"], async (child) => {
            await until(longStepRuns);
            family = await descendants(child.pid ?? 0);
            child.kill("SIGKILL");
        });
        assert.equal(code, null);
        assert.ok(family.some(({ command }) => command.includes("pulumi-resource-docker")));
        await gone(family);
        await until(async () => !(await longStepRuns()));
        await stack.run(["cancel", "--yes", "--stack", "test"]);
        await stack.write(dockerfile("RUN echo again > /again"));
        const up = await stack.up();
        assert.equal(up.code, 0, up.text);
    });

    it("names the function that it does not serve", async () => {
        const program =
            'import * as docker from "@pulumi/docker";\n' +
            'export const found = docker.getRegistryImageOutput({ name: "docker.io/library/alpine" });\n';
        const other = await Project.make({ "index.ts": program });
        try {
            const { code, text } = await other.preview();
            assert.notEqual(code, 0);
            assert.match(text, /the function docker:index\/getRegistryImage:getRegistryImage is not served by the/);
        } finally {
            await other.remove();
        }
    });
});
