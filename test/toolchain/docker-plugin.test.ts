// The fallback plugin "docker", driven by the real CLI, against the embedded
// engine and a registry. What an image contains is kept small: FROM scratch
// needs no base, and the base image is used where a step has to run.
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { baseImage, engineUp } from "../../embedded/engine";
import { Engine } from "../../embedded/engine/api";
import { LONG_STEP, longStepRuns, until } from "./processes";
import { Project } from "./project";
import { type Registry, startRegistry } from "./registry";

const PROGRAM = `
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const registry = { server: config.require("server"), username: "builder", password: config.requireSecret("password") };
const image = new docker.Image("image", {
    imageName: config.require("server") + "/" + config.require("name"),
    build: {
        context: "app",
        args: { BASE: config.get("base") ?? "", WORD: config.get("word") ?? "one" },
        ...(config.get("target") ? { target: config.get("target") } : {}),
    },
    registry,
    skipPush: config.getBoolean("skipPush") ?? false,
});
export const repoDigest = image.repoDigest;
export const imageName = image.imageName;
export const registryServer = image.registryServer;
`;

const SCRATCH = { "app/Dockerfile": "FROM scratch\nARG WORD\nLABEL word=$WORD\nCOPY file /\n", "app/file": "one\n" };

describe("the fallback plugin docker", function () {
    this.timeout(180_000);
    let registry: Registry;
    let engine: Engine;
    let host: string;
    let base: string;
    const projects: Project[] = [];

    before(async () => {
        ({ host } = await engineUp());
        base = await baseImage();
        engine = new Engine(host);
        registry = await startRegistry();
    });
    after(async () => {
        await registry?.stop();
        for (const project of projects) await project.remove();
    });

    async function project(files: Record<string, string>, config: Record<string, string>): Promise<Project> {
        const made = await Project.make({ "index.ts": PROGRAM, ...files });
        projects.push(made);
        await made.configure({ "docker:host": host, server: registry.server, password: registry.password, ...config });
        return made;
    }

    const built = (name: string): Promise<boolean> =>
        engine.json(`/images/${registry.server}/${name}/json`).then(
            () => true,
            () => false,
        );

    describe("one image over its life", () => {
        let stack: Project;
        let first: string;
        before(async () => {
            stack = await project({ ...SCRATCH, "app/.dockerignore": "*.log\n" }, { name: "life:v1" });
        });

        it("is not built by a preview, which does not know its digest", async () => {
            const { code, text } = await stack.preview();
            assert.equal(code, 0, text);
            assert.match(text, /repoDigest\s*: \[unknown\]|repoDigest\s*: output<string>/);
            assert.equal(await built("life:v1"), false);
        });
        it("is built and pushed, and says by which digest it can be pulled", async () => {
            const { code, text } = await stack.up();
            assert.equal(code, 0, text);
            first = await stack.output("repoDigest");
            assert.equal(first, `${registry.server}/life@${await registry.digest("life", "v1")}`);
            assert.equal(await stack.output("imageName"), `${registry.server}/life:v1`);
            assert.equal(await stack.output("registryServer"), registry.server);
            const diagnostics = text.slice(text.indexOf("Diagnostics:"));
            assert.equal(diagnostics.match(/nfs-storage-stack's fallback/g)?.length, 1, text);
            assert.doesNotMatch(text, /s3cret/);
        });
        it("stays as it is when nothing changed", async () => {
            await stack.write({ "app/ignored.log": "not part of the context" });
            const { code, text } = await stack.up();
            assert.equal(code, 0, text);
            assert.match(text, /2 unchanged/);
        });
        it("is built again when a file changed, and the preview shows why", async () => {
            await stack.write({ "app/file": "two\n" });
            const preview = await stack.preview();
            assert.match(preview.text, /contextDigest/);
            const { code, text } = await stack.up();
            assert.equal(code, 0, text);
            const second = await stack.output("repoDigest");
            assert.notEqual(second, first);
            assert.equal(second, `${registry.server}/life@${await registry.digest("life", "v1")}`);
        });
        it("is built again when an argument changed", async () => {
            await stack.configure({ word: "two" });
            const { code, text } = await stack.up();
            assert.equal(code, 0, text);
            assert.match(text, /1 updated/);
            const { Config } = await engine.json(`/images/${registry.server}/life:v1/json`);
            assert.equal(Config.Labels.word, "two");
        });
        it("keeps its state through a refresh", async () => {
            const text = await stack.good(["refresh", "--yes", "--skip-preview", "--stack", "test"]);
            assert.match(text, /2 unchanged/);
        });
        it("stays in the registry when the stack is destroyed", async () => {
            await stack.good(["destroy", "--yes", "--skip-preview", "--stack", "test"]);
            assert.notEqual(await registry.digest("life", "v1"), undefined);
        });
    });

    it("answers for an image that is not pushed with its id", async () => {
        const stack = await project(SCRATCH, { name: "local", skipPush: "true" });
        const { code, text } = await stack.up();
        assert.equal(code, 0, text);
        const { Id } = await engine.json(`/images/${registry.server}/local/json`);
        assert.equal(await stack.output("repoDigest"), Id);
        assert.equal(await registry.digest("local", "latest"), undefined);
    });

    it("installs packages in a build step", async () => {
        const dockerfile = [
            "ARG BASE",
            "FROM $BASE",
            "RUN apt-get update && apt-get install -y --no-install-recommends nodejs && rm -rf /var/lib/apt/lists/*",
            'RUN node -e "console.log(6 * 7)"',
        ].join("\n");
        const stack = await project({ "app/Dockerfile": dockerfile }, { name: "node", base });
        const { code, text } = await stack.up();
        assert.equal(code, 0, text);
    });

    it("says which step failed and what it said", async () => {
        const dockerfile = "ARG BASE\nFROM $BASE\nRUN echo before\nRUN echo it is broken >&2; exit 7\n";
        const stack = await project({ "app/Dockerfile": dockerfile }, { name: "broken", base });
        const { code, text } = await stack.up();
        assert.notEqual(code, 0);
        // BuildKit does not count the ARG before FROM, and has other words.
        assert.match(text, /building \S+\/broken failed, in step (4\/4|3\/3): RUN echo it is broken/);
        assert.match(text, /(returned a non-zero|exit) code: 7/);
        assert.match(text, /it last said:\s+it is broken/);
        assert.equal(await registry.digest("broken", "latest"), undefined);
    });

    it("says what is wrong with a Dockerfile", async () => {
        const stack = await project({ "app/Dockerfile": "FRUM scratch\n" }, { name: "wrong" });
        const { code, text } = await stack.up();
        assert.notEqual(code, 0);
        assert.match(text, /building \S+\/wrong failed/);
        assert.match(text, /FRUM/);
    });

    it("says that the registry refused, and does not show the password", async () => {
        const stack = await project(SCRATCH, { name: "refused" });
        await stack.configure({ password: "wr0ng word" });
        const { code, text } = await stack.up();
        assert.notEqual(code, 0);
        assert.match(text, /pushing \S+\/refused failed/);
        assert.match(text, /no basic auth credentials|unauthorized/);
        assert.doesNotMatch(text, /wr0ng/);
    });

    it("lists everything that is wrong with the inputs before anything is built", async () => {
        const stack = await project(SCRATCH, { name: "Upper/Case:v1" });
        await stack.write({ "app/Dockerfile": "" });
        const { code, text } = await stack.preview();
        assert.notEqual(code, 0);
        assert.match(text, /imageName/);
        assert.match(text, /lower-case/);
    });

    it("names the type that it does not serve", async () => {
        const program = 'import * as docker from "@pulumi/docker";\nnew docker.Network("net", {});\n';
        const stack = await project({ "index.ts": program }, { name: "none" });
        const { code, text } = await stack.preview();
        assert.notEqual(code, 0);
        assert.match(text, /docker:index\/network:Network is not served by the fallback plugin "docker"/);
    });

    it("stops a build when the user cancels", async () => {
        const dockerfile = `ARG BASE\nFROM $BASE\nRUN ${LONG_STEP}\n`;
        const stack = await project({ "app/Dockerfile": dockerfile }, { name: "slow", base });
        const { code, text } = await stack.run(["up", "--yes", "--skip-preview", "--stack", "test"], async (child) => {
            await until(longStepRuns);
            child.kill("SIGINT");
        });
        assert.notEqual(code, 0);
        assert.match(text, /cancel/);
        // The engine stops the build when the plugin is gone, and takes a moment for the container; else this times out.
        await until(async () => !(await longStepRuns()));
    });
});
