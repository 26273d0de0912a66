// The program as `pulumi up` runs it: configuration in, outputs out, and nothing
// registered when the configuration is wrong.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { pageCommand } from "../../outputs";
import { type ProvisionOptions, provision } from "../harness/engine";
import { digestOf, evidence, nothingYet, ready, SERVER_ADDRESS } from "./cluster";
import { at, named } from "./named";

const config = {
    "nfs-storage-stack:context": "lab",
    "nfs-storage-stack:kubeconfig": "/tmp/lab.kubeconfig",
    "nfs-storage-stack:registryServer": "127.0.0.1:5000",
    "nfs-storage-stack:registryUsername": "pusher",
    "nfs-storage-stack:registryPassword": "s3cret",
    "nfs-storage-stack:baseImage": "base:1",
    "nfs-storage-stack:clientNetworks": ["10.0.0.1/32"],
    "docker:host": "unix:///run/engine.sock",
};

/** The program anew: a module is loaded once, a deployment runs it each time. */
function program(): unknown {
    const path = require.resolve("../../index");
    delete require.cache[path];
    return require(path);
}

const run = (options: ProvisionOptions = {}) =>
    provision(program, {
        project: "nfs-storage-stack",
        stack: "dev",
        config,
        secretConfig: ["nfs-storage-stack:registryPassword"],
        outputs: ready,
        ...options,
    });

describe("the program", () => {
    it("deploys to the context that the configuration names, and to no other", async () => {
        const got = await run();
        const provider = named(got, "pulumi:providers:kubernetes", "cluster");
        assert.equal(provider.inputs.context, "lab");
        assert.equal(provider.inputs.kubeconfig, "/tmp/lab.kubeconfig");
        const objects = got.resources.filter(({ type }) => type.startsWith("kubernetes:"));
        assert.ok(objects.length > 10);
        for (const { name, options } of objects) assert.equal(options.provider, provider.urn, name);
        for (const { name, options } of got.resources.filter(({ type }) => type.startsWith("docker:"))) {
            assert.equal(options.provider, undefined, `${name} is built by the engine of docker:host`);
        }
    });

    it("says where everything is, and shows the proof", async () => {
        const { outputs, secretOutputs } = await run();
        assert.deepEqual(secretOutputs, []);
        assert.deepEqual(outputs.server, {
            address: SERVER_ADDRESS,
            port: 2049,
            path: "/share",
            image: `127.0.0.1:5000/nfs-storage-stack/nfs-server@${digestOf("a")}`,
            namespace: "nfs-storage-stack-dev-nfs-server",
        });
        assert.deepEqual(outputs.volume, {
            persistentVolume: "nfs-storage-stack-dev-nfs-volume",
            claim: "nfs-storage-stack-dev-nfs-volume",
            namespace: "nfs-storage-stack-dev-nfs-clients",
            phase: "Bound",
            capacity: "1Gi",
            mountOptions: [
                "nfsvers=4.2",
                "hard",
                "timeo=600",
                "retrans=2",
                "noresvport",
                "lookupcache=positive",
                "actimeo=1",
                "nosharecache",
            ],
        });
        const image = `127.0.0.1:5000/nfs-storage-stack/visibility@${digestOf("a")}`;
        const namespace = "nfs-storage-stack-dev-nfs-clients";
        assert.deepEqual(outputs.writer, {
            namespace,
            service: "nfs-writer",
            image,
            pods: ["nfs-writer-0"],
            nodes: ["node-1"],
        });
        assert.deepEqual(outputs.readers, {
            namespace,
            service: "nfs-readers",
            image,
            replicas: 2,
            pods: ["nfs-readers-a", "nfs-readers-b"],
            nodes: ["node-2", "node-2"],
        });
        assert.deepEqual(outputs.visibility, evidence);
        assert.equal(
            outputs.page,
            "kubectl --kubeconfig /tmp/lab.kubeconfig --context lab --namespace nfs-storage-stack-dev-nfs-clients " +
                "port-forward service/nfs-readers :8080",
        );
    });

    it("keeps the registry's password secret", async () => {
        const got = await run();
        for (const name of ["nfs-server-image", "nfs-client-image"]) {
            const image = named(got, "docker:index/image:Image", name);
            assert.equal(at(image, "registry.password"), "s3cret");
            assert.ok(image.secretInputs.includes("registry.password"));
        }
        assert.ok(!JSON.stringify(got.outputs).includes("s3cret"));
    });

    it("previews on an empty cluster", async () => {
        const { outputs } = await run({ preview: true, outputs: nothingYet });
        assert.equal((outputs.volume as Record<string, unknown>).claim, "nfs-storage-stack-dev-nfs-volume");
    });

    it("stops at a wrong configuration before anything is registered, with one error and no stack trace", async () => {
        const wrong = { ...config, "nfs-storage-stack:readers": -1, "nfs-storage-stack:mesage": "hello" };
        let registered = 0;
        const failing = run({
            config: wrong,
            outputs: () => {
                registered++;
                return undefined;
            },
        });
        await assert.rejects(failing, (error: Error) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.match(error.message, /2 problems/);
            return true;
        });
        assert.equal(registered, 0);
    });

    it("opens the page with the kubeconfig that kubectl would use, where none is named", () => {
        assert.equal(
            pageCommand({ context: "prod" }, "clients", "readers"),
            "kubectl --context prod --namespace clients port-forward service/readers :8080",
        );
    });

    it("prints a command that a shell reads as it is meant, whatever the context is called", () => {
        const command = pageCommand({ context: "a; b", kubeconfig: "my config" }, "c", "r");
        assert.match(command, /--kubeconfig 'my config' --context 'a; b' /);
    });
});
