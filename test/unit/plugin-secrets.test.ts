// What the fallback plugin says: secrets are hidden, in each form in which they may be quoted.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { redaction, secretTexts } from "../../embedded/toolchain/plugin/redaction";
import { secret } from "../../embedded/toolchain/plugin/values";

const hide = (properties: object, text: string): string => redaction(secretTexts({ ...properties }))(text);

describe("secrets in what a plugin says", () => {
    it("are hidden wherever they are in the properties, and nothing else is", () => {
        const properties = {
            registry: secret({ user: "builder", password: "s3cret" }),
            list: ["open", secret("hush!")],
        };
        assert.equal(hide(properties, "builder s3cret hush! open"), "[secret] [secret] [secret] open");
    });

    it("are hidden in base64, in JSON, and line by line", () => {
        assert.equal(hide({ key: secret("pass word") }, Buffer.from("pass word").toString("base64")), "[secret]");
        assert.equal(hide({ key: secret('say "so"') }, JSON.stringify({ a: 'say "so"' })), '{"a":"[secret]"}');
        assert.equal(hide({ key: secret("first line\nsecond line") }, "log: second line"), "log: [secret]");
        assert.equal(hide({ key: secret(123456) }, "expected string, got 123456"), "expected string, got [secret]");
    });

    it("that are shorter than four characters do not make holes in every sentence", () => {
        assert.equal(hide({ key: secret("a") }, "a build has failed"), "a build has failed");
    });

    it("are gone from any text", () => {
        const word = fc
            .string({ minLength: 4 })
            .filter((text) => text.trim().length >= 4 && !"[secret]".includes(text));
        fc.assert(
            fc.property(word, fc.string(), fc.string(), (text, before, after) => {
                const said = hide({ key: secret(text) }, `${before}${text}${after}`);
                assert.ok(!said.replaceAll("[secret]", "").includes(text) || `${before}${after}`.includes(text));
            }),
            { numRuns: 1000 },
        );
    });
});
