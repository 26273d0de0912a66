// Secrets of a program on Pulumi's own Kubernetes plugin: in the cluster, and
// nowhere else in clear.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { bad, destroy, good, program, type Wanted, workbench } from "./kubernetes-program";
import { eventLog, type Project } from "./project";

const WORD = "hush! do not tell";

describe("a program on Pulumi's own Kubernetes plugin, with secrets", function () {
    this.timeout(120_000);
    const { project, namespace: made, cluster } = workbench();
    let api: Api;
    let stack: Project;
    let namespace: string;
    const said: string[] = [];

    const metadata = (name: string, more: Obj = {}): Obj => ({ namespace, name, ...more });
    const resources = (more: Wanted[] = []): Wanted[] => [
        {
            type: "core/v1/Secret",
            name: "secret",
            args: { metadata: metadata("secret"), stringData: { word: "&wordPassword" } },
        },
        {
            type: "core/v1/Secret",
            name: "plain",
            args: { metadata: metadata("plain"), stringData: { word: "told to nobody" } },
        },
        {
            type: "core/v1/ConfigMap",
            name: "settings",
            args: { metadata: metadata("settings"), data: { word: "&wordPassword", open: "everybody knows" } },
        },
        ...more,
    ];
    const refused = (): Wanted => ({
        type: "core/v1/ConfigMap",
        name: "refused",
        args: { metadata: metadata("refused", { labels: { word: "&wordPassword" } }) },
    });
    async function up(name: string): Promise<{ code: number | null; text: string }> {
        const log = join(stack.folder, `${name}.events`);
        const result = await stack.up("--event-log", log, "--diff");
        said.push(result.text, await eventLog(log));
        return result;
    }

    before(async () => {
        api = cluster();
        namespace = await made();
        stack = await project(program(resources()));
        await stack.configure({ wordPassword: WORD });
    });

    it("has them in the cluster", async () => {
        good(await up("first"));
        const { data } = await api.ask(`/api/v1/namespaces/${namespace}/secrets/secret`);
        assert.equal(Buffer.from(data.word, "base64").toString(), WORD);
        const settings = await api.ask(`/api/v1/namespaces/${namespace}/configmaps/settings`);
        assert.equal(settings.data.word, WORD);
    });

    it("hides what the API server quotes of them", async () => {
        await stack.write(program(resources([refused()])));
        assert.match(bad(await up("refused")), /Invalid value: "\[secret\]"/);
    });

    it("has them in clear nowhere: what is said, the log of events, the state", async () => {
        const state = await stack.good(["stack", "export", "--stack", "test"]);
        const files = await readdir(join(stack.folder, "state"), { recursive: true, withFileTypes: true });
        const stored = await Promise.all(
            files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), "utf8")),
        );
        const places = { said: said.join("\n"), state, stored: stored.join("\n") };
        for (const [place, text] of Object.entries(places)) {
            assert.match(text, /everybody knows/, `what is no secret is there: ${place}`);
            for (const word of [WORD, "told to nobody"]) {
                for (const form of [word, Buffer.from(word).toString("base64")]) {
                    const at = text.indexOf(form);
                    assert.equal(at, -1, `${place}: ${text.slice(Math.max(at - 200, 0), at + 50)}`);
                }
            }
        }
        good(await destroy(stack));
    });
});
