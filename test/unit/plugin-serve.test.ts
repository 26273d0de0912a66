// How the fallback plugin is served to the engine.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Calls } from "../../embedded/toolchain/plugin/calls";
import { firstOfRun } from "../../embedded/toolchain/plugin/notice";
import type { Provider } from "../../embedded/toolchain/plugin/provider";
import { resourceName, type Serving, serve } from "../../embedded/toolchain/plugin/serve";
import { fromStruct, toStruct } from "../../embedded/toolchain/plugin/struct";
import { plain, secret } from "../../embedded/toolchain/plugin/values";

const URN = "urn:pulumi:dev::shop::shop:index:Server$docker:index/image:Image::front::end";

const provider: Provider = {
    name: "test",
    version: "1.2.3",
    serves: "test:index:Thing",
    configure() {},
    check: async ({ news }) => ({ inputs: { ...news, gone: undefined }, failures: [{ property: "a", reason: "no" }] }),
    diff: async () => ({
        changes: [
            { path: ["build", "a"], kind: "update" },
            { path: ["registry"], kind: "add" },
        ],
    }),
    async create({ inputs, name }, { signal }) {
        if (name === "waits")
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        if (inputs.told) throw new Error(`${plain(inputs.told)} is not a password`);
        return { id: "ns/x", properties: inputs };
    },
    update: async ({ inputs }) => inputs,
    read: async () => undefined,
    delete: async () => {},
};

describe("serving a plugin", () => {
    let serving: Serving;
    let client: ResourceProviderClient;
    before(async () => {
        serving = await serve(provider);
        client = new ResourceProviderClient(`127.0.0.1:${serving.port}`, credentials.createInsecure());
    });
    after(() => {
        client.close();
        serving.stop();
    });

    type Call<Q, A> = (request: Q, done: (error: ServiceError | null, answer: A) => void) => unknown;
    const call = <Q, A>(method: Call<Q, A>, request: Q): Promise<A> =>
        new Promise((resolve, reject) => {
            method.call(client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
        });
    const create = (urn: string, inputs: object): Promise<messages.CreateResponse> => {
        const request = new messages.CreateRequest();
        request.setUrn(urn);
        request.setProperties(toStruct(inputs));
        return call<messages.CreateRequest, messages.CreateResponse>(client.create, request);
    };

    it("says the version, which the engine compares with the SDK's", async () => {
        const info = await call<Empty, { getVersion(): string }>(client.getPluginInfo, new Empty());
        assert.equal(info.getVersion(), "1.2.3");
    });

    it("leaves out undefined properties, and passes on what is wrong with the inputs", async () => {
        const request = new messages.CheckRequest();
        request.setUrn(URN);
        request.setNews(toStruct({ a: 1 }));
        const answer = await call<messages.CheckRequest, messages.CheckResponse>(client.check, request);
        assert.deepEqual(fromStruct(answer.getInputs()), { a: 1 });
        assert.deepEqual(
            answer.getFailuresList().map((failure) => failure.toObject()),
            [{ property: "a", reason: "no" }],
        );
    });

    it("names what has changed, and replaces nothing", async () => {
        const request = new messages.DiffRequest();
        request.setUrn(URN);
        const answer = await call<messages.DiffRequest, messages.DiffResponse>(client.diff, request);
        assert.deepEqual(answer.getReplacesList(), []);
        assert.equal(answer.getChanges(), messages.DiffResponse.DiffChanges.DIFF_SOME);
        const { UPDATE, ADD } = messages.PropertyDiff.Kind;
        const kinds = answer.getDetaileddiffMap();
        assert.deepEqual([kinds.get("build.a")?.getKind(), kinds.get("registry")?.getKind()], [UPDATE, ADD]);
    });

    it("keeps secrets out of what goes wrong", async () => {
        const error = await create(URN, { told: secret("hush hush") }).catch((reason) => reason);
        assert.equal(error.details, "[secret] is not a password");
    });

    it("answers an empty id for what is gone", async () => {
        const request = new messages.ReadRequest();
        request.setUrn(URN);
        const answer = await call<messages.ReadRequest, messages.ReadResponse>(client.read, request);
        assert.equal(answer.getId(), "");
    });

    it("refuses what it does not do, by name", async () => {
        const request = new messages.InvokeRequest();
        request.setTok("test:index:look");
        await assert.rejects(
            call<messages.InvokeRequest, messages.InvokeResponse>(client.invoke, request),
            /the function test:index:look is not served by the fallback plugin "test", which serves test:index:Thing/,
        );
    });

    it("knows a resource by its urn, whatever is in its name", () => {
        assert.deepEqual(resourceName(URN), { urn: URN, type: "docker:index/image:Image", name: "front::end" });
    });

    it("ends what waits when the engine cancels", async () => {
        const ended = assert.rejects(create(URN.replace("front::end", "waits"), {}), /cancelled/);
        await call<Empty, Empty>(client.cancel, new Empty());
        await ended;
    });
});

describe("the end of a plugin", () => {
    it("comes at once with the SIGINT that the engine sends, which would wait for five seconds", async () => {
        const main = join(__dirname, "../../embedded/toolchain/docker-plugin/main.ts");
        const plugin = spawn(process.execPath, ["--import", "tsx", main], { stdio: ["ignore", "pipe", "inherit"] });
        await once(plugin.stdout, "data"); // the port: it serves
        plugin.kill("SIGINT");
        assert.deepEqual(await once(plugin, "exit"), [0, null]);
    });

    it("waits for what is not answered yet", async () => {
        const calls = new Calls();
        const done: string[] = [];
        let answer: () => void = () => {};
        const call = calls.during(new Promise<void>((resolve) => (answer = resolve)));
        const ended = new Promise<void>((resolve) => calls.whenNone(resolve)).then(() => done.push("ended"));
        answer();
        await call.then(() => done.push("answered"));
        await ended;
        assert.deepEqual(done, ["answered", "ended"]);
    });
});

describe("what is said once in a run", () => {
    it("is said by the first process of a run, and again in the next run", async () => {
        const folder = await mkdtemp(join(tmpdir(), "said-"));
        try {
            // A run that has ended: its process id is another process's by now.
            await writeFile(join(folder, "docker 1 0"), "");
            const said = await Promise.all([1, 2, 3].map(() => firstOfRun("docker", process.pid, folder)));
            assert.equal(said.filter(Boolean).length, 1);
            assert.equal(await firstOfRun("other", process.pid, folder), true);
            assert.equal(await firstOfRun("docker", process.ppid, folder), true);
            assert.equal((await readdir(folder)).includes("docker 1 0"), false);
        } finally {
            await rm(folder, { recursive: true });
        }
    });
});
