// What `make up` says when something is wrong, as a user reads it, and that a
// corrected `make up` goes on from there. Each mistake comes before the one
// that is met later on the way up, so that the stack is made only once.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { defaultMountOptions } from "../../components/mount-options";
import { Evidence } from "../../contract/src";
import { type ClusterAccess, clusterAccess, clusterStatus } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import type { StackOutputs } from "../../outputs";
import { NFS, object } from "../toolchain/kubernetes-fixture";
import { processOf } from "./belongings";
import { broughtUp, ownInstance } from "./instance";
import { wholeness } from "./whole";

const own = ownInstance("failures");
const { make, makes, startMake, kubectl } = own;
const { assertComplete, assertWhole, interrupted } = wholeness(own);

/** No rsize is mounted as it is asked for here: a kernel takes multiples of its page size. */
const MISTAKEN_OPTIONS = [...defaultMountOptions("4.2"), "rsize=12345"];

/** A port of loopback at which nobody listens. */
async function deadPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

const CLIENTS = "nfs-storage-stack-dev-nfs-clients";
const VOLUME = "nfs-storage-stack-dev-nfs-volume";

/** Resolves when kubectl finds it; what makes it is under way. */
const appears = (...what: string[]): Promise<string> => kubectl(["wait", "--for=create", "--timeout=120s", ...what]);

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
    broughtUp(own);
    let access: ClusterAccess;

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

    it("says whose the names are that it needs, and which namespace is just being deleted", async () => {
        const hold = { namespace: CLIENTS, name: "hold", finalizers: ["example.com/hold"] };
        await kubectl(["create", "namespace", CLIENTS]);
        const theirs = { ...NFS, storageClassName: "", claimRef: { namespace: "default", name: "theirs" } };
        const objects = [
            object("v1", "ConfigMap", hold),
            object("v1", "PersistentVolume", { name: VOLUME }, { spec: theirs }),
        ];
        await kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
        await kubectl(["delete", "namespace", CLIENTS, "--wait=false"]);
        try {
            const remaining = "jsonpath={.status.conditions[?(@.type=='NamespaceFinalizersRemaining')].status}=True";
            await kubectl(["wait", "namespace", CLIENTS, `--for=${remaining}`, "--timeout=60s"]);
            const output = await failing({});
            assert.match(output, /the cluster has 2 problems; nothing was changed/);
            assert.match(
                output,
                new RegExp(`namespace ${CLIENTS} is being deleted, .*example\\.com/hold in 1 resource`),
            );
            assert.match(output, new RegExp(`volume ${VOLUME} is there already and is for claim default/theirs`));
        } finally {
            const free = JSON.stringify({ metadata: { finalizers: null } });
            await kubectl(["patch", "configmap", "hold", "-n", CLIENTS, "--type=merge", "-p", free]);
            await kubectl(["delete", "pv", VOLUME]);
            await kubectl(["wait", "--for=delete", "namespace", CLIENTS, "--timeout=60s"]);
        }
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

    it("says why a pod does not come up whose image is not there", async () => {
        const clientImage = `${access.registry.server}/nfs-storage-stack/visibility@sha256:${"0".repeat(64)}`;
        const output = await failing({ clientImage, mountOptions: MISTAKEN_OPTIONS });
        assert.match(output, /nfs-writer.* timed out waiting to be Ready/);
        assert.match(
            output,
            /the cluster says why.*\n +nfs-writer-0 on node-\d: (ErrImagePull|ImagePullBackOff): .*NotFound.*0000/,
        );
        // Pulumi's own line is not cut.
        assert.match(output, /\[writer\]\[(ErrImagePull|ImagePullBackOff)\] .*0000.*not found/);
    });

    it("ends with the check's own reason when the check fails", async () => {
        const output = await failing({ mountOptions: MISTAKEN_OPTIONS });
        assert.match(
            output,
            /the cluster says why.*\n +nfs-check-\w+ on node-\d: the mount does not have .* rsize=12345/,
        );
    });

    it("ends within seconds at ctrl-C, with nothing lost", async () => {
        const up = startMake("up");
        // The volume is made anew with other options, and its pods with it.
        await kubectl(["wait", "--for=delete", "--timeout=120s", "-n", CLIENTS, "statefulset/nfs-writer"]);
        await appears("-n", CLIENTS, "statefulset/nfs-writer");
        const { code, output } = await interrupted(up);
        assert.notEqual(code, 0);
        assert.match(output, /error: pulumi up was interrupted; nothing is lost/);
        await assertWhole();
    });

    it("goes on from there when everything is corrected, and passes, although the API server ends meanwhile", async () => {
        const up = startMake("up");
        await up.says(/✓ Look at what the interrupted command has left/);
        await appears("-n", CLIENTS, "deployment/nfs-readers");
        process.kill(await processOf(clusterFolder(own.name).root, "kube-apiserver"), "SIGKILL");
        const { code, stdout } = await up.ended;
        assert.equal(code, 0);
        assert.match(stdout, /verdict +passed/);
        const { components } = await clusterStatus(own.name);
        const server = components.find(({ name }) => name === "kube-apiserver");
        assert.match(server?.restarts.at(-1)?.reason ?? "", /ended by SIGKILL/);
        await assertComplete();
        const outputs = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        assert.equal(Evidence.parse(outputs.visibility).verdict, "passed");
    });

    it("names a server that does not start before those that wait for it, with its last words", async () => {
        const { writer } = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        // The two images mixed up.
        const output = await failing({ serverImage: writer.image });
        assert.match(output, /the cluster says why.*\n +nfs-server-0 on node-\d: .*the role is ""/);
    });

    it("is brought down in a second attempt when the first is interrupted, and a node dies in the second", async () => {
        const first = startMake("down");
        await kubectl(["wait", "--for=delete", "--timeout=120s", "-n", CLIENTS, "deployment/nfs-readers"]);
        const { output } = await interrupted(first);
        assert.match(output, /error: pulumi destroy was interrupted; nothing is lost/);
        await assertWhole();

        const second = startMake("down");
        await second.says(/✓ Look at what the interrupted command has left/);
        process.kill(await processOf(clusterFolder(own.name).root, "node-2"), "SIGKILL");
        assert.equal((await second.ended).code, 0);
    });
});
