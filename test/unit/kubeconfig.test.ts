// Kubeconfig files, and the credentials in them.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, NotSupported } from "../../kube-api";
import { choose, type Obj } from "../../kube-api/kubeconfig";

const config = (rest: Obj = {}): Obj => ({
    "current-context": "one",
    contexts: [
        { name: "one", context: { cluster: "first", user: "me", namespace: "mine" } },
        { name: "two", context: { cluster: "second", user: "me" } },
    ],
    clusters: [
        { name: "first", cluster: { server: "https://first:6443/", "certificate-authority": "ca.crt" } },
        { name: "second", cluster: { server: "http://second" } },
    ],
    users: [{ name: "me", user: { token: "word" } }],
    ...rest,
});
const text = (rest: Obj = {}): string => JSON.stringify(config(rest));

describe("a kubeconfig", () => {
    it("gives the cluster, user and namespace of its current context, or of the one asked for", () => {
        const files = [{ path: "/etc/lab/config", text: text() }];
        const { server, namespace, cluster, user } = choose(files, {});
        assert.deepEqual(
            [server, namespace, cluster["certificate-authority"], user.token],
            ["https://first:6443", "mine", "/etc/lab/ca.crt", "word"],
        );
        assert.equal(choose(files, { context: "two" }).server, "http://second");
        assert.equal(choose(files, { cluster: "second" }).server, "http://second");
    });

    it("is merged from several files, of which the first that says something counts", () => {
        const first = {
            text: JSON.stringify({ "current-context": "two", users: [{ name: "me", user: { token: "other" } }] }),
        };
        const { server, user } = choose([first, { text: text() }], {});
        assert.deepEqual([server, user.token], ["http://second", "other"]);
    });

    it("that cannot be used is explained", () => {
        assert.throws(() => choose([{ text: text() }], { context: "three" }), /no context "three"; it has: one, two/);
        assert.throws(() => choose([{ text: text({ users: [] }) }], {}), /no user "me"; it has: none/);
        assert.throws(() => choose([{ text: text({ "current-context": "" }) }], {}), /choose one of: one, two/);
        assert.throws(() => choose([{ path: "/x", text: "a: [" }], {}), /the kubeconfig \/x is not YAML/);
        assert.throws(() => choose([{ path: "/x", text: "just words" }], {}), /is not a kubeconfig/);
        const broken = "users: [{ name: me, user: { token: s3cret } }";
        assert.throws(
            () => choose([{ text: broken }], {}),
            (error: Error) => !error.message.includes("s3cret"),
        );
    });
});

describe("credentials of a kubeconfig", () => {
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
    });
    after(() => rm(folder, { recursive: true }));

    const plainClusters = [{ name: "first", cluster: { server: "https://first:6443" } }];
    async function authorization(user: Obj, times = 1): Promise<unknown> {
        const path = join(folder, "config");
        await writeFile(path, text({ clusters: plainClusters, users: [{ name: "me", user }] }));
        const cluster = await connect({ kubeconfig: path });
        const options: RequestOptions = {};
        for (let time = 0; time < times; time++) await cluster.authorize(options);
        const headers = options.headers as Record<string, string> | undefined;
        return headers?.authorization ?? options.auth;
    }

    it("may be a token, a file with a token, or a name and password", async () => {
        await writeFile(join(folder, "token"), "filed\n");
        assert.equal(await authorization({ token: "word" }), "Bearer word");
        assert.equal(await authorization({ tokenFile: "token" }), "Bearer filed");
        assert.equal(await authorization({ username: "me", password: "word" }), "me:word");
        assert.equal(await authorization({}), undefined);
    });

    it("may come from a program, which is asked again only when they end", async () => {
        const program = join(folder, "issue.sh");
        await writeFile(
            program,
            'printf x >> "$(dirname "$0")/asked"\n' +
                `printf '{"status":{"token":"%s"}}' "$WORD-$(wc -c < "$(dirname "$0")/asked" | tr -d ' ')"\n`,
        );
        const exec = {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "sh",
            args: [program],
            env: [{ name: "WORD", value: "issued" }],
        };
        assert.equal(await authorization({ exec }, 3), "Bearer issued-1");
    });

    it("that a program does not give are explained by what it said", async () => {
        const failing = {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "sh",
            args: ["-c", "echo log in first >&2; exit 1"],
        };
        await assert.rejects(authorization({ exec: failing }), /program "sh" .* gave no credentials: log in first/);
        const missing = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-program" };
        await assert.rejects(authorization({ exec: missing }), /no-such-program.*ENOENT/);
    });

    it("of a kind that only other clients know are refused as such, not as wrong", async () => {
        await assert.rejects(authorization({ "auth-provider": { name: "gcp" } }), (error: Error) => {
            assert.ok(error instanceof NotSupported);
            assert.match(error.message, /auth-provider "gcp"/);
            return true;
        });
    });
});
