// The configuration of a stack: what is accepted, and that everything wrong with
// it is said at once, with the way to mend it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { journal } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { parse } from "yaml";
import { projectFile as projectFileText, settingsPage } from "../../commands/settings-files";
import { ConfigurationError, parseSettings as parseOf } from "../../settings";
import { groups, type KeyName, keys } from "../../settings/keys";
import { NAMESPACE } from "../../settings/namespace";

const parseSettings = (raw: Readonly<Record<string, string>>) => parseOf(raw, "dev");

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
    tolerationSeconds: "-1",
    leaseSeconds: "1.5",
    storageClassName: "Fast SSD",
    retainData: "1",
    protectData: "on",
    adoptData: "TRUE",
    capacity: "10 GB",
    mountOptions: '["soft"]',
    userId: "0",
    groupId: "-1",
    readers: "two",
    context: "two\nlines",
    kubeconfig: "a\0",
    registryUsername: "\u001b[31m",
    registryPassword: "one\ntwo",
    message: "\u00e9".repeat(journal.maxMessageBytes),
    writeInterval: "250",
    recordSize: "32769",
    recordsPerSync: "0",
    journalSize: "1Ki",
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

    it("are declared in Pulumi.yaml and explained in docs/settings.md as settings/keys.ts says: run `make settings`", () => {
        const project = readFileSync(join(__dirname, "../../Pulumi.yaml"), "utf8");
        assert.equal(project, projectFileText(project));
        assert.equal(readFileSync(join(__dirname, "../../docs/settings.md"), "utf8"), settingsPage());
    });

    it("are declared each with type, description and default", () => {
        assert.deepEqual(Object.keys(projectFile.config).sort(), Object.keys(keys).sort());
        for (const [key, declared] of Object.entries(projectFile.config)) {
            assert.ok(["string", "boolean", "integer", "array"].includes(declared.type), key);
            assert.match(declared.description, /^[A-Z].{15,}\.$/, key);
            assert.notEqual(declared.default, undefined, `${key}: the CLI demands a value for a key without a default`);
        }
    });

    it("leave everything of Pulumi.yaml as it is but its config, which comes last", () => {
        const above = "name: x\n# a comment\n";
        assert.ok(
            projectFileText(`${above}config:\n  old:\n    type: string\n`).startsWith(`${above}config:\n  # Where`),
        );
        assert.throws(() => projectFileText("name: x\n"), /must end with `config:`/);
        assert.throws(() => projectFileText("config:\n  a: b\nname: x\n"), /must end with `config:`/);
    });

    it("are each in one group, where people find them", () => {
        assert.deepEqual(groups.flatMap(({ names }) => [...names]).sort(), Object.keys(keys).sort());
    });

    it("read texts as values", () => {
        const { stack } = parseSettings({
            ...enough,
            writeInterval: "1.5s",
            freshness: "1m30s",
            readers: "3",
            mountOptions: '["hard","actimeo=3"]',
            checkRecords: "2",
            journalSize: "64Mi",
        });
        assert.equal(stack.writer?.writeIntervalMs, 1500);
        assert.equal(stack.writer?.journalBytes, 67_108_864);
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
        assert.match(
            list,
            /pulumi config set --path 'nfs-storage-stack:clientNetworks\[0\]' 10\.0\.0\.0\/24 --stack dev/,
        );
        const second = problemsOf({ ...enough, clientNetworks: '["10.0.0.0/8","::/0"]' }).message;
        assert.match(second, /clientNetworks\[1\]/);
        assert.match(second, /or in Pulumi\.dev\.yaml/);
    });

    it("never show a password, right or wrong", () => {
        const { message } = problemsOf({ ...enough, registryUsername: "me", registryPassword: "s3cret\nmore" });
        assert.match(message, /registryPassword is "…": one line of text is allowed/);
        assert.match(message, /pulumi config set --secret nfs-storage-stack:registryPassword --stack dev/);
        assert.doesNotMatch(message, /s3cret/);
    });

    it("are not blamed for what follows from another one that is wrong", () => {
        const keysOf = (raw: Record<string, string>) => problemsOf(raw).problems.map(({ key }) => key);
        assert.deepEqual(keysOf({ ...enough, leaseSeconds: "60", graceSeconds: "1h" }), ["graceSeconds"]);
        assert.deepEqual(keysOf({ ...enough, writeInterval: "30s", checkRecords: "-1" }), [
            "checkRecords",
            "freshness",
        ]);
        const { clientNetworks: _, ...rest } = enough;
        assert.deepEqual(keysOf({ ...rest, externalServer: "filer:/share" }), ["externalServer"]);
    });

    it("are refused where values are right alone and wrong together", () => {
        const keysOf = (raw: Record<string, string>) =>
            problemsOf({ ...enough, ...raw }).problems.map(({ key }) => key);
        assert.deepEqual(keysOf({ graceSeconds: "5" }), ["leaseSeconds"]);
        assert.deepEqual(keysOf({ writeInterval: "6s", checkTimeout: "4m" }), ["freshness"]);
        assert.deepEqual(keysOf({ checkRecords: "1000" }), ["checkTimeout"]);
        assert.deepEqual(keysOf({ journalSize: "64Mi", capacity: "127Mi" }), ["journalSize"]);
        assert.deepEqual(keysOf({ registryUsername: "me" }), ["registryPassword"]);
        assert.deepEqual(keysOf({ registryPassword: "s3cret" }), ["registryUsername"]);
    });

    it("report every problem at once, whichever they are", () => {
        const names = Object.keys(refused) as KeyName[];
        assert.deepEqual(
            Object.keys(keys).filter((key) => !names.includes(key as KeyName)),
            [],
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
});
