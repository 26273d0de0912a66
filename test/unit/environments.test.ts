// Environments: what their files say, the settings that come of it, and the
// configuration file that the CLI gets in the tracked one's place.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { effective, environmentsTable, problemsOf } from "../../commands/effective";
import { environmentNames, environmentOf } from "../../commands/environment";
import { configFileOf, projectOf, settingsOfThisRun, writeConfig } from "../../commands/stack-config";

describe("environments", () => {
    let folder = "";
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "environments-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const written = (name: string, text: string) => {
        writeFileSync(join(folder, `Pulumi.${name}.yaml`), text);
        return environmentOf(name, folder);
    };
    const own = `config:
  context: my-cluster
  nfs-storage-stack:registryServer: registry.example.org
  nfs-storage-stack:clientNetworks: [10.0.0.0/8, "fd00::/8"]
  nfs-storage-stack:registryUsername: me
  nfs-storage-stack:registryPassword: { secure: v1:abc }
`;
    const rowOf = (table: string, key: string): string[] =>
        (table.split("\n").find((line) => line.trimStart().startsWith(`${key} `)) ?? "").trim().split(/ {2,}/);

    describe("files", () => {
        it("are one an environment, and hold keys with the project's name before them or without", () => {
            const { config, context } = written("own", own);
            written("lab", "config: {}\n");
            assert.deepEqual(environmentNames(folder), ["lab", "own"]);
            assert.equal(context, "my-cluster");
            assert.equal(config["nfs-storage-stack:context"], "my-cluster");
            assert.equal(environmentOf("lab", folder).context, undefined);
        });

        it("may be empty, and are refused by name when they are something else", () => {
            assert.deepEqual(written("empty", "# nothing\n").config, {});
            assert.throws(() => written("broken", "config: [\n"), /Pulumi\.broken\.yaml is not valid YAML/);
            assert.throws(() => written("list", "- a\n"), /Pulumi\.list\.yaml: a mapping .* is allowed/);
            assert.throws(
                () => environmentOf("prd", folder),
                /ENV=prd: no file Pulumi\.prd\.yaml here; environments: .*list/,
            );
            assert.throws(() => environmentOf("../x", folder), /no file/);
        });
    });

    describe("effective settings", () => {
        it("stand side by side, with what differs from the default marked", () => {
            const table = environmentsTable([
                effective(written("lab", "config: {nfs-storage-stack:readers: 3}\n")),
                effective(written("own", own)),
            ]);
            assert.deepEqual(rowOf(table, "default"), ["default", "lab", "own"]);
            assert.deepEqual(rowOf(table, "readers"), ["readers", "2", "* 3", "2"]);
            assert.deepEqual(rowOf(table, "context"), ["context", "-", "* (embedded cluster)", "* my-cluster"]);
            assert.deepEqual(rowOf(table, "clientNetworks").slice(3), ["* 10.0.0.0/8, fd00::/8"]);
            assert.deepEqual(rowOf(table, "kubeconfig"), ["kubeconfig", "-", "* (embedded cluster)", "-"]);
        });

        it("show no secret, whether it is encrypted or was left in clear", () => {
            const clear = own.replace("{ secure: v1:abc }", "s3cret");
            for (const text of [own, clear]) {
                const one = effective(written("own", text));
                assert.deepEqual(one.problems, []);
                assert.equal(one.texts.registryPassword, "(secret)");
                assert.doesNotMatch(environmentsTable([one]), /s3cret|v1:abc/);
            }
        });

        it("take an encrypted value of any key for a right one: it can't be judged here", () => {
            const one = effective(written("own", `${own}  nfs-storage-stack:exportPath: { secure: v1:x }\n`));
            assert.deepEqual(one.problems, []);
            assert.equal(one.texts.exportPath, "(secret)");
        });

        it("have their problems said by environment and key, and do not fail", () => {
            const wrong = effective(written("own", `${own}  nfs-storage-stack:readers: many\n  mesage: s3cret\n`));
            assert.deepEqual(problemsOf([effective(written("lab", "config: {}\n")), wrong]), [
                'Pulumi.own.yaml: mesage is "…": there is no such key; was message meant?',
                'Pulumi.own.yaml: readers is "many": a whole number from 1 to 100 is allowed',
            ]);
            assert.deepEqual(rowOf(environmentsTable([wrong]), "readers"), ["readers", "2", "2"]);
        });

        it("leave other namespaces alone", () => {
            assert.deepEqual(effective(written("own", `${own}  docker:host: unix:///x\n`)).problems, []);
        });
    });

    describe("the CLI's configuration", () => {
        const files = () => ({ home: join(folder, "state"), pulumi: "no-cli-is-run-without-secrets", env: {} });
        const read = (name: string) => parse(readFileSync(configFileOf(files().home, { name }), "utf8"));

        it("is the tracked file's with other values laid over it, elsewhere", async () => {
            const environment = written("own", own);
            await projectOf(files().home, environment);
            await writeConfig(environment, files(), { "nfs-storage-stack:readers": 5 });
            assert.deepEqual(read("own"), { config: { ...environment.config, "nfs-storage-stack:readers": 5 } });
            assert.equal(readFileSync(environment.file, "utf8"), own);
        });

        it("keeps the salt that the CLI wrote into it, and the tracked file gets none", async () => {
            const environment = written("own", own);
            const project = await projectOf(files().home, environment);
            writeFileSync(configFileOf(project, environment), "encryptionsalt: v1:first\n");
            await writeConfig(environment, files(), {});
            assert.equal(read("own").encryptionsalt, "v1:first");
            await writeConfig(environment, files(), { "nfs-storage-stack:readers": 4 });
            assert.equal(read("own").encryptionsalt, "v1:first");
            assert.equal(readFileSync(environment.file, "utf8"), own);
        });

        it("has the tracked file's own secrets provider, by which what is encrypted in it is read", async () => {
            const environment = written("own", `encryptionsalt: v1:tracked\nsecretsprovider: passphrase\n${own}`);
            const project = await projectOf(files().home, environment);
            assert.deepEqual(parse(readFileSync(configFileOf(project, environment), "utf8")), {
                secretsprovider: "passphrase",
                encryptionsalt: "v1:tracked",
            });
            await writeConfig(environment, files(), {});
            assert.equal(read("own").encryptionsalt, "v1:tracked");
        });

        it("is written again only when something changed", async () => {
            const environment = written("own", own);
            await writeConfig(environment, files(), {});
            const file = configFileOf(files().home, environment);
            const first = readFileSync(file, "utf8");
            writeFileSync(file, `${first}# still here\n`);
            await writeConfig(environment, files(), {});
            assert.equal(readFileSync(file, "utf8"), `${first}# still here\n`);
            await writeConfig(written("own", `${own}  readers: 7\n`), files(), {});
            assert.equal(read("own").config["nfs-storage-stack:readers"], 7);
            assert.ok(existsSync(file));
        });

        it("takes SETTINGS as a mapping of keys of the project, and nothing else", () => {
            const before = process.env.SETTINGS;
            try {
                process.env.SETTINGS = "{message: Hello, readers: 3}";
                assert.deepEqual(settingsOfThisRun(), {
                    "nfs-storage-stack:message": "Hello",
                    "nfs-storage-stack:readers": 3,
                });
                process.env.SETTINGS = "message=Hello";
                assert.throws(settingsOfThisRun, /SETTINGS=message=Hello is not a YAML mapping/);
            } finally {
                if (before === undefined) delete process.env.SETTINGS;
                else process.env.SETTINGS = before;
            }
        });
    });
});
