import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { connection } from "../../embedded/engine/api";
import { fromDockerConfig, fromProvider } from "../../embedded/toolchain/docker-plugin/credentials";
import { buildQuery } from "../../embedded/toolchain/docker-plugin/image";
import { buildPaths, imageInputs, problems } from "../../embedded/toolchain/docker-plugin/inputs";
import { UNKNOWN } from "../../embedded/toolchain/plugin/values";

describe("the inputs of an image", () => {
    const reasons = (inputs: object): string[] => problems(inputs).map(({ property }) => property);

    it("need the image's name only", () => {
        assert.deepEqual(reasons({ imageName: "docker.io/team/app" }), []);
        assert.deepEqual(reasons({}), ["imageName"]);
    });
    it("need the registry in the name of an image that is pushed", () => {
        assert.match(problems({ imageName: "app:v1" })[0]?.reason ?? "", /docker\.io\/app:v1/);
        assert.deepEqual(reasons({ imageName: "app:v1", skipPush: true }), []);
    });
    it("are not judged while they are unknown", () => {
        assert.deepEqual(reasons({ imageName: UNKNOWN, build: { context: UNKNOWN } }), []);
    });
    it("have all their problems named at once, each with its property", () => {
        const build = { cacheFrom: { images: [] }, builderVersion: "BuilderBuildKit", args: { A: 1 }, target: 2 };
        assert.deepEqual(reasons({ imageName: "App", buildOnPreview: true, build }), [
            "buildOnPreview",
            "build.cacheFrom",
            "build.builderVersion",
            "build.target",
            "build.args.A",
            "imageName",
        ]);
    });
    it("name a Dockerfile from the program's folder, as the real plugin does", () => {
        assert.deepEqual(buildPaths({ context: "images/app" }), { context: "images/app", dockerfile: "Dockerfile" });
        assert.equal(buildPaths({ context: "./a", dockerfile: "a/sub/Other" }).dockerfile, "sub/Other");
        assert.equal(buildPaths({ context: "a", dockerfile: "Dockerfile" }).dockerfile, "../Dockerfile");
        assert.deepEqual(buildPaths({}), { context: ".", dockerfile: "Dockerfile" });
    });
    it("become the query of a build, classic unless BuildKit is asked for", () => {
        const inputs = imageInputs({ imageName: "r:1/app:v1", build: { context: "a", args: { A: "1" }, target: "t" } });
        assert.deepEqual(buildQuery(inputs, "host"), {
            version: "1",
            t: "r:1/app:v1",
            dockerfile: "Dockerfile",
            rm: "1",
            forcerm: "1",
            buildargs: '{"A":"1"}',
            target: "t",
            networkmode: "host",
        });
        assert.equal(buildQuery(inputs, "host", "2").version, "2");
    });
});

describe("the credentials for a registry", () => {
    it("are those of the provider for this registry, however it is spelled", () => {
        const list = JSON.stringify([{ address: "https://registry.example:5000", username: "u", password: "p" }]);
        assert.equal(fromProvider(list, "registry.example:5000")?.password, "p");
        assert.equal(fromProvider(list, "registry.example"), undefined);
        assert.equal(fromProvider(undefined, "registry.example"), undefined);
    });
    it("are read from what docker login wrote, colons in the password included", () => {
        const auth = Buffer.from("user:pass:word").toString("base64");
        const config = { auths: { "https://index.docker.io/v1/": { auth } } };
        assert.deepEqual(fromDockerConfig(config, "docker.io"), {
            username: "user",
            password: "pass:word",
            serveraddress: "docker.io",
        });
        assert.equal(fromDockerConfig({ auths: { "docker.io": {} } }, "docker.io"), undefined);
    });
});

describe("where the engine is", () => {
    it("may be a socket or a port", () => {
        assert.deepEqual(connection("unix:///run/docker.sock"), { socketPath: "/run/docker.sock" });
        assert.deepEqual(connection("tcp://[::1]:2375"), { host: "::1", port: 2375 });
    });
    it("is refused when it needs more than this plugin has", () => {
        assert.throws(() => connection("ssh://user@host"), /"ssh:\/\/user@host".*serves unix/);
    });
});
