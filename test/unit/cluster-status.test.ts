import assert from "node:assert/strict";
import { ago, type ClusterStatus, describe as show, stepsWaiting } from "../../embedded/cluster/status";

const now = Date.parse("2026-01-02T00:00:00Z");

describe("a time span", () => {
    it("is told in its two largest units", () => {
        assert.equal(ago("2026-01-01T23:59:58Z", now), "2 s");
        assert.equal(ago("2026-01-01T23:54:58Z", now), "5 min 2 s");
        assert.equal(ago("2025-12-29T20:00:01Z", now), "3 d 3 h");
        assert.equal(ago("2026-01-01T23:00:00Z", now), "1 h");
    });

    it("is nothing when the clock went back", () => {
        assert.equal(ago("2026-01-02T00:00:09Z", now), "0 s");
    });
});

describe("the status of a cluster", () => {
    const status: ClusterStatus = {
        name: "one",
        state: "ready",
        since: "2026-01-01T23:00:00Z",
        ports: { api: 20001, registry: 20002 },
        steps: stepsWaiting(),
        components: [
            { name: "etcd", state: "running", pid: 12, since: "2026-01-01T23:00:00Z", restarted: 0, restarts: [] },
            {
                name: "node-1",
                state: "running",
                pid: 34,
                since: "2026-01-01T23:59:00Z",
                restarted: 12,
                restarts: [{ at: "2026-01-01T23:58:59Z", reason: "ended by SIGKILL" }],
            },
        ],
        nodes: [
            {
                name: "node-1",
                address: "10.97.0.11",
                ready: true,
                keptEvents: 7,
                slowestMs: 230,
                services: [
                    {
                        name: "node-1/kubelet",
                        restarted: 1,
                        restarts: [{ at: "2026-01-01T23:59:59Z", reason: "ended with exit code 137" }],
                    },
                ],
            },
        ],
        usage: {
            etcd: { memory: 50 * 1024 ** 2, disk: 60 * 1024 ** 2 },
            "node-1": { memory: 1.5 * 1024 ** 3, disk: 2 * 1024 ** 3 },
            supervisor: { memory: 70 * 1024 ** 2, disk: 1024 ** 2 },
        },
    };

    it("fits on a screen and says where the cluster is, what runs and what had to be started again", () => {
        const text = show(status, now);
        assert.match(text, /cluster one: ready for 1 h/);
        assert.match(text, /https:\/\/127\.0\.0\.1:20001/);
        assert.match(text, /etcd +running +1 h +50 MiB +60 MiB +0/);
        assert.match(text, /node-1 +Ready +1 min +1\.5 GiB +2\.0 GiB +12/);
        assert.match(text, /started again 1 min 1 s ago: ended by SIGKILL/);
        assert.match(text, /node-1\/kubelet +1\n +started again 1 s ago: ended with exit code 137/);
        assert.match(text, /10\.97\.0\.11, slowest answer 0\.2 s, 7 lost interrupts made good/);
        assert.match(text, /all +1\.6 GiB +2\.1 GiB/);
        assert.ok(text.split("\n").length < 24);
        for (const line of text.split("\n")) assert.equal(line, line.trimEnd());
    });

    it("says when certificates end soon, and what renews them", () => {
        const soon = { ...status, certificatesEnd: "2026-01-20T00:00:00.000Z" };
        assert.match(show(soon, now), /certificates end on 2026-01-20: a stop and an up renew them/);
        assert.doesNotMatch(show({ ...status, certificatesEnd: "2026-06-01T00:00:00.000Z" }, now), /certificates/);
    });

    it("is short when nothing runs", () => {
        const text = show({ ...status, state: "stopped" }, now);
        assert.match(text, /stopped/);
        assert.doesNotMatch(text, /etcd/);
    });
});
