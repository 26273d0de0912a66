// Who may mount what, as servers' configurations say it, and what of that is the world.
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVERYONE, isWithin, isWorld } from "../../policies/nfs-security/networks";
import { selects, UNKNOWN } from "../../policies/shared/src";

describe("clients of an export", () => {
    const bits = fc.integer({ min: 0, max: 32 });

    it("are the world when nothing of an address is said", () => {
        for (const client of ["*", "*.*", EVERYONE, "0.0.0.0/0", "::/0", "10.0.0.0/0", "0.0.0.0/0.0.0.0"]) {
            assert.ok(isWorld(client), client);
        }
        for (const client of ["10.0.0.1", "10.0.0.0/1", "node-*.example.com", "@all", "a", "*.example.com"]) {
            assert.ok(!isWorld(client), client);
        }
    });

    it("are inside a network when all of their addresses are", () => {
        fc.assert(
            fc.property(fc.ipV4(), bits, bits, (address, length, other) => {
                if (address.startsWith("127.")) return;
                assert.equal(isWithin(`${address}/${length}`, [`${address}/${other}`]), length >= other);
            }),
        );
        assert.ok(isWithin("10.0.0.0/255.255.255.0", ["10.0.0.0/24"]));
        assert.ok(!isWithin("10.0.0.0/255.255.254.0", ["10.0.0.0/24"]));
        assert.ok(!isWithin("10.0.0.0/255.0.255.0", ["10.0.0.0/8"]), "no mask");
        assert.ok(isWithin("10.0.0.7/255.255.255.255", ["10.0.0.7/32"]));
        assert.ok(isWithin("fd00::1", ["10.0.0.0/8", "fd00::/8"]));
        assert.ok(!isWithin("node-1", ["0.0.0.0/0"]), "a name says no address");
        assert.ok(isWithin("127.0.0.1", []));
    });
});

describe("label selectors", () => {
    const labels = { app: "nfs", tier: "storage" };
    const matching = (...matchExpressions: object[]) => selects({ matchExpressions }, labels);

    it("match when every part of them does", () => {
        assert.equal(selects({}, labels), true);
        assert.equal(selects(undefined, undefined), true);
        assert.equal(selects({ matchLabels: { app: "nfs" } }, labels), true);
        assert.equal(selects({ matchLabels: { app: "nfs", tier: "web" } }, labels), false);
        assert.equal(matching({ key: "app", operator: "In", values: ["nfs"] }), true);
        assert.equal(matching({ key: "app", operator: "NotIn", values: ["nfs"] }), false);
        assert.equal(matching({ key: "other", operator: "NotIn", values: ["nfs"] }), true);
        assert.equal(matching({ key: "app", operator: "Exists" }, { key: "other", operator: "Exists" }), false);
        assert.equal(matching({ key: "other", operator: "DoesNotExist" }), true);
    });

    it("say no as soon as one part is known not to match, and else that they don't know", () => {
        assert.equal(selects({ matchLabels: { app: UNKNOWN } }, labels), UNKNOWN);
        assert.equal(selects({ matchLabels: { app: UNKNOWN, tier: "web" } }, labels), false);
        assert.equal(selects(UNKNOWN, labels), UNKNOWN);
        assert.equal(selects({}, UNKNOWN), UNKNOWN);
        assert.equal(matching({ key: "app", operator: "In", values: UNKNOWN }), UNKNOWN);
        assert.equal(matching({ key: "app", operator: UNKNOWN }), UNKNOWN);
    });
});
