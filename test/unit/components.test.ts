// The pure decisions beside the components.
import assert from "node:assert/strict";
import { encodeEvidence, unhonouredMountOptions } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { evidenceOf } from "../../components/check-evidence";
import { literal } from "../../components/client-pod";
import { httpUrl } from "../../components/export";
import { defaultMountOptions } from "../../components/mount-options";
import { placedPods } from "../../components/placed-pods";
import { away } from "../../components/placement";
import { ended, evidence } from "../components/cluster";

/** As the kubelet expands a variable (k8s.io/kubernetes third_party/forked/golang/expansion), with none defined. */
function expanded(text: string): string {
    return text.replace(/\$(\$|\([^)]*\))/g, (_, what: string) => (what === "$" ? "$" : "expanded!"));
}

describe("decisions of the components", () => {
    it("a text reaches a pod as it was written, whatever Kubernetes would read in it", () => {
        assert.equal(expanded("costs $(POD_NAME)"), "costs expanded!");
        const text = fc.string({ unit: fc.constantFrom("$", "(", ")", "A", " ") });
        fc.assert(fc.property(text, (written) => expanded(literal(written)) === written));
    });

    it("an address in a URL is in brackets when it has colons", () => {
        assert.equal(httpUrl("10.96.0.1", 8080), "http://10.96.0.1:8080");
        assert.equal(httpUrl("fd00::1", 8080), "http://[fd00::1]:8080");
    });

    it("the default mount options are those that /proc/mounts shows again", () => {
        const kernel = ["vers=4.2", "hard", "timeo=600", "retrans=2", "noresvport", "nosharecache", "lookupcache=pos"];
        const limits = ["acregmin=1", "acregmax=1", "acdirmin=1", "acdirmax=1"];
        assert.deepEqual(unhonouredMountOptions(defaultMountOptions("4.2"), [...kernel, ...limits]), []);
        assert.deepEqual(unhonouredMountOptions(defaultMountOptions("4.1"), [...kernel, ...limits]), ["vers=4.1"]);
    });

    it("nothing to keep away from is no affinity, which Kubernetes would refuse empty", () => {
        assert.equal(away({}), undefined);
        assert.equal(away({ placement: "preferred" }), undefined);
    });

    it("the pods behind a Service are listed ready or not, in the order of their names", () => {
        const pod = (name: string, nodeName: string) => ({ nodeName, targetRef: { kind: "Pod", name } });
        const subsets = [
            { addresses: [pod("b", "node-2")], notReadyAddresses: [pod("c", "node-3")] },
            { addresses: [pod("a", "node-1"), pod("b", "node-2"), { nodeName: "node-9" }] },
        ];
        assert.deepEqual(placedPods(subsets), {
            pods: ["a", "b", "c"],
            nodes: ["node-1", "node-2", "node-3"],
        });
        assert.deepEqual(placedPods(undefined), { pods: [], nodes: [] });
    });

    it("evidence says first what was found, for those who show only its beginning", () => {
        const text = encodeEvidence({ ...evidence, verdict: "failed", reason: "no record was seen" });
        assert.ok(text.startsWith('{"verdict":"failed","reason":"no record was seen"'), text);
    });

    it("evidence is what the container left when it ended, and nothing before", () => {
        assert.deepEqual(evidenceOf(ended(encodeEvidence(evidence))), evidence);
        const beside = [{ state: { terminated: { message: "bye" } } }, { state: {} }];
        const { containerStatuses = [] } = ended(encodeEvidence(evidence));
        assert.deepEqual(evidenceOf({ containerStatuses: [...beside, ...containerStatuses] }), evidence);
        for (const status of [undefined, {}, { containerStatuses: [] }, ended(), ended("")]) {
            assert.equal(evidenceOf(status), undefined);
        }
    });
});
