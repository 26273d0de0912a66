// The whole path as a user walks it: make on an embedded cluster, a real mount
// on two nodes, and the claims of the stack checked by pods of our own.
import assert from "node:assert/strict";
import { nfsMounts } from "../../commands/mounts";
import { chained, Evidence, isIntact, JournalRecord, journal } from "../../contract/src";
import { clusterAccess } from "../../embedded/cluster";
import type { StackOutputs } from "../../outputs";
import { broughtUp, ownInstance } from "./instance";

const own = ownInstance("stack");
const { make, makes, startMake, kubectl } = own;

async function outputs(): Promise<StackOutputs> {
    return JSON.parse((await makes("outputs")).stdout) as StackOutputs;
}

/** All records of the journal as a pod on `node` reads them through its own node's mount. */
async function journalReadOn(node: string, { volume, writer }: StackOutputs): Promise<JournalRecord[]> {
    const name = `look-from-${node}`;
    const { namespace } = volume;
    const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace },
        spec: {
            nodeName: node,
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 4242,
                runAsGroup: 4242,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name: "look",
                    image: writer.image,
                    command: [
                        "node",
                        "-e",
                        `const fs = require("fs"), all = "/share/${journal.folder}/", d = all + fs.readdirSync(all)[0] + "/";
                         for (const f of fs.readdirSync(d).sort()) if (f.startsWith("journal-")) process.stdout.write(fs.readFileSync(d + f));`,
                    ],
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    volumeMounts: [{ name: "share", mountPath: "/share", readOnly: true }],
                },
            ],
            volumes: [{ name: "share", persistentVolumeClaim: { claimName: volume.claim, readOnly: true } }],
        },
    };
    await kubectl(["create", "-f", "-"], JSON.stringify(pod));
    try {
        await kubectl([
            "wait",
            "-n",
            namespace,
            `pod/${name}`,
            "--for=jsonpath={.status.phase}=Succeeded",
            "--timeout=120s",
        ]);
        const text = await kubectl(["logs", "-n", namespace, name]);
        const whole = text.slice(0, text.lastIndexOf("\n")); // the last line may be just being written
        return whole.split("\n").map((line) => JournalRecord.parse(JSON.parse(line)));
    } finally {
        await kubectl(["delete", "pod", "-n", namespace, name, "--wait=true"]);
    }
}

function assertChain(records: JournalRecord[]): void {
    for (const [i, record] of records.entries()) {
        assert.ok(isIntact(record), `record ${record.sequence} is not what its hash says`);
        const before = records[i - 1];
        if (before) {
            const { previous: _, hash: __, ...body } = record;
            assert.deepEqual(record, chained({ ...body, sequence: before.sequence + 1 }, before.hash));
        }
    }
}

