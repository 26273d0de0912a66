// The configuration of a stack: what is accepted, and that everything wrong with
// it is said at once, with the way to mend it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { journal } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { parse } from "yaml";
import { ConfigurationError, NAMESPACE, parseSettings } from "../../settings";
import { type KeyName, keys } from "../../settings/keys";

const enough = {
    context: "lab",
    registryServer: "127.0.0.1:5000",
    clientNetworks: '["10.0.0.1/32"]',
};

function problemsOf(raw: Record<string, string>): ConfigurationError {
    try {
        parseSettings(raw);
    } catch (error) {
        assert.ok(error instanceof ConfigurationError, String(error));
        return error;
    }
    throw new assert.AssertionError({ message: `accepted: ${JSON.stringify(raw)}` });
}

interface ProjectFile {
    name: string;
    config: Record<string, { type: string; description: string; default: unknown; items?: { type: string } }>;
}
const projectFile = parse(readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8")) as ProjectFile;
/** As the CLI hands the defaults of Pulumi.yaml to a program. */
const cliDefaults = Object.fromEntries(
    Object.entries(projectFile.config).map(([key, { default: value }]) => [
        key,
        typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
);

/** One value for each key that is refused whatever the others are. */
const refused: Partial<Record<KeyName, string>> = {
    registryServer: "https://registry.example.org",
    baseImage: "not an image",
    platform: "windows",
    serverImage: "registry.example.org/nfs-server:latest",
    clientImage: "visibility",
    externalServer: "filer.example.org:/share",
    externalNfsVersion: "3",
    clientNetworks: '["10.0.0.0/33"]',
    networkPolicy: "yes",
    serverAddress: "nfs.example.org",
    exportPath: "share",
    graceSeconds: "0",
    leaseSeconds: "1.5",
    storageClassName: "Fast SSD",
    retainData: "1",
    adoptData: "TRUE",
    capacity: "10 GB",
    mountOptions: '["soft"]',
    userId: "0",
    groupId: "-1",
    readers: "two",
    message: "\u00e9".repeat(journal.maxMessageBytes),
    writeInterval: "250",
    pollInterval: "1ns",
    freshness: "forever",
    checkRecords: "0",
    checkTimeout: "1h",
    placement: "anywhere",
};

describe("settings", () => {
    it("need a context, networks and a registry, and have defaults for the rest", () => {
        const { cluster, stack } = parseSettings(enough);
        assert.deepEqual(cluster, { context: "lab" });
        assert.equal(stack.capacity, "1Gi");
        assert.deepEqual(stack.identity, { uid: 10001, gid: 10001 });
        const missing = problemsOf({}).problems.map(({ key }) => key);
        assert.deepEqual(missing.sort(), ["clientNetworks", "context", "registryServer"]);
    });

    it("are the same whether the CLI fills in the defaults of Pulumi.yaml or nobody does", () => {
        assert.equal(projectFile.name, NAMESPACE);
        assert.deepEqual(parseSettings({ ...cliDefaults, ...enough }), parseSettings(enough));
    });

    it("are declared in Pulumi.yaml, each with type, description and default", () => {
        assert.deepEqual(Object.keys(projectFile.config).sort(), Object.keys(keys).sort());
        for (const [key, declared] of Object.entries(projectFile.config)) {
            assert.ok(["string", "boolean", "integer", "array"].includes(declared.type), key);
            assert.match(declared.description, /^\S.{15,}[.)]$/, key);
            assert.notEqual(declared.default, undefined, `${key}: the CLI demands a value for a key without a default`);
        }
    });

    it("read texts as values", () => {
        const { stack } = parseSettings({
            ...enough,
            writeInterval: "1.5s",
            freshness: "1m30s",
            readers: "3",
            mountOptions: '["hard","actimeo=3"]',
            checkRecords: "2",
        });
        assert.equal(stack.writer?.writeIntervalMs, 1500);
        assert.equal(stack.readers?.freshnessMs, 90_000);
        assert.equal(stack.readers?.replicas, 3);
        assert.deepEqual(stack.mountOptions, ["hard", "actimeo=3"]);
    });

    it("take a server of somebody else's in the place of one of the stack's own", () => {
        const { stack } = parseSettings({ context: "lab", registryServer: "r.test", externalServer: "10.0.0.7:/a/b" });
        assert.deepEqual(stack.server, { address: "10.0.0.7", path: "/a/b", nfsVersion: "4.2" });
        const { problems } = problemsOf({ ...enough, externalServer: "[fd00::7]:/share", retainData: "true" });
        assert.deepEqual(
            problems.map(({ key }) => key),
            ["retainData"],
        );
    });

    it("take images that exist in the place of a registry", () => {
        const image = (letter: string) => `r.test/x@sha256:${letter.repeat(64)}`;
        const { registryServer: _, ...rest } = enough;
        const { stack } = parseSettings({ ...rest, serverImage: image("a"), clientImage: image("b") });
        assert.deepEqual(stack.clientImage, { reference: image("b") });
        const { problems } = problemsOf({ ...rest, serverImage: image("a") });
        assert.match(problems[0]?.allowed ?? "", /or set clientImage$/);
    });

    it("name the key that was probably meant, and never show the value of one that is unknown", () => {
        const { message } = problemsOf({ ...enough, mesage: "s3cret" });
        assert.match(message, /mesage .*was message meant\?/);
        assert.match(message, /pulumi config rm nfs-storage-stack:mesage/);
        assert.doesNotMatch(message, /s3cret/);
        assert.doesNotMatch(problemsOf({ ...enough, zebra: "1" }).message, /meant/);
        assert.doesNotMatch(problemsOf({ ...enough, constructor: "1", __proto__x: "1" }).message, /undefined/);
    });

    it("say what was given, what is allowed and how to change it", () => {
        const { message } = problemsOf({ ...enough, readers: "-1" });
        assert.match(message, /readers is "-1": a whole number from 1 to 100 is allowed/);
        assert.match(message, /pulumi config set nfs-storage-stack:readers 2/);
        const list = problemsOf({ ...enough, clientNetworks: '["0.0.0.0/0"]' }).message;
        assert.match(list, /let everyone mount/);
        assert.match(list, /pulumi config set --path 'nfs-storage-stack:clientNetworks\[0\]' 10\.0\.0\.0\/24/);
    });

    it("are refused where values are right alone and wrong together", () => {
        const keysOf = (raw: Record<string, string>) =>
            problemsOf({ ...enough, ...raw }).problems.map(({ key }) => key);
        assert.deepEqual(keysOf({ graceSeconds: "5" }), ["leaseSeconds"]);
        assert.deepEqual(keysOf({ writeInterval: "6s", checkTimeout: "4m" }), ["freshness"]);
        assert.deepEqual(keysOf({ checkRecords: "1000" }), ["checkTimeout"]);
        assert.deepEqual(keysOf({ registryUsername: "me" }), ["registryPassword"]);
        assert.deepEqual(keysOf({ registryPassword: "s3cret" }), ["registryUsername"]);
    });

    it("report every problem at once, whichever they are", () => {
        const names = Object.keys(refused) as KeyName[];
        assert.deepEqual(
            Object.keys(keys).filter((key) => !names.includes(key as KeyName)),
            ["context", "kubeconfig", "registryUsername", "registryPassword"],
        );
        fc.assert(
            fc.property(fc.subarray(names, { minLength: 1 }), (wrong) => {
                const given = Object.fromEntries(wrong.map((key) => [key, refused[key] ?? ""]));
                const reported = problemsOf({ ...enough, ...given }).problems.map(({ key }) => key);
                for (const key of wrong) {
                    assert.equal(reported.filter((one) => one === key).length, 1, `${key} among ${reported}`);
                }
            }),
        );
    });

    it("never fail in another way, whatever is given", () => {
        const names = Object.keys(keys);
        const raw = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.string());
        fc.assert(
            fc.property(raw, (given) => {
                try {
                    parseSettings({ ...given });
                } catch (error) {
                    assert.ok(error instanceof ConfigurationError, String(error));
                    assert.ok(error.problems.length > 0);
                }
            }),
        );
    });
});
