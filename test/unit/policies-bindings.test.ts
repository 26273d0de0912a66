import assert from "node:assert/strict";
import fc from "fast-check";
import { judge as judgeEachOther } from "../../policies/bindings/each-other";
import { judge as judgeClass } from "../../policies/bindings/explicit-class";
import { judge as judgeOneClaim } from "../../policies/bindings/one-claim";
import { judge as judgeSatisfied } from "../../policies/bindings/satisfied";
import { judge as judgeServer } from "../../policies/bindings/server";
import { type Declared, volumesAndClaims } from "../../policies/bindings/volumes";
import { type Finding, isUnjudged, type KubernetesObject, UNKNOWN } from "../../policies/shared/src";

type Spec = Record<string, unknown>;

const object = (kind: string, metadata: Spec, spec: Spec): KubernetesObject => ({
    urn: `urn-${kind}-${metadata.name}`,
    resource: String(metadata.name),
    group: "core",
    kind,
    value: { metadata, spec },
});
const volume = (name: string, spec: Spec): KubernetesObject => object("PersistentVolume", { name }, spec);
const claim = (name: string, spec: Spec, namespace = "web"): KubernetesObject =>
    object("PersistentVolumeClaim", { name, namespace }, spec);
const reference = (name: string, namespace = "web"): Spec => ({ namespace, name });

function declared(objects: KubernetesObject[]): Declared {
    const all = volumesAndClaims(objects);
    assert.ok(all !== "not applicable");
    return all;
}
const urns = (findings: Finding[]): string[] => findings.map(({ urn }) => urn).sort();

function allFindings(objects: KubernetesObject[]): Finding[] {
    const all = declared(objects);
    const one = [judgeClass, judgeServer].flatMap((judge) =>
        objects.flatMap((each) => {
            const findings = judge(each);
            return findings === "not applicable" ? [] : findings;
        }),
    );
    return [...one, ...[judgeEachOther, judgeSatisfied, judgeOneClaim].flatMap((judge) => judge(all))];
}

const allProblems = (objects: KubernetesObject[]): Finding[] =>
    allFindings(objects).filter((finding) => !isUnjudged(finding));

/** A pair, right or wrong in any way that the rules know. */
const anyPair = fc.record({
    claimRef: fc.constantFrom(undefined, reference("c"), reference("d"), reference("c", "other"), {}),
    volumeName: fc.constantFrom(undefined, "", "v", "w"),
    classes: fc.tuple(fc.constantFrom(undefined, "", "a"), fc.constantFrom(undefined, "", "a")),
    modes: fc.tuple(fc.subarray(["ReadWriteMany", "ReadOnlyMany"]), fc.subarray(["ReadWriteMany", "ReadOnlyMany"])),
    sizes: fc.tuple(fc.constantFrom("1Gi", "1000M", "?"), fc.constantFrom("1Gi", "1000M", undefined)),
    server: fc.constantFrom(undefined, "nfs", "10.0.0.1"),
});
type AnyPair = typeof anyPair extends fc.Arbitrary<infer T> ? T : never;

const pairOf = ({ claimRef, volumeName, classes, modes, sizes, server }: AnyPair): KubernetesObject[] => [
    volume("v", {
        claimRef,
        storageClassName: classes[0],
        accessModes: modes[0],
        capacity: { storage: sizes[0] },
        ...(server && { nfs: { server } }),
    }),
    claim("c", {
        volumeName,
        storageClassName: classes[1],
        accessModes: modes[1],
        resources: { requests: { storage: sizes[1] } },
    }),
];