describe("the stack on an embedded cluster", () => {
    broughtUp(own);

    it("refuses wrong settings with one error that lists them all, before anything is made", async () => {
        const made = await make("up", { SETTINGS: "{readers: -1, mesage: hello, capacity: much}" });
        assert.notEqual(made.code, 0);
        for (const named of ["readers", "mesage", "capacity"]) assert.match(made.output, new RegExp(named));
        const resources = await kubectl(["get", "namespaces", "-o", "name"]);
        assert.doesNotMatch(resources, /nfs-storage-stack/);
    });

    it("comes up with evidence that data written on one node was read on another", async () => {
        const { stdout } = await makes("up");
        assert.match(stdout, /verdict +passed/);
        const { visibility } = await outputs();
        const evidence = Evidence.parse(visibility);
        assert.equal(evidence.verdict, "passed");
        assert.equal(evidence.changedDataSeen, true);
        assert.notEqual(evidence.writer.node, evidence.checker.node);
    });

    it("has told the truth: pods of our own read the same chain on both nodes", async () => {
        const out = await outputs();
        const evidence = Evidence.parse(out.visibility);
        const access = await clusterAccess(own.name);
        assert.equal(access?.nodes.length, 2);
        for (const node of access?.nodes ?? []) {
            const records = await journalReadOn(node, out);
            assertChain(records);
            const last = records.find(({ sequence }) => sequence === evidence.lastSequence);
            assert.equal(last?.hash, evidence.chainHead, `on ${node}`);
            assert.equal(last?.revision, evidence.revision);
        }
    });

    it("says in its outputs what the cluster says", async () => {
        const { volume, server, writer, readers } = await outputs();
        const claim = JSON.parse(await kubectl(["get", "pvc", "-n", volume.namespace, volume.claim, "-o", "json"]));
        const pv = JSON.parse(await kubectl(["get", "pv", volume.persistentVolume, "-o", "json"]));
        assert.equal(claim.status.phase, "Bound");
        assert.equal(volume.phase, "Bound");
        assert.equal(claim.spec.volumeName, volume.persistentVolume);
        assert.equal(pv.spec.claimRef.name, volume.claim);
        assert.equal(pv.spec.nfs.server, server.address);
        assert.equal(pv.spec.nfs.path, server.path);
        assert.deepEqual(pv.spec.mountOptions, volume.mountOptions);
        const pods = JSON.parse(await kubectl(["get", "pods", "-n", volume.namespace, "-o", "json"])).items as {
            metadata: { name: string };
            spec: { nodeName: string };
        }[];
        const nodeOf = (pod: string): string | undefined =>
            pods.find(({ metadata }) => metadata.name === pod)?.spec.nodeName;
        for (const { pods: names, nodes } of [writer, readers]) {
            assert.ok(names.length > 0);
            assert.deepEqual(names.map(nodeOf).sort(), [...nodes].sort());
        }
    });

    it("finds nothing to change when it is previewed or deployed again", async () => {
        const before = Evidence.parse((await outputs()).visibility);
        const preview = await makes("preview");
        assert.doesNotMatch(preview.output, /to (create|update|delete|replace)/);
        const again = await makes("up");
        assert.doesNotMatch(again.output, /\d+ (created|updated|deleted|replaced)/);
        assert.deepEqual(Evidence.parse((await outputs()).visibility), before);
    });

    it("is put right by `up` after what somebody did to it by hand", async () => {
        const { server, readers } = await outputs();
        const replicas = async (kind: string, { namespace, name }: { namespace: string; name: string }) => {
            const path = "jsonpath={.spec.replicas} {.status.readyReplicas}";
            return (await kubectl(["get", kind, "-n", namespace, name, "-o", path])).trim();
        };
        const [set, deployment] = [
            { namespace: server.namespace ?? "", name: "nfs-server" },
            { namespace: readers.namespace, name: "nfs-readers" },
        ];
        await kubectl(["scale", "statefulset", "-n", set.namespace, set.name, "--replicas=0"]);
        await kubectl(["delete", "deployment", "-n", deployment.namespace, deployment.name]);
        const mended = await makes("up");
        assert.deepEqual(
            [await replicas("statefulset", set), await replicas("deployment", deployment)],
            ["1 1", "2 2"],
        );
        assert.match(mended.output, /1 created/);

        // Kubernetes says now that the number is kubectl's; the settings are whose it is.
        await kubectl(["scale", "deployment", "-n", deployment.namespace, deployment.name, "--replicas=1"]);
        await makes("up", { SETTINGS: JSON.stringify({ readers: 3 }) });
        assert.equal(await replicas("deployment", deployment), "3 3");
        await makes("up");
        assert.equal(await replicas("deployment", deployment), "2 2");
    });

    it("verifies once more on demand, with fresh evidence", async () => {
        const before = Evidence.parse((await outputs()).visibility);
        await makes("verify");
        const after = Evidence.parse((await outputs()).visibility);
        assert.equal(after.verdict, "passed");
        assert.ok(after.checkedAt > before.checkedAt);
        assert.ok(after.lastSequence > before.lastSequence);
    });

    it("carries a changed message to the readers without restarting them", async () => {
        const before = await outputs();
        const message = `changed at ${new Date().toISOString()}`;
        await makes("up", { SETTINGS: JSON.stringify({ message }) });
        const after = await outputs();
        assert.notEqual(after.visibility.revision, before.visibility.revision);
        assert.equal(after.visibility.verdict, "passed");
        assert.deepEqual(after.readers.pods, before.readers.pods);
        for (const pod of after.readers.pods) {
            const [restarts, page] = await Promise.all([
                kubectl([
                    "get",
                    "pod",
                    "-n",
                    after.volume.namespace,
                    pod,
                    "-o",
                    "jsonpath={.status.containerStatuses[0].restartCount}",
                ]),
                kubectl([
                    "get",
                    "--raw",
                    `/api/v1/namespaces/${after.volume.namespace}/pods/${pod}:8080/proxy/state.json`,
                ]),
            ]);
            assert.equal(restarts, "0");
            assert.ok(page.includes(message), `${pod} shows: ${page}`);
        }
    });

    it("opens the readers' page on a port of loopback until ctrl-C", async () => {
        const opened = startMake("open");
        const [, url = ""] = await opened.says(/(http:\/\/127\.0\.0\.1:\d+\/)/);
        const page = await fetch(url);
        assert.equal(page.status, 200);
        assert.match(await page.text(), /<tbody id="records">/);
        const state = await (await fetch(`${url}state.json`)).text();
        assert.match(state, /"writer":\{"pod":"nfs-writer-0"/);
        assert.match(state, /"type":"nfs4"/);
        process.kill(-opened.pid, "SIGINT"); // what a terminal does
        const { output } = await opened.ended;
        assert.doesNotMatch(output, /error/);
        await assert.rejects(fetch(url), (error: Error) => /ECONNREFUSED/.test(String(error.cause)));
    });

    it("goes down and leaves no object of the stack and no mount", async () => {
        const { volume } = await outputs();
        const access = await clusterAccess(own.name);
        assert.ok(access);
        await makes("down");
        // `down` stops the cluster; what its disks and etcd hold is looked at after starting it again.
        await makes("cluster", { ARGS: "up" });
        assert.doesNotMatch(await kubectl(["get", "namespaces", "-o", "name"]), new RegExp(volume.namespace));
        assert.equal(await kubectl(["get", "pv", "-o", "name"]), "");
        assert.deepEqual(await nfsMounts(own.name, access.nodes), []);
        assert.deepEqual(await outputs(), {});
    });
});
