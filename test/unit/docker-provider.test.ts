// The fallback plugin "docker" as the engine sees it, as far as no engine of Docker is needed.
import assert from "node:assert/strict";
import { dockerProvider } from "../../embedded/toolchain/docker-plugin/provider";
import { type Obj, secret } from "../../embedded/toolchain/plugin/values";

const image = { urn: "urn:pulumi:a::b::docker:index/image:Image::c", type: "docker:index/image:Image", name: "c" };
const context = { say: { status() {}, info() {}, warn() {} }, signal: new AbortController().signal };
const inputs = (registry: Obj, build: Obj = {}): Obj => ({ imageName: "r.example/a:v1", build, registry });

describe("an image of the fallback plugin docker", () => {
    const provider = dockerProvider();

    it("is not built again for a new password alone", async () => {
        const asked = (news: Obj) =>
            provider.diff(
                { ...image, id: "a", olds: {}, oldInputs: inputs({ server: "s", password: "one" }), news },
                context,
            );
        assert.deepEqual((await asked(inputs({ server: "s", password: secret("two"), username: "b" }))).changes, []);
        assert.equal((await asked(inputs({ server: "other", password: "one" }))).changes.length, 1);
    });

    it("refuses by name what only Pulumi's own does", async () => {
        const build = { builderVersion: "BuilderBuildKit", cacheFrom: { images: ["a"] } };
        const news = { ...inputs({}, build), buildOnPreview: true };
        const { failures } = await provider.check({ ...image, olds: {}, news }, context);
        assert.deepEqual(failures.map(({ property }) => property).sort(), [
            "build.builderVersion",
            "build.cacheFrom",
            "buildOnPreview",
        ]);
        for (const { reason } of failures) assert.match(reason, /is not served by the fallback plugin "docker"/);
        const refused = (provider.checkConfig?.({ certPath: "/certs", host: "ssh://a" }) ?? []).map(
            (one) => one.property,
        );
        assert.deepEqual(refused, ["certPath", "host"]);
    });
});