describe("rules about bindings", () => {
    it("want a volume and a claim to name each other, or neither", () => {
        fc.assert(
            fc.property(anyPair, (pair) => {
                const byVolume =
                    pair.claimRef === undefined
                        ? false
                        : JSON.stringify(pair.claimRef) === JSON.stringify(reference("c"));
                const byClaim = pair.volumeName === "v";
                const wrong = [...(byVolume && !byClaim ? ["claim"] : []), ...(byClaim && !byVolume ? ["volume"] : [])];
                const found = urns(judgeEachOther(declared(pairOf(pair))));
                assert.deepEqual(
                    found,
                    wrong.map((side) => (side === "claim" ? "urn-PersistentVolumeClaim-c" : "urn-PersistentVolume-v")),
                );
            }),
        );
    });

    it("find the one side that lacks its name among any number of right pairs", () => {
        fc.assert(
            fc.property(fc.nat(6), fc.nat(6), fc.boolean(), (others, at, ofVolume) => {
                const objects = Array.from({ length: others + 1 }, (_, index) => {
                    const wrong = index === at % (others + 1);
                    return [
                        volume(`v${index}`, wrong && ofVolume ? {} : { claimRef: reference(`c${index}`) }),
                        claim(`c${index}`, wrong && !ofVolume ? {} : { volumeName: `v${index}` }),
                    ];
                }).flat();
                const index = at % (others + 1);
                assert.deepEqual(urns(judgeEachOther(declared(objects))), [
                    ofVolume ? `urn-PersistentVolume-v${index}` : `urn-PersistentVolumeClaim-c${index}`,
                ]);
                assert.deepEqual(judgeOneClaim(declared(objects)), []);
            }),
        );
    });

    it("take what Kubernetes filled in for no wish", () => {
        const filledIn = { "pv.kubernetes.io/bound-by-controller": "yes" };
        const marked = object(
            "PersistentVolumeClaim",
            { name: "c", namespace: "web", annotations: filledIn },
            { volumeName: "v" },
        );
        const chosen = { ...marked, value: { ...(marked.value as Spec), status: { phase: "Bound" } } };
        const reserved = volume("v", { claimRef: reference("c") });
        assert.deepEqual(judgeEachOther(declared([volume("v", {}), chosen])), []);
        assert.equal(judgeEachOther(declared([reserved, chosen])).length, 1);
        assert.deepEqual(judgeEachOther(declared([reserved, marked])), [], "the mark of a copy means nothing");
    });

    it("say of rivals who the others are", () => {
        const rivals = ["a", "b", "c"].map((name) => claim(name, { volumeName: "v" }));
        const problems = judgeOneClaim(declared(rivals));
        assert.deepEqual(
            problems.map((problem) => "found" in problem && problem.found),
            [
                'spec.volumeName "v", asked for by PersistentVolumeClaim web/b and PersistentVolumeClaim web/c too',
                'spec.volumeName "v", asked for by PersistentVolumeClaim web/a and PersistentVolumeClaim web/c too',
                'spec.volumeName "v", asked for by PersistentVolumeClaim web/a and PersistentVolumeClaim web/b too',
            ],
        );
    });

    it("judge no more when less is known", () => {
        const anyPath = fc.array(fc.nat(6), { minLength: 1, maxLength: 4 });
        fc.assert(
            fc.property(anyPair, fc.nat(1), anyPath, (pair, which, path) => {
                const known = pairOf(pair);
                const less = structuredClone(known);
                const target = less[which];
                assert.ok(target);
                target.value = withUnknown(target.value, path);
                const [before, after] = [allProblems(known), allProblems(less)];
                assert.ok(after.length <= before.length, JSON.stringify({ before, after }));
            }),
            { numRuns: 1000 },
        );
    });

    it("have nothing to say about other objects", () => {
        assert.equal(volumesAndClaims([object("Pod", { name: "p" }, { nfs: {} })]), "not applicable");
        assert.equal(judgeClass(object("Pod", { name: "p" }, { volumeName: "v" })), "not applicable");
        assert.equal(judgeClass(claim("c", {})), "not applicable");
        assert.equal(judgeServer(volume("v", { hostPath: {} })), "not applicable");
    });
});

/** The value with UNKNOWN somewhere: each step of the path chooses one of the keys. */
function withUnknown(value: unknown, path: number[]): unknown {
    const [step, ...rest] = path;
    if (step === undefined || value === null || typeof value !== "object") return UNKNOWN;
    const keys = Object.keys(value).filter((key) => (value as Spec)[key] !== undefined);
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return UNKNOWN;
    const changed = withUnknown((value as Spec)[key], rest);
    return Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
}
