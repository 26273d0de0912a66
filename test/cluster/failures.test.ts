// What `make up` says when something is wrong, as a user reads it, and that a
// corrected `make up` goes on from there. Each mistake comes before the one
// that is met later on the way up, so that the stack is made only once.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { Evidence } from "../../contract/src";
import { type ClusterAccess, clusterAccess } from "../../embedded/cluster";
import type { StackOutputs } from "../../outputs";
import { broughtUp, ownInstance } from "./instance";

const own = ownInstance("failures");
const { make, makes, kubectl } = own;

/** What the stack's own cluster has is not changed by it. */
const MISTAKEN_OPTIONS = ["nfsvers=4.2", "hard", "rsize=12345"];

/** A port of loopback at which nobody listens. */
async function deadPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** Runs `make up`, which must fail, in minutes and in words; gives what it said. */
async function failing(settings: object): Promise<string> {
    const { code, output } = await make("up", { SETTINGS: JSON.stringify(settings) });
    assert.notEqual(code, 0);
    // Nothing that only a programmer reads.
    assert.doesNotMatch(output, /^\s+at .*:\d+:\d+\)?$/m);
    assert.match(output, /error: pulumi up did not succeed: .* it goes on from here/);
    return output;
}

describe("make up, when something is wrong", () => {
    const folder = mkdtempSync(join(tmpdir(), "failures-"));
    let access: ClusterAccess;
    broughtUp(own);

    before(async () => {
        const found = await clusterAccess(own.name);
        assert.ok(found);
        access = found;
    });
    after(() => rmSync(folder, { recursive: true }));

    it("says which cluster can't be reached, before it makes anything", async () => {
        const port = await deadPort();
        const kubeconfig = join(folder, "kubeconfig");
        const { context } = access;
        writeFileSync(
            kubeconfig,
            stringify({
                clusters: [{ name: "gone", cluster: { server: `http://127.0.0.1:${port}` } }],
                contexts: [{ name: context, context: { cluster: "gone" } }],
            }),
        );
        const output = await failing({ kubeconfig });
        assert.match(output, new RegExp(`context is "${context}": .*http://127.0.0.1:${port}.*ECONNREFUSED`));
        assert.match(output, /nothing was changed/);
    });

    it("says that there is no such StorageClass, and which there are, before it makes a claim of it", async () => {
        const output = await failing({ storageClassName: "no-such-class" });
        assert.match(output, /storageClassName is "no-such-class": there is no such StorageClass; there are \S+/);
        assert.equal(await kubectl(["get", "pvc", "-A", "-o", "name"]), "");
    });

    it("says which registry can't be reached", async () => {
        const port = await deadPort();
        const output = await failing({ registryServer: `127.0.0.1:${port}` });
        assert.match(output, new RegExp(`127.0.0.1:${port}.*connection refused`));
    });

    it("says why the server can't have the address that was asked for", async () => {
        const output = await failing({ serverAddress: "192.0.2.1" });
        assert.match(output, /Service "nfs-server" is invalid: .*failed to allocate IP 192\.0\.2\.1/);
    });

    it("quotes a pod whose image is not there, long before time is up", async () => {
        const clientImage = `${access.registry.server}/nfs-storage-stack/visibility@sha256:${"0".repeat(64)}`;
        const start = performance.now();
        const output = await failing({ clientImage, mountOptions: MISTAKEN_OPTIONS });
        assert.ok(performance.now() - start < 240_000);
        assert.match(output, /StatefulSet .*\/nfs-writer is not ready: gave up, because this does not mend itself/);
        assert.match(output, /container writer: waiting, (ErrImagePull|ImagePullBackOff): .*0000": .*not found/);
        assert.match(output, /event Failed .*: Failed to pull image/);
    });

    it("ends with the check's own reason when the check fails", async () => {
        const output = await failing({ mountOptions: MISTAKEN_OPTIONS });
        assert.match(output, /Pod .*\/nfs-check-\w+ is not ready: gave up, because this does not mend itself/);
        assert.match(output, /the mount does not have the requested rsize=12345/);
        assert.match(output, /last lines of the log of container check/);
    });

    it("goes on from there when everything is corrected, and passes", async () => {
        const { stdout } = await makes("up");
        assert.match(stdout, /verdict +passed/);
        const outputs = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        assert.equal(Evidence.parse(outputs.visibility).verdict, "passed");
    });

    it("quotes the last lines of a server that does not start", async () => {
        const { writer } = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        // The two images mixed up.
        const output = await failing({ serverImage: writer.image });
        assert.match(output, /StatefulSet .*\/nfs-server is not ready: gave up, because this does not mend itself/);
        assert.match(output, /container nfs-server: waiting, CrashLoopBackOff/);
        assert.match(output, /last lines of the log of container nfs-server/);
    });

    it("can be brought down from there", async () => {
        await makes("down");
    });
});
