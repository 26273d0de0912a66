// Whatever a component is called, what Kubernetes is given are names and labels that it takes.
import assert from "node:assert/strict";
import fc from "fast-check";
import * as components from "../../components";
import { provision, type RegisteredResource } from "../harness/engine";
import { ready } from "./cluster";
import { at } from "./named";

/** apimachinery, validation.go: IsDNS1035Label, IsDNS1123Subdomain, IsValidLabelValue. */
const SERVICE = /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(?=.{0,63}$)(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
/** Of a StatefulSet: a hash of 32 bits in decimals, stateful_set_utils.go: newRevision. */
const REVISION = "4294967295";
/** As Kubernetes and Pulumi end names that they choose. */
const CHOSEN = "x7k2p";

function wrongIn(resource: RegisteredResource): string[] {
    const kind = resource.type.split(":").at(-1);
    const given = at(resource, "metadata.name") as string | undefined;
    const name = given ?? `${at(resource, "metadata.generateName") ?? `${resource.name}-`}${CHOSEN}`;
    const rule = kind === "Service" ? SERVICE : SUBDOMAIN;
    const paths = ["metadata.labels", "spec.selector.matchLabels", "spec.template.metadata.labels"];
    const labels = paths.flatMap((path) => Object.values((at(resource, path) ?? {}) as Record<string, string>));
    if (kind === "StatefulSet") labels.push(`${name}-${REVISION}`, `${name}-0`);
    return [
        ...(rule.test(name) ? [] : [`${kind} is called ${name}`]),
        ...labels.filter((value) => !LABEL_VALUE.test(value)).map((value) => `${kind} has the label ${value}`),
    ];
}

function everyComponent(name: string): void {
    const image = { reference: "registry.test/a@sha256:0" };
    const client = { namespace: "clients", claim: "data", image: "registry.test/a@sha256:0" };
    const server = new components.NfsServer(name, {
        namespace: "server",
        image,
        clientNetworks: ["10.0.0.1/32"],
    });
    new components.NfsVolume(name, { export: server.export, namespace: "clients" });
    const writer = new components.VolumeWriter(name, { ...client, revision: "r1" });
    new components.VolumeReaders(name, { ...client, writer });
    new components.VisibilityCheck(name, { ...client, writer, revision: "r1", mountOptions: [] });
}

describe("names of what components make", function () {
    this.timeout(60_000);
    const wrong = async (name: string): Promise<string[]> => {
        const { resources } = await provision(() => everyComponent(name), { outputs: ready });
        const made = resources.filter(({ type, read }) => type.startsWith("kubernetes:") && !read);
        assert.equal(made.filter(({ type }) => type.endsWith(":StatefulSet")).length, 2);
        return made.flatMap(wrongIn);
    };

    for (const name of [
        "a",
        "x".repeat(52),
        "x".repeat(53),
        "x".repeat(57),
        "x".repeat(300),
        "9lives",
        "My Share",
        "가",
        "-",
    ]) {
        it(`are valid for ${name.length > 20 ? `${name.length} letters` : JSON.stringify(name)}`, async () => {
            assert.deepEqual(await wrong(name), []);
        });
    }

    it("are valid for any name", async () => {
        const names = fc.oneof(
            fc.string({ minLength: 1, maxLength: 80, unit: "grapheme" }),
            fc.stringMatching(/^[a-z0-9-]{1,80}$/),
        );
        await fc.assert(
            fc.asyncProperty(names, async (name) => assert.deepEqual(await wrong(name), [])),
            { numRuns: 25 },
        );
    });
});
