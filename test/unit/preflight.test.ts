// What the preflight says about a cluster, by what is known of it.
import assert from "node:assert/strict";
import { partLabels } from "../../components/names";
import { claimFacts, type Facts, nodeFacts, storageClassFacts, volumeFacts, type Wants } from "../../preflight/facts";
import { type Finding, findingsText, findingText } from "../../preflight/finding";
import { judge } from "../../preflight/judge";
import { type NodeOptions, node, storageClass } from "../harness/api-server";

const nodes = (...options: NodeOptions[]): Facts["nodes"] => ({
    value: options.map((one, index) =>
        nodeFacts(node(`node-${index + 1}`, { address: `10.0.0.${index + 1}`, ...one })),
    ),
});
const classes = (...all: object[]): Facts["storageClasses"] => ({ value: all.map(storageClassFacts) });

const fitting: Facts = {
    nodes: nodes({}, {}),
    storageClasses: classes(storageClass("standard", true)),
    rights: [{ value: { verb: "create", resource: "namespaces", allowed: true } }],
    taken: {
        ending: [],
        volume: { value: undefined },
        claim: { value: undefined },
        serverClaim: { value: undefined },
        users: { value: [] },
    },
};
const names = {
    namespaces: ["share-server", "share-clients"],
    serverClaim: { namespace: "share-server", name: "data" },
    pair: { namespace: "share-clients", name: "share" },
};
const wants: Wants = {
    placement: "required",
    preview: false,
    source: { path: "/share" },
    capacity: "1Gi",
    build: { machine: "linux/amd64" },
    server: { clientNetworks: ["10.0.0.0/24"], storage: {} },
};
const place = { namespace: "nfs-storage-stack", stack: "dev" };
const texts = (findings: readonly Finding[]): string[] => findings.map((finding) => findingText(place, finding));
const problems = (facts: Partial<Facts>, want: Partial<Wants> = {}): string[] =>
    texts(judge({ ...wants, ...want }, { ...fitting, ...facts }, names).problems);
const warnings = (facts: Partial<Facts>, want: Partial<Wants> = {}): string[] =>
    texts(judge({ ...wants, ...want }, { ...fitting, ...facts }, names).warnings);

const oneText = (texts: readonly string[]): string => {
    assert.equal(texts.length, 1, texts.join("\n"));
    return texts[0] ?? "";
};

