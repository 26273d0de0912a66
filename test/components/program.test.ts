// The program as `pulumi up` runs it: configuration in, outputs out, and nothing
// registered when the configuration is wrong.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { pageCommand } from "../../outputs";
import { ApiServer, node, paths } from "../harness/api-server";
import { type ProvisionOptions, provision } from "../harness/engine";
import { program } from "../harness/program";
import { digestOf, evidence, nothingYet, ready, SERVER_ADDRESS } from "./cluster";
import { at, named } from "./named";

let cluster: ApiServer;

const settings = {
    "nfs-storage-stack:context": "lab",
    "nfs-storage-stack:registryServer": "127.0.0.1:5000",
    "nfs-storage-stack:registryUsername": "pusher",
    "nfs-storage-stack:registryPassword": "s3cret",
    "nfs-storage-stack:baseImage": "base:1",
    "nfs-storage-stack:clientNetworks": ["10.0.0.1/32", "10.0.0.2/32"],
    "docker:host": "unix:///run/engine.sock",
};

const run = ({ config, ...options }: ProvisionOptions = {}) =>
    provision(program, {
        project: "nfs-storage-stack",
        stack: "dev",
        config: { "nfs-storage-stack:kubeconfig": cluster.kubeconfig, ...settings, ...config },
        secretConfig: ["nfs-storage-stack:registryPassword"],
        outputs: ready,
        ...options,
    });

/** Runs it where it must not register anything. */
async function refused(config: Record<string, unknown> = {}): Promise<string> {
    let message = "";
    let registered = 0;
    const outputs = (): undefined => {
        registered++;
        return undefined;
    };
    await assert.rejects(run({ config, outputs }), (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error), "an error without a stack trace");
        message = error.message;
        return true;
    });
    assert.equal(registered, 0);
    return message;
}

describe("the program", () => {
    before(async () => {
        cluster = await ApiServer.start();
    });
    beforeEach(() => cluster.serve());
    after(() => cluster.stop());

    it("deploys to the context that the configuration names, and to no other", async () => {
        const got = await run();
        const provider = named(got, "pulumi:providers:kubernetes", "cluster");
        assert.equal(provider.inputs.context, "lab");
        assert.equal(provider.inputs.kubeconfig, cluster.kubeconfig);
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
            `kubectl --kubeconfig ${cluster.kubeconfig} --context lab --namespace nfs-storage-stack-dev-nfs-clients ` +
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
        const message = await refused({ "nfs-storage-stack:readers": -1, "nfs-storage-stack:mesage": "hello" });
        assert.match(message, /2 problems/);
        assert.deepEqual(cluster.asked, []);
    });

    it("stops at a cluster that does not fit before anything is registered, with all that is wrong", async () => {
        cluster.serve({ [paths.nodes]: { items: [node("only", { address: "10.0.9.9" })] } });
        const message = await refused({ "nfs-storage-stack:storageClassName": "fast" });
        assert.match(message, /can't go to context "lab": .* 3 problems; nothing was changed/);
        for (const found of [
            /placement is "required"/,
            /clientNetworks is .*only \(10\.0\.9\.9\)/,
            /storageClassName is "fast"/,
        ]) {
            assert.match(message, found);
        }
    });

    it("stops at a cluster that can't be used, and says which and why", async () => {
        const context = await refused({ "nfs-storage-stack:context": "lib" });
        assert.match(context, /context is "lib": the kubeconfig has no context "lib"; it has: lab/);
        assert.match(context, /pulumi config set nfs-storage-stack:context lab --stack dev/);
        const file = await refused({ "nfs-storage-stack:kubeconfig": "/nowhere/kubeconfig" });
        assert.match(file, /kubeconfig is "\/nowhere\/kubeconfig": the kubeconfig .* does not exist/);
        cluster.serve({ [paths.nodes]: 401 });
        assert.match(await refused(), /context is "lab": its API server http:.* refuses the credentials/);
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
