// Property values between the engine and the fallback plugins.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromStruct, toStruct } from "../../embedded/toolchain/plugin/struct";
import {
    changes,
    equal,
    hasSecret,
    hasUnknown,
    isSecret,
    type Obj,
    pathText,
    plain,
    secret,
    secretLike,
    UNKNOWN,
} from "../../embedded/toolchain/plugin/values";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const output = (rest: Obj): Obj => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
const json = fc.jsonValue({ maxDepth: 4 });
// Protobuf's own objects cannot have a property of this name; neither can any resource.
const noPrototype = (value: unknown): boolean => !JSON.stringify(value).includes("__proto__");
const object = fc.dictionary(fc.string(), json).filter(noPrototype);

describe("property values of the fallback plugins", () => {
    it("open secrets and outputs, and keep what is unknown", () => {
        const value = {
            a: secret({ b: "hush" }),
            c: output({ value: 1 }),
            d: output({}),
            e: [secret("hush")],
            f: null,
            g: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        };
        assert.deepEqual(plain(value), { a: { b: "hush" }, c: 1, d: UNKNOWN, e: ["hush"], g: UNKNOWN });
    });

    it("know secrets and unknowns at any depth, in each form", () => {
        assert.ok(hasUnknown({ a: [{ b: UNKNOWN }] }));
        assert.ok(hasUnknown({ a: output({}) }));
        assert.ok(hasSecret({ a: [{ b: output({ value: 1, secret: true }) }] }));
        assert.equal(hasUnknown({ a: "plain" }) || hasSecret({ a: "plain" }), false);
    });

    it("become secret where the value they come from is, lists as a whole", () => {
        const marked = secretLike({ a: "1", b: ["x", "y"], c: "3" }, { a: secret("0"), b: ["x", secret("y")], c: "0" });
        assert.ok(isSecret(marked.a) && isSecret(marked.b));
        assert.equal(marked.c, "3");
    });

    it("never lose or change what is in them when they are marked", () => {
        fc.assert(
            fc.property(object, (value) => {
                assert.deepEqual(plain(secretLike(value, { ...value, extra: secret("x") })), plain(value));
            }),
        );
    });

    it("travel in a Struct unchanged, without what is undefined", () => {
        fc.assert(
            fc.property(object, (value) => {
                assert.ok(equal(fromStruct(toStruct(value)), value));
            }),
        );
        assert.deepEqual(fromStruct(toStruct({ a: undefined, b: { c: undefined, d: 1 } })), { b: { d: 1 } });
    });

    it("refuse files, which no Kubernetes object can hold", () => {
        assert.throws(() => plain({ a: { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17" } }), /assets/);
    });
});

describe("differences between property values", () => {
    it("are none exactly when the values are equal", () => {
        fc.assert(
            fc.property(json, json, (a, b) => {
                assert.equal(changes(a, b).length === 0, equal(a, b));
                assert.deepEqual(changes(a, structuredClone(a)), []);
            }),
        );
    });

    it("are named at the deepest place", () => {
        const before = { spec: { ports: [{ port: 1 }, { port: 2 }], gone: true } };
        const after = { spec: { ports: [{ port: 1 }, { port: 3 }, { port: 4 }], new: true } };
        assert.deepEqual(
            changes(before, after).map(({ path, kind }) => `${kind} ${pathText(path)}`),
            ["update spec.ports[1].port", "add spec.ports[2]", "delete spec.gone", "add spec.new"],
        );
    });

    it("are written as the engine writes paths", () => {
        assert.equal(pathText(["metadata", "annotations", "example.com/x"]), 'metadata.annotations["example.com/x"]');
    });
});
