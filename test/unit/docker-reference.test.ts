import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { pushedReference } from "../../embedded/toolchain/docker-plugin/image";
import {
    canonicalDomain,
    canonicalRepository,
    parseReference,
    repository,
} from "../../embedded/toolchain/docker-plugin/reference";

const DIGEST = `sha256:${"ab".repeat(32)}`;

describe("the name of an image", () => {
    it("is taken apart into registry, path, tag and digest", () => {
        assert.deepEqual(parseReference(`127.0.0.1:5000/team/app:v1@${DIGEST}`), {
            domain: "127.0.0.1:5000",
            path: "team/app",
            tag: "v1",
            digest: DIGEST,
        });
    });
    it("has a registry only when its first part cannot be part of a path", () => {
        assert.equal(parseReference("team/app").domain, undefined);
        assert.equal(parseReference("localhost/app").domain, "localhost");
        assert.equal(parseReference("registry.example/app").domain, "registry.example");
        assert.equal(parseReference("[::1]:5000/app:v1").domain, "[::1]:5000");
        assert.equal(parseReference("app:5000").tag, "5000");
    });
    it("survives being taken apart and put together", () => {
        const word = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
        const domain = fc.option(fc.tuple(word, fc.nat(65535)).map(([name, port]) => `${name}:${port}`));
        fc.assert(
            fc.property(domain, fc.array(word, { minLength: 1, maxLength: 3 }), fc.option(word), (host, path, tag) => {
                const name = [...(host === null ? [] : [host.replaceAll("_", "-")]), ...path].join("/");
                const reference = parseReference(tag === null ? name : `${name}:${tag}`);
                assert.equal(repository(reference), name);
                assert.equal(reference.tag, tag ?? undefined);
            }),
        );
    });
    it("is refused with the part that is wrong", () => {
        assert.throws(() => parseReference("127.0.0.1:5000/App"), /"App" is not made of lower-case/);
        assert.throws(() => parseReference("app:-v1"), /"-v1" is not a tag/);
        assert.throws(() => parseReference("app@sha256:12"), /"sha256:12" is not a digest/);
        assert.throws(() => parseReference("http://registry/app"), /is not an image name/);
        assert.throws(() => parseReference(""), /is not an image name/);
    });
    it("means the same on Docker Hub with and without what can be left out", () => {
        for (const name of [
            "debian",
            "docker.io/debian",
            "docker.io/library/debian",
            "index.docker.io/library/debian",
        ]) {
            assert.equal(canonicalRepository(parseReference(name)), "docker.io/library/debian");
        }
        assert.equal(canonicalDomain("https://index.docker.io/v1/"), "docker.io");
        assert.equal(canonicalDomain("127.0.0.1:5000"), "127.0.0.1:5000");
    });
});

describe("the digest of a pushed image", () => {
    it("is the one of this repository, in the engine's spelling", () => {
        const known = [`other/app@${DIGEST}`, `team/app@${DIGEST}`];
        assert.equal(pushedReference("docker.io/team/app:v1", DIGEST, known), `team/app@${DIGEST}`);
    });
    it("is made from what the registry answered, when the engine has none", () => {
        assert.equal(pushedReference("127.0.0.1:5000/app:v1", DIGEST, []), `127.0.0.1:5000/app@${DIGEST}`);
    });
    it("is not an older one of the same repository", () => {
        const older = `127.0.0.1:5000/app@sha256:${"cd".repeat(32)}`;
        assert.equal(pushedReference("127.0.0.1:5000/app", DIGEST, [older]), `127.0.0.1:5000/app@${DIGEST}`);
    });
    it("is never made up", () => {
        assert.throws(() => pushedReference("127.0.0.1:5000/app", undefined, []), /did not say its digest/);
    });
});
