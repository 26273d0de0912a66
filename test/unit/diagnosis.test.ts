// Why something of the stack does not come up, from what a cluster says of its
// pods: each reason once, the first in the chain first.
import assert from "node:assert/strict";
import { encodeEvidence, labels, type Role, roles } from "@nfs-storage-stack/contract";
import { causes, type EventObject, type PodObject } from "../../diagnosis/causes";
import { type ClaimSizes, growthWarning } from "../../diagnosis/growth";
import { evidence } from "../components/cluster";

type Status = NonNullable<PodObject["status"]>;
const pod = (name: string, role: Role, status: Status): PodObject => ({
    metadata: { name, labels: { [labels.component]: role } },
    spec: { nodeName: "node-1" },
    status,
});
const container = (state: object, more: object = {}): Status => ({
    phase: "Running",
    containerStatuses: [{ ready: false, state, ...more }],
});
const event = (name: string, reason: string, message: string, more: Partial<EventObject> = {}): EventObject => ({
    type: "Warning",
    reason,
    message,
    involvedObject: { kind: "Pod", name },
    lastTimestamp: "2026-01-01T00:00:00Z",
    ...more,
});
const creating = container({ waiting: { reason: "ContainerCreating" } });
const running = container({ running: {} });
const none = new Map<string, string>();

describe("why something does not come up", () => {
    it("is nothing where all pods are ready or done", () => {
        const fine = { phase: "Running", containerStatuses: [{ ready: true, state: { running: {} } }] };
        const pods = [pod("a", roles.writer, fine), pod("b", roles.check, { phase: "Succeeded" })];
        assert.deepEqual(causes(pods, [event("a", "FailedMount", "long ago")], none), []);
    });

    it("begins with the server, whichever pod was waited for", () => {
        const pods = [
            pod("nfs-check-1", roles.check, creating),
            pod("nfs-readers-1", roles.reader, running),
            pod("nfs-server-0", roles.server, container({ waiting: { reason: "ErrImagePull", message: "not found" } })),
        ];
        const events = [event("nfs-check-1", "FailedMount", "mount.nfs: Connection refused")];
        assert.deepEqual(causes(pods, events, new Map([["nfs-readers-1", "not ready: the share has not answered"]])), [
            "nfs-server-0 on node-1: ErrImagePull: not found",
            "nfs-readers-1 on node-1: its log ends with: not ready: the share has not answered",
            "nfs-check-1 on node-1: FailedMount: mount.nfs: Connection refused",
        ]);
    });

    it("is the check's own reason, from the evidence that a failed attempt has left", () => {
        const message = encodeEvidence({ ...evidence, verdict: "failed", reason: "rsize=12345 is not honoured" });
        const failed = container(
            { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
            { lastState: { terminated: { exitCode: 1, reason: "Error", message } } },
        );
        const [line, ...others] = causes([pod("nfs-check-1", roles.check, failed)], [], none);
        assert.equal(line, "nfs-check-1 on node-1: rsize=12345 is not honoured");
        assert.deepEqual(others, []);
    });

    it("is the end of a container that left no word, and each kind of event once, as it was last", () => {
        const killed = container({ terminated: { exitCode: 137, reason: "OOMKilled" } });
        const events = [
            event("w", "FailedMount", "old", { lastTimestamp: "2026-01-01T00:00:00Z" }),
            event("w", "FailedMount", "new", { lastTimestamp: "2026-01-01T00:01:00Z" }),
            event("w", "BackOff", "echo"),
            event("w", "Pulled", "good news", { type: "Normal" }),
            event("other", "FailedMount", "another's"),
        ];
        assert.deepEqual(causes([pod("w", roles.writer, killed)], events, none), [
            "w on node-1: its container ended with exit code 137 (OOMKilled); FailedMount: new",
        ]);
    });

    it("is the end of a log, where that is what a container left", () => {
        const message = "starting\nreading\nentry: Ganesha does not take its configuration\nfirst\nsecond\n";
        const ended = container({ terminated: { exitCode: 1, reason: "Error", message } });
        assert.deepEqual(causes([pod("s", roles.server, ended)], [], none), [
            "s on node-1: entry: Ganesha does not take its configuration first second",
        ]);
    });

    it("names a controller that can't make its pods", () => {
        const refused = event("nfs-server", "FailedCreate", "exceeded quota", {
            involvedObject: { kind: "StatefulSet", name: "nfs-server" },
        });
        assert.deepEqual(causes([], [refused], none), ["nfs-server: FailedCreate: exceeded quota"]);
    });

    it("is one line of bounded length, whatever is said", () => {
        const long = container({ waiting: { reason: "RunContainerError", message: `a\nb${"c".repeat(9_000)}` } });
        const [line = ""] = causes([pod("w", roles.writer, long)], [], none);
        assert.doesNotMatch(line, /\n/);
        assert.ok(line.length < 600);
    });
});

describe("a volume that is to grow", () => {
    const sizes = (storage?: string, has?: string): ClaimSizes => ({
        spec: { resources: { requests: { storage } } },
        status: { capacity: { storage: has } },
    });

    it("is worth a word while it has less than was asked for", () => {
        assert.equal(
            growthWarning("storage/data", sizes("2Gi", "1024Mi")),
            "the volume behind the share has 1024Mi, and is to have 2Gi: it is still growing, or it can't. " +
                "kubectl describe pvc --namespace storage data says which",
        );
    });

    it("is not when it has that, or more, in whichever unit, or is not bound", () => {
        for (const [asked, has] of [["2Gi", "2048Mi"], ["2Gi", "5Gi"], ["2Gi"], []])
            assert.equal(growthWarning("storage/data", sizes(asked, has)), undefined);
        assert.equal(growthWarning("storage/data", {}), undefined);
    });
});
