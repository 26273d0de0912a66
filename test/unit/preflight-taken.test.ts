// What the preflight says of what is in the cluster under the stack's names.
import assert from "node:assert/strict";
import { partLabels } from "../../components/names";
import { type ClaimFacts, claimFacts, endingNamespace, type VolumeFacts, volumeFacts } from "../../preflight/facts";
import { findingText } from "../../preflight/finding";
import { endingData, endings, takenPair, unpreviewable } from "../../preflight/taken";

const place = { namespace: "nfs-storage-stack", stack: "dev" };
const names = {
    namespaces: ["lab-server", "lab-clients"],
    serverClaim: { namespace: "lab-server", name: "data" },
    pair: { namespace: "lab-clients", name: "lab-volume" },
};
const pair = (volume: VolumeFacts | undefined, claim: ClaimFacts | undefined): string[] =>
    takenPair(names, volume, claim).map((finding) => findingText(place, finding));
const oneText = (texts: readonly string[]): string => {
    assert.equal(texts.length, 1, texts.join("\n"));
    return texts[0] ?? "";
};
const DELETED = "2026-01-01T00:00:00Z";

const volumeFor = (claimRef: object | undefined, metadata: object = {}): VolumeFacts =>
    volumeFacts({ metadata: { name: "lab-volume", ...metadata }, spec: { claimRef } });
const ours = { namespace: "lab-clients", name: "lab-volume" };
const claimOf = (volumeName: string | undefined, uid = "1"): ClaimFacts =>
    claimFacts({ metadata: { uid }, spec: { volumeName } });

describe("preflight, of a claim that is being deleted", () => {
    const ending = claimFacts({
        metadata: { uid: "1", deletionTimestamp: DELETED },
        spec: { volumeName: "lab-volume" },
    });

    it("says of the stack's own that its pods would be made in vain, and the way out", () => {
        const text = oneText(pair(undefined, ending));
        assert.match(text, /^claim lab-clients\/lab-volume is being deleted, .*the data stays on the server/);
        assert.match(
            text,
            /kubectl delete statefulset,deployment,pod --namespace lab-clients .*\n {4}pulumi up --refresh/s,
        );
        assert.deepEqual(pair(undefined, claimOf("lab-volume")), []);
    });

    it("says of the one behind the share that the data goes with it, while it can still be saved", () => {
        const texts = (claim: ClaimFacts | undefined): string[] =>
            endingData(names, claim).map((finding) => findingText(place, finding));
        assert.match(oneText(texts(ending)), /^claim lab-server\/data, which holds the data .*Copy the data now/);
        assert.deepEqual([...texts(claimOf("x")), ...texts(undefined)], []);
    });
});

describe("preflight, of the stack's own volume", () => {
    const labels = partLabels("lab-volume");
    const volume = (nfs: object | undefined, its: object = labels): VolumeFacts =>
        volumeFacts({ metadata: { name: "lab-volume", labels: its }, spec: { claimRef: ours, nfs } });
    const warned = (found: VolumeFacts | undefined, wanted: { server?: string; path?: string }): string[] =>
        unpreviewable(names, found, wanted).map((finding) => findingText(place, finding));
    const there = { server: "10.96.0.7", path: "/share" };

    it("says before a preview what only `up` can do: another path, another address", () => {
        assert.match(
            oneText(warned(volume(there), { path: "/data" })),
            /^volume lab-volume is for 10\.96\.0\.7:\/share, and the settings want 10\.96\.0\.7:\/data: .* stays.*\n {4}pulumi up --skip-preview$/,
        );
        assert.match(
            oneText(warned(volume(there), { server: "10.96.0.9", path: "/share" })),
            /the settings want 10\.96\.0\.9:\/share/,
        );
    });

    it("says nothing of one that stays, is not there, or is another's", () => {
        assert.deepEqual(warned(volume(there), there), []);
        assert.deepEqual(warned(volume(there), {}), []);
        assert.deepEqual(warned(undefined, { path: "/data" }), []);
        assert.deepEqual(warned(volume(there, {}), { path: "/data" }), []);
        assert.deepEqual(warned(volume(undefined), { path: "/data" }), []);
    });
});

