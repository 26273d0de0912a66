// What an embedded environment is configured with, and who has the last word.
import assert from "node:assert/strict";
import { embeddedExample } from "../../commands/embedded-settings";
import { objectOf } from "../../commands/kubernetes";
import { namespaced, withRun } from "../../commands/stack-config";

const key = (name: string): string => `nfs-storage-stack:${name}`;
const machine = namespaced(embeddedExample);

describe("what make adds for the embedded cluster", () => {
    it("gives way to what is said for one run", () => {
        const config = withRun(machine, { [key("kubeconfig")]: "mine", [key("message")]: "run" });
        assert.equal(config[key("kubeconfig")], "mine");
        assert.equal(config[key("message")], "run");
        assert.equal(config[key("context")], machine[key("context")]);
        assert.deepEqual(withRun(machine, {}), machine);
    });

    it("does not send the password of its registry to another one", () => {
        const config = withRun(machine, { [key("registryServer")]: "registry.test/me" });
        assert.equal(config[key("registryServer")], "registry.test/me");
        assert.equal(key("registryPassword") in config, false);
        assert.equal(key("registryUsername") in config, false);
        const same = withRun(machine, { [key("registryServer")]: machine[key("registryServer")] });
        assert.ok(key("registryPassword") in same);
    });
});

describe("an object of a stack", () => {
    const resource = { urn: "u", type: "kubernetes:core/v1:Pod", id: "ns/one", custom: true };

    it("is what the stack made, by its coordinates", () => {
        assert.deepEqual(objectOf(resource), { apiVersion: "v1", kind: "Pod", namespace: "ns", name: "one" });
    });

    it("is not what it only read, which stays when the stack goes", () => {
        assert.equal(objectOf({ ...resource, external: true }), undefined);
        assert.equal(objectOf({ ...resource, type: "docker:index/image:Image" }), undefined);
    });
});
