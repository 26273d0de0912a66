import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy";
import fc from "fast-check";
import { at, isPatch, kubernetesObjects, plain, stackNameOf, titleOf, UNKNOWN } from "../../policies/shared/src";

/** What the SDK wraps around values before it hands them to a policy; not in its types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
    unknownCheckingProxy(value: object): unknown;
    unknownStringValue: string;
};

/** JSON, with the usual prototype of objects. */
const anyValue = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
/** As the engine sends values: unknown ones are a certain text. */
const sent = fc
    .dictionary(fc.string(), anyValue, { noNullPrototype: true })
    .map((value) => ({ value, late: unknownStringValue }));

describe("plain values of policies", () => {
    it("are what was sent, with UNKNOWN for what is not known, however deep", () => {
        fc.assert(
            fc.property(sent, fc.constantFrom("value", "late"), (value, key) => {
                const nested = { list: [value, { inner: value[key] }], known: value.value };
                const seen = plain(unknownCheckingProxy(nested));
                const own = { value: value.value, late: UNKNOWN };
                assert.deepEqual(seen, { list: [own, { inner: own[key] }], known: value.value });
            }),
        );
    });

    it("are found by path; under an unknown value everything is unknown", () => {
        const value = { spec: { list: [{ name: "a" }], none: null }, status: UNKNOWN };
        assert.equal(at(value, "spec", "list", 0, "name"), "a");
        assert.equal(at(value, "spec", "none"), undefined);
        assert.equal(at(value, "spec", "list", 7, "name"), undefined);
        assert.equal(at(value, "status", "phase"), UNKNOWN);
    });

    it("say what object they are of, of any version", () => {
        const judge = (type: string, props: Record<string, unknown>) =>
            kubernetesObjects({ urn: "u", name: "n", type, props });
        const [deployment] = judge("kubernetes:apps/v1beta2:Deployment", { metadata: { name: "web" } });
        assert.deepEqual([deployment?.group, deployment?.kind], ["apps", "Deployment"]);
        assert.ok(deployment);
        assert.equal(titleOf(deployment), "Deployment default/web");
        const [volume] = judge("kubernetes:core/v1:PersistentVolume", { metadata: { name: "data" } });
        assert.ok(volume);
        assert.equal(titleOf(volume), "PersistentVolume data");
        const [early] = judge("kubernetes:core/v1:Pod", {});
        assert.ok(early);
        assert.equal(titleOf(early), 'Pod "n"');
        assert.ok(judge("kubernetes:apps/v1:DeploymentPatch", {}).every(isPatch));
        assert.deepEqual(judge("pulumi:providers:kubernetes", {}), []);
        assert.deepEqual(judge("aws:s3/bucket:Bucket", {}), []);
    });

    it("are several of a List, whichever kind of list it is", () => {
        const titles = (type: string, items: unknown): string[] =>
            kubernetesObjects({ urn: "u", name: "n", type, props: { items } }).map(titleOf);
        const metadata = { name: "a" };
        const items = [
            { apiVersion: "apps/v1", kind: "Deployment", metadata },
            { apiVersion: "v1", kind: "PersistentVolume", metadata },
        ];
        assert.deepEqual(titles("kubernetes:core/v1:List", items), ["Deployment default/a", "PersistentVolume a"]);
        assert.deepEqual(titles("kubernetes:core/v1:ConfigMapList", [{ metadata }]), ["ConfigMap default/a"]);
        assert.deepEqual(titles("kubernetes:core/v1:List", [{}, 1, null]), []);
        // Of which nothing is known: it may be anything.
        assert.deepEqual(titles("kubernetes:core/v1:PodList", UNKNOWN), ['List "n"']);
    });

    it("say what stack they are of", () => {
        assert.equal(stackNameOf("urn:pulumi:prod::shop::kubernetes:core/v1:Pod::web"), "prod");
        assert.equal(stackNameOf("urn"), "");
    });
});