describe("preflight, of a namespace of the stack's", () => {
    const ending = (...conditions: object[]): string[] => {
        const found = endingNamespace({
            metadata: { name: "lab-clients", deletionTimestamp: DELETED },
            status: { phase: "Terminating", conditions },
        });
        return endings(found ? [found] : []).map((finding) => findingText(place, finding));
    };

    it("has nothing to say when it stays", () => {
        assert.equal(endingNamespace({ metadata: { name: "lab-clients" }, status: { phase: "Active" } }), undefined);
    });

    it("says that it is being deleted, and the command that shows why it is still there", () => {
        assert.equal(
            oneText(ending()),
            "namespace lab-clients is being deleted, and nothing can be made in it before it is gone\n" +
                "    kubectl get namespace lab-clients --output yaml",
        );
    });

    it("says what holds it, in Kubernetes's own words", () => {
        const remaining = {
            type: "NamespaceContentRemaining",
            status: "True",
            message: "Some resources are remaining: configmaps. has 1 resource instances",
        };
        const finalizers = {
            type: "NamespaceFinalizersRemaining",
            status: "True",
            message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        };
        const fine = { type: "NamespaceDeletionContentFailure", status: "False", message: "All content deleted" };
        assert.match(oneText(ending(fine, remaining)), /gone: Some resources are remaining: configmaps\. has 1/);
        const text = oneText(ending(fine, remaining, finalizers));
        assert.match(text, /gone: Some content .* finalizers remaining: example\.com\/hold in 1 resource instances\n/);
        assert.doesNotMatch(text, /configmaps|All content/);
    });
});

describe("preflight, of a volume and a claim under the stack's names", () => {
    it("has nothing to say when there are none, or the stack's own", () => {
        assert.deepEqual(pair(undefined, undefined), []);
        assert.deepEqual(pair(volumeFor({ ...ours, uid: "1" }), claimOf("lab-volume")), []);
        assert.deepEqual(pair(volumeFor(ours), undefined), [], "made, and its claim not yet");
        assert.deepEqual(pair(undefined, claimOf("lab-volume")), [], "deleted by hand: `up` makes it anew");
        const freed = volumeFor(undefined, { labels: partLabels("lab-volume") });
        assert.deepEqual(pair(freed, undefined), [], "released by hand");
    });

    it("names the claim that another volume's claim stands for", () => {
        const text = oneText(pair(undefined, claimOf("pvc-17")));
        assert.match(
            text,
            /^claim lab-clients\/lab-volume is there already and is for volume pvc-17, so it is not this/,
        );
        assert.match(text, /\n {4}kubectl describe pvc --namespace lab-clients lab-volume$/);
        assert.match(oneText(pair(undefined, claimOf(undefined))), /asks for any volume/);
    });

    it("names the claim that has the volume, where it is another's", () => {
        const text = oneText(pair(volumeFor({ namespace: "theirs", name: "data", uid: "7" }), undefined));
        assert.match(
            text,
            /^volume lab-volume is there already and is for claim theirs\/data, so it is not this stack's/,
        );
        assert.match(text, /for claim lab-clients\/lab-volume: delete it, or call the stack something else\n/);
        assert.match(text, /\n {4}kubectl describe pv lab-volume$/);
        assert.match(oneText(pair(volumeFor(undefined), undefined)), /is for any claim/);
    });

    it("says how a volume is released whose claim is gone", () => {
        for (const claim of [undefined, claimOf("lab-volume", "2")]) {
            const text = oneText(pair(volumeFor({ ...ours, uid: "1" }), claim));
            assert.match(
                text,
                /^volume lab-volume was bound to a claim that is gone, and Kubernetes binds it to no other/,
            );
            assert.match(
                text,
                /\n {4}kubectl patch pv lab-volume --type json --patch '\[.*"\/spec\/claimRef\/uid"\}\]'\n/,
            );
            assert.match(text, /\n {4}pulumi up --refresh$/);
        }
    });

    it("leaves a volume alone that is on its way out", () => {
        assert.deepEqual(pair(volumeFor({ ...ours, uid: "1" }, { deletionTimestamp: DELETED }), undefined), []);
    });

    it("tells of both at once", () => {
        assert.equal(pair(volumeFor(undefined), claimOf("pvc-17")).length, 2);
    });
});
