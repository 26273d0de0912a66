// Property values between the engine and the fallback plugins.
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromStruct, toStruct } from "../../embedded/toolchain/plugin/struct";
import {
    changes,
    equal,
    hasUnknown,
    type Obj,
    pathText,
    plain,
    secret,
    UNKNOWN,
} from "../../embedded/toolchain/plugin/values";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const output = (rest: Obj): Obj => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...rest });
const json = fc.jsonValue({ maxDepth: 4 });
// Protobuf's own objects cannot have a property of this name; neither can any resource.
const noPrototype = (value: unknown): boolean => !JSON.stringify(value).includes("__proto__");
const object = fc.dictionary(fc.string(), json).filter(noPrototype);

describe("property values of the fallback plugin", () => {
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

    it("know unknowns at any depth, in each form", () => {
        assert.ok(hasUnknown({ a: [{ b: UNKNOWN }] }));
        assert.ok(hasUnknown({ a: output({}) }));
        assert.equal(hasUnknown({ a: "plain" }), false);
    });

    it("travel in a Struct unchanged, without what is undefined", () => {
        fc.assert(
            fc.property(object, (value) => {
                assert.ok(equal(fromStruct(toStruct(value)), value));
            }),
        );
        assert.deepEqual(fromStruct(toStruct({ a: undefined, b: { c: undefined, d: 1 } })), { b: { d: 1 } });
    });

    it("refuse files", () => {
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