describe("preflight", () => {
    it("says nothing of a cluster that fits", () => {
        assert.deepEqual(judge(wants, fitting, names), { problems: [], warnings: [], notes: [] });
    });

    it("says what a preview can't show in previews only", () => {
        const volume = volumeFacts({
            metadata: { labels: partLabels("share") },
            spec: {
                claimRef: { namespace: "share-clients", name: "share" },
                nfs: { server: "10.96.0.7", path: "/old" },
            },
        });
        const taken = { ...fitting.taken, volume: { value: volume } };
        assert.match(oneText(warnings({ taken }, { preview: true })), /pulumi up --skip-preview$/);
        assert.deepEqual(warnings({ taken }), []);
    });

    it("tells all problems at once, each with the command that mends it", () => {
        const facts = {
            ...fitting,
            nodes: nodes({ address: "10.1.0.1" }),
            storageClasses: classes(storageClass("slow")),
        };
        const { problems } = judge(wants, facts, names);
        const text = findingsText(place, "lab", problems);
        assert.match(
            text,
            /^stack dev can't go to context "lab": the cluster has 3 problems; nothing was changed\n {2}/,
        );
        for (const command of [
            "pulumi config set nfs-storage-stack:placement preferred --stack dev",
            "pulumi config set --path 'nfs-storage-stack:clientNetworks[1]' 10.1.0.1/32 --stack dev",
            "pulumi config set nfs-storage-stack:storageClassName slow --stack dev",
        ]) {
            assert.ok(text.includes(`\n      ${command}`), text);
        }
    });

    describe("of nodes", () => {
        it("wants a second one where readers must be away from the writer", () => {
            const text = oneText(problems({ nodes: nodes({}) }));
            assert.match(text, /placement is "required": .* only node-1 takes pods/);
            assert.deepEqual(problems({ nodes: nodes({}) }, { placement: "preferred" }), []);
        });

        it("does not count those that never take the stack's pods", () => {
            const control = { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] };
            const windows = { nodeInfo: { operatingSystem: "windows" } };
            assert.match(oneText(problems({ nodes: nodes({}, control, windows) })), /only node-1 takes pods/);
            assert.match(problems({ nodes: nodes(control) }).join(), /nodes: none of them takes pods/);
            const soft = { taints: [{ key: "any", effect: "PreferNoSchedule" }] };
            assert.deepEqual(problems({ nodes: nodes({}, soft) }), []);
        });

        it("only warns of those that are away for a while, or previews would fail during an upgrade", () => {
            const gone = { ready: false, taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }] };
            for (const [away, state] of [
                [gone, "not ready"],
                [{ unschedulable: true }, "cordoned"],
            ] as const) {
                assert.deepEqual(problems({ nodes: nodes({}, away) }), []);
                assert.match(oneText(warnings({ nodes: nodes({}, away) })), new RegExp(`node-2 is ${state}`));
                assert.deepEqual(warnings({ nodes: nodes({}, {}, away) }), []);
            }
        });

        it("names those that the server would refuse", () => {
            const text = oneText(problems({ nodes: nodes({}, { address: "10.0.1.7" }, { address: "10.0.1.9" }) }));
            assert.match(
                text,
                /clientNetworks is \["10\.0\.0\.0\/24"\]: .* node-2 \(10\.0\.1\.7\), node-3 \(10\.0\.1\.9\)/,
            );
            assert.match(text, /clientNetworks\[1\]' 10\.0\.1\.0\/28/);
            assert.doesNotMatch(text, /node-1/);
        });

        it("names a few of many", () => {
            const many = Array.from({ length: 20 }, (_, index) => ({ address: `10.0.1.${index + 1}` }));
            assert.match(oneText(problems({ nodes: nodes(...many) })), /node-5 \(10\.0\.1\.5\) and 15 more nodes/);
        });

        it("asks for no networks where somebody else runs the server", () => {
            const { server: _, ...external } = wants;
            const facts = { ...fitting, nodes: nodes({ address: "10.9.9.1" }, { address: "10.9.9.2" }) };
            assert.deepEqual(judge(external, facts, names).problems, []);
        });

        it("warns where their pods' networks are not among the clients'", () => {
            const bridged = nodes({ podCIDR: "10.42.0.0/24" }, { podCIDR: "10.42.1.0/24" });
            const text = oneText(warnings({ nodes: bridged }));
            assert.match(text, /10\.42\.0\.0\/24, 10\.42\.1\.0\/24/);
            assert.match(text, /clientNetworks\[1\]' 10\.42\.0\.0\/23/);
            const more = ["10.42.0.0/16", "10.42.0.1/32 10.42.1.1/32"];
            for (const networks of more) {
                const clientNetworks = ["10.0.0.0/24", ...networks.split(" ")];
                assert.deepEqual(warnings({ nodes: bridged }, { server: { clientNetworks } }), []);
            }
            const beside = nodes({}, { address: "10.9.9.9", podCIDR: "10.42.0.0/24" });
            assert.match(oneText(problems({ nodes: beside })), /clientNetworks\[1\]' 10\.9\.9\.9\/32/);
            assert.match(oneText(warnings({ nodes: beside })), /clientNetworks\[2\]' 10\.42\.0\.0\/24/);
            const routed = { podCIDR: "10.42.0.0/24", providerID: "gce://project/zone/name" };
            assert.deepEqual(warnings({ nodes: nodes(routed, routed) }), []);
        });

        it("warns of systems that can't mount NFS", () => {
            const on = (osImage: string) => warnings({ nodes: nodes({}, { nodeInfo: { osImage } }) });
            assert.match(
                oneText(on("Bottlerocket OS 1.20.0 (aws-k8s-1.30)")),
                /node-2: Bottlerocket has no mount\.nfs/,
            );
            assert.match(oneText(on("K3s v1.31.4+k3s1")), /k3d/);
            assert.deepEqual(on("Ubuntu 24.04.1 LTS"), []);
        });
    });

    describe("of images", () => {
        const arm = { nodeInfo: { architecture: "arm64" } };

        it("wants the platform of the nodes", () => {
            const amd = { build: { machine: "linux/amd64", platform: "linux/amd64" } };
            assert.match(
                oneText(problems({ nodes: nodes(arm, arm) }, amd)),
                /platform is "linux\/amd64": .* linux\/arm64/,
            );
            const variant = { build: { machine: "linux/amd64", platform: "linux/arm64/v8" } };
            assert.deepEqual(problems({ nodes: nodes(arm, arm) }, variant), []);
        });

        it("warns where the engine's own is probably another", () => {
            assert.match(
                oneText(warnings({ nodes: nodes(arm, arm) })),
                /platform is not set: .* nodes are linux\/arm64/,
            );
            assert.match(oneText(warnings({ nodes: nodes(arm, {}) })), /linux\/amd64 and linux\/arm64/);
        });

        it("says nothing of those that exist already", () => {
            const { build: _, ...given } = wants;
            assert.deepEqual(judge(given, { ...fitting, nodes: nodes(arm, arm) }, names).warnings, []);
        });
    });

    describe("of the volume behind the share", () => {
        it("wants a default class where none is named, and the one that is named", () => {
            const none = classes(storageClass("slow"), storageClass("fast"));
            assert.match(
                oneText(problems({ storageClasses: none })),
                /none is the cluster's default; there are slow, fast/,
            );
            assert.match(oneText(problems({ storageClasses: classes() })), /no StorageClass at all/);
            const named = (className: string) => ({
                server: { clientNetworks: ["10.0.0.0/24"], storage: { className } },
            });
            assert.deepEqual(problems({ storageClasses: none }, named("fast")), []);
            const wrong = oneText(problems({ storageClasses: none }, named("fats")));
            assert.match(wrong, /storageClassName is "fats": there is no such StorageClass; there are slow, fast/);
            assert.match(wrong, /storageClassName fast --stack dev$/);
        });

        it("asks for none when the volume is there already, or is one that was kept", () => {
            const there = { ...fitting.taken, serverClaim: { value: { uid: "1", ending: false } } };
            assert.deepEqual(problems({ storageClasses: classes(), taken: there }), []);
            const kept = { server: { clientNetworks: ["10.0.0.0/24"] } };
            assert.deepEqual(problems({ storageClasses: classes() }, kept), []);
        });

        describe("that is there, and is to have another size", () => {
            const has = (status: object, spec: object = {}): Facts["taken"] => ({
                ...fitting.taken,
                serverClaim: {
                    value: claimFacts({
                        metadata: { uid: "1" },
                        spec: {
                            storageClassName: "standard",
                            volumeName: "pvc-1",
                            resources: { requests: { storage: "2Gi" } },
                            ...spec,
                        },
                        status,
                    }),
                },
            });
            const bound = { capacity: { storage: "2Gi" } };
            const wanting = (capacity: string) => ({
                capacity,
            });
            const growing = classes({ ...storageClass("standard", true), allowVolumeExpansion: true });

            it("asks no class for the size that it has, however it is written", () => {
                for (const same of ["2Gi", "2048Mi"]) {
                    assert.deepEqual(problems({ storageClasses: classes(), taken: has(bound) }, wanting(same)), []);
                }
            });

            it("lets it grow where its class does", () => {
                assert.deepEqual(problems({ storageClasses: growing, taken: has(bound) }, wanting("3Gi")), []);
            });

            it("refuses where its class does not, with the command that allows it", () => {
                const said = oneText(problems({ taken: has(bound) }, wanting("3Gi")));
                assert.match(said, /^capacity is "3Gi": claim share-server\/data behind the share has 2Gi, and its/);
                assert.match(said, /StorageClass standard does not let volumes grow/);
                assert.match(
                    said,
                    /\n {4}pulumi config set .*capacity 2Gi --stack dev\n {4}kubectl patch storageclass/,
                );
            });

            it("refuses where there is no class, or it is gone", () => {
                const gone = problems({ storageClasses: classes(), taken: has(bound) }, wanting("3Gi"));
                assert.match(oneText(gone), /is of StorageClass standard, which is not there/);
                const none = has(bound, { storageClassName: "" });
                const without = problems({ storageClasses: growing, taken: none }, wanting("3Gi"));
                assert.match(oneText(without), /is of no StorageClass/);
            });

            it("refuses to make it smaller, but for what was asked for and never came", () => {
                const said = oneText(problems({ storageClasses: growing, taken: has(bound) }, wanting("1Gi")));
                assert.match(said, /capacity is "1Gi": .* has 2Gi, and Kubernetes makes no volume smaller/);
                assert.match(said, /capacity 2Gi --stack dev$/);
                const hasLess = has({ capacity: { storage: "1Gi" } });
                assert.deepEqual(problems({ storageClasses: growing, taken: hasLess }, wanting("1536Mi")), []);
                const back = oneText(problems({ storageClasses: growing, taken: hasLess }, wanting("1Gi")));
                assert.match(back, /has 1Gi and asks for 2Gi, which has not come/);
                assert.match(back, /capacity 1025Mi --stack dev$/);
            });

            it("refuses a larger size for one that has no volume yet", () => {
                const pending = has({}, { volumeName: undefined });
                const said = oneText(problems({ storageClasses: growing, taken: pending }, wanting("3Gi")));
                assert.match(said, /asks for 2Gi and is not bound yet/);
            });

            it("lets the share's claim say its old size while pods of others use it, and says which", () => {
                const claim = has(bound).serverClaim;
                const judged = (taken: Partial<Facts["taken"]>, want: Partial<Wants> = {}) =>
                    judge(
                        { ...wants, capacity: "3Gi", ...want },
                        { ...fitting, taken: { ...fitting.taken, claim, ...taken } },
                        names,
                    );
                const used = judged({ users: { value: ["a", "b", "c", "d"] } });
                assert.equal(used.claimSize, "2Gi");
                assert.match(
                    used.notes[0] ?? "",
                    /^claim share-clients\/share goes on saying 2Gi, while its volume says 3Gi: pods use it: a, b, c and 1 more\./,
                );
                assert.equal(judged({ users: { value: [] } }).claimSize, undefined);
                assert.equal(judged({ users: { value: ["a"] } }, { capacity: "2048Mi" }).claimSize, undefined);
                const unread = judged({ users: { unread: "forbidden" } });
                assert.deepEqual([unread.claimSize, unread.notes.length], ["2Gi", 1]);
                const kept = { server: { clientNetworks: ["10.0.0.0/24"] } };
                assert.equal(judged({ users: { value: ["a"] } }, kept).claimSize, undefined);
            });

            it("says that it was not looked at where classes may not be read", () => {
                const facts = { ...fitting, storageClasses: { unread: "forbidden" }, taken: has(bound) };
                const { notes, problems } = judge({ ...wants, ...wanting("3Gi") }, facts, names);
                assert.deepEqual(problems, []);
                assert.deepEqual(notes, ["StorageClasses could not be read, so capacity was not checked: forbidden"]);
            });
        });
    });

    it("names what the user may not make or read", () => {
        const rights = [
            { value: { verb: "create", resource: "persistentvolumes", allowed: false } },
            { value: { verb: "get", resource: "namespaces", name: "kube-system", allowed: false } },
            { value: { verb: "create", group: "scheduling.k8s.io", resource: "priorityclasses", allowed: false } },
            { unread: "no reviews" },
        ];
        const said = problems({ rights }).join("\n");
        assert.match(said, /may not create persistentvolumes, .*kubectl auth can-i create persistentvolumes/s);
        assert.match(said, /may not get namespaces kube-system, .*kubectl auth can-i get namespaces kube-system/s);
        assert.match(said, /placement is "required": .*give way.* may not create priorityclasses/);
    });

    it("leaves open what may not be read, and says so once for each", () => {
        const unread = { unread: "nodes is forbidden" };
        const facts = {
            ...fitting,
            nodes: unread,
            storageClasses: unread,
            rights: [unread, unread],
            taken: {
                ending: [unread, unread],
                volume: unread,
                claim: { value: undefined },
                serverClaim: { value: undefined },
                users: { value: [] },
            },
        };
        const { problems, notes } = judge(wants, facts, names);
        assert.deepEqual(problems, []);
        assert.equal(notes.length, 5);
        assert.match(notes[0] ?? "", /placement, platform, clientNetworks were not checked: nodes is forbidden/);
    });
});
