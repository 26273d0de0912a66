// What a changed deployment reaches, and what is the same revision.
import assert from "node:assert/strict";
import type { NfsStorageStackArgs } from "../../components";
import type { Provisioned } from "../harness/engine";
import { digestOf, managed } from "./cluster";
import { made, POD, types } from "./made";
import { at, environment, named } from "./named";

describe("a changed deployment", () => {
    const podOf = (got: Provisioned, type: string, name: string) => at(named(got, type, name), POD);
    const withMessage = (message: string) => made({ ...managed, writer: { message } });

    it("is the same revision when nothing changed", async () => {
        assert.equal((await made()).outputs.revision, (await made()).outputs.revision);
    });

    it("in its message reaches the writer and the check, and leaves the readers running", async () => {
        const [one, other] = [await withMessage("one"), await withMessage("other")];
        assert.notEqual(one.outputs.revision, other.outputs.revision);
        assert.deepEqual(podOf(one, types.deployment, "nfs-readers"), podOf(other, types.deployment, "nfs-readers"));
        assert.notDeepEqual(podOf(one, types.statefulSet, "nfs-writer"), podOf(other, types.statefulSet, "nfs-writer"));
        assert.deepEqual(podOf(one, types.statefulSet, "nfs-server"), podOf(other, types.statefulSet, "nfs-server"));
        const revisionOf = (got: Provisioned) => environment(named(got, types.pod, "nfs-check"), "spec").REVISION;
        assert.notEqual(revisionOf(one), revisionOf(other));
        assert.equal(revisionOf(one), one.outputs.revision);
    });

    it("in images, server configuration, export, mount options or what the writer is told is another revision", async () => {
        const { server } = managed;
        const changed: NfsStorageStackArgs[] = [
            managed,
            { ...managed, clientImage: { reference: `registry.test/visibility@${digestOf("c")}` } },
            { ...managed, mountOptions: ["hard", "nfsvers=4.1"] },
            { ...managed, server: { ...server, exportPath: "/other" } as typeof server },
            { ...managed, server: { ...server, graceSeconds: 20 } as typeof server },
            { ...managed, server: { ...server, address: "10.96.0.8" } as typeof server },
            { ...managed, server: { ...server, image: { reference: `r.test/s@${digestOf("d")}` } } as typeof server },
            { ...managed, server: { address: "10.96.0.8", path: "/share" } },
            { ...managed, writer: { message: "other" } },
            { ...managed, writer: { writeIntervalMs: 70 } },
        ];
        const revisions = new Set<unknown>();
        for (const args of changed) revisions.add((await made(args)).outputs.revision);
        assert.equal(revisions.size, changed.length);
    });

    it("in the number of readers is the same revision", async () => {
        const more = await made({ ...managed, readers: { replicas: 5 } });
        assert.equal(more.outputs.revision, (await made()).outputs.revision);
    });
});
