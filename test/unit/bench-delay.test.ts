import assert from "node:assert/strict";
import { added, idleProcess, plainReader, plainVolume } from "../../bench/delay-objects";
import { shareOfCore, usesIn } from "../../bench/node-use";
import { counterIn, delayIn, delayText } from "../../bench/reader-figures";

describe("the objects that the delay is measured with", () => {
    const probe = { httpGet: { path: "/ready", port: 8080 } };
    const reader = {
        name: "reader",
        image: "image",
        args: ["reader"],
        env: [],
        volumeMounts: [{ name: "share", mountPath: "/share" }],
        ...{ startupProbe: probe, readinessProbe: probe, livenessProbe: probe },
        securityContext: { runAsNonRoot: true },
    };
    const claimed = (claimName: string) => [{ name: "share", persistentVolumeClaim: { claimName, readOnly: true } }];
    const stack = [
        {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: { name: "volume" },
            spec: { mountOptions: ["hard"], nfs: { server: "1" }, claimRef: { namespace: "clients", name: "volume" } },
        },
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: "volume", namespace: "clients" },
            spec: { volumeName: "volume" },
        },
        { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "server" } },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "readers", namespace: "clients" },
            spec: {
                template: {
                    metadata: { labels: { of: "readers" } },
                    spec: {
                        affinity: {},
                        topologySpreadConstraints: [],
                        containers: [reader],
                        volumes: claimed("volume"),
                    },
                },
            },
        },
    ];

    it("are the stack's volume without options, under another name", () => {
        const [volume, claim] = plainVolume(stack);
        assert.deepEqual(volume?.spec, { nfs: { server: "1" }, claimRef: { namespace: "clients", name: added.plain } });
        assert.equal(volume?.metadata.name, added.plain);
        assert.deepEqual(claim?.metadata, { name: added.plain, namespace: "clients" });
        assert.deepEqual(claim?.spec, { volumeName: added.plain });
    });

    it("are the stack's reader on that, which the stack does not take for its own", () => {
        const { metadata, spec } = plainReader(stack);
        assert.deepEqual(metadata, { name: added.plain, namespace: "clients" });
        assert.deepEqual(spec?.volumes, claimed(added.plain));
        assert.deepEqual(spec?.containers, [reader]);
        assert.deepEqual(spec?.affinity, {});
    });

    it("are a process of the same image on the same node that has no share and is not asked", () => {
        const { spec } = idleProcess(stack, "node-1");
        assert.equal(spec?.nodeName, "node-1");
        assert.equal(spec?.volumes, undefined);
        const [container] = (spec as { containers: (typeof reader)[] }).containers;
        assert.equal(container?.image, "image");
        assert.deepEqual(container?.securityContext, reader.securityContext);
        for (const gone of ["args", "volumeMounts", "startupProbe", "readinessProbe", "livenessProbe"]) {
            assert.ok(!(gone in (container ?? {})), gone);
        }
    });
});

describe("what containers take", () => {
    it("is told of each, as a share of a core between two looks", () => {
        const before = usesIn("a 100.00 2000000 50000 60000\nb 100.10 0 1 1\n").get("a");
        const after = usesIn("a 160.00 3500000 50000 60000\n").get("a");
        assert.ok(before && after);
        assert.equal(shareOfCore(before, after), 0.025);
        assert.deepEqual([after.megabytes, after.mostMegabytes], [51.2, 61.44]);
    });
});

describe("the delays that a reader tells of", () => {
    const text = (records: number, quick: number, shown: number, soon: number): string =>
        [
            `nfs_visibility_records_verified_total ${records}`,
            `nfs_visibility_delay_seconds_bucket{le="0.1"} ${quick}`,
            `nfs_visibility_delay_seconds_bucket{le="+Inf"} ${records}`,
            `nfs_visibility_change_delay_seconds_bucket{le="1"} ${soon}`,
            `nfs_visibility_change_delay_seconds_bucket{le="+Inf"} ${shown}`,
            "",
        ].join("\n");

    it("are counted between two readings of its metrics", () => {
        assert.deepEqual(delayIn(text(100, 50, 80, 20), text(300, 240, 280, 170)), {
            records: 200,
            journalInTime: 0.95,
            documentInTime: 0.75,
        });
        assert.throws(() => counterIn(text(1, 1, 1, 1), "nfs_visibility_looks_total"), /have no nfs_visibility_looks/);
    });

    it("are told in milliseconds", () => {
        assert.equal(delayText({ p50: 20.6, p99: 63, max: 80.2 }), "median 21 ms, p99 63 ms, longest 80 ms");
        assert.equal(delayText(null), "nothing was seen");
    });
});
