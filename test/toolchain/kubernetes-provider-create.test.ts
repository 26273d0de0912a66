// The fallback plugin "kubernetes" makes objects, or says in a preview what it
// would make.
import assert from "node:assert/strict";
import { kindOf } from "../../embedded/toolchain/kubernetes-plugin/kinds";
import { isSecret, type Obj, plain, secret, UNKNOWN } from "../../embedded/toolchain/plugin/values";
import {
    checkedInputs,
    create,
    driven,
    freshNamespace,
    idlePodSpec,
    inFreshNamespace,
    NFS,
    object,
    removeNamespace,
    resource,
} from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);
    const here = inFreshNamespace();
    const { configMap, find, namespace } = here;

    describe("create", () => {
        it("waits for a namespace and its service account that are made at the same time", async () => {
            const plugin = driven();
            const name = freshNamespace();
            const late = object("v1", "Pod", { namespace: name, name: "early" }, { spec: idlePodSpec() });
            late.metadata.annotations = { "pulumi.com/skipAwait": "true" };
            const made = create(plugin, "core/v1:Pod", late);
            await create(plugin, "core/v1:Namespace", object("v1", "Namespace", { name }));
            try {
                assert.equal((await made).id, `${name}/early`);
            } finally {
                await removeNamespace(here.api, name);
            }
        });

        it("refuses what is in the cluster already, and says how to take it in", async () => {
            await here.api.apply(kindOf("kubernetes:core/v1:ConfigMap"), configMap("theirs", { data: {} }), "someone");
            await assert.rejects(
                create(driven(), "core/v1:ConfigMap", configMap("theirs", { data: { a: "1" } })),
                (error: Error) => /already/.test(error.message) && error.message.includes(`${namespace}/theirs`),
            );
        });

        it("hands a Secret's stringData to the server as data, and keeps it secret", async () => {
            const news = object("v1", "Secret", { namespace, name: "word" }, { stringData: { word: secret("hush") } });
            const { properties, inputs } = await create(driven(), "core/v1:Secret", news);
            assert.ok(isSecret(properties.data) && isSecret(inputs.data));
            assert.equal(JSON.stringify(properties).includes("hush"), false);
            assert.deepEqual(plain(properties).data, { word: Buffer.from("hush").toString("base64") });
        });

        it("makes the names of the program's resource, and eight hexadecimal digits", async () => {
            const { properties } = await create(
                driven(),
                "core/v1:ConfigMap",
                object("v1", "ConfigMap", { namespace }),
            );
            assert.match(properties.metadata.name, /^one-[0-9a-f]{8}$/);
            assert.match(properties.__fieldManager, /^pulumi-kubernetes-[0-9a-f]{8}$/);
        });
    });

    describe("preview", () => {
        const plugin = driven();
        const service = (where: string): Obj =>
            object("v1", "Service", { namespace: where, name: "preview" }, { spec: { ports: [{ port: 2049 }] } });
        const preview = async (type: string, news: Obj): Promise<Obj> => {
            const inputs = await checkedInputs(plugin, type, news);
            const request = { ...resource(type), inputs, timeout: 0, preview: true };
            return (await plugin.provider.create(request, plugin.context)).properties;
        };

        it("answers the bare inputs while the namespace is not there: the address is undefined, and known", async () => {
            const inputs = await checkedInputs(plugin, "core/v1:Service", service("not-yet-there"));
            assert.deepEqual(await preview("core/v1:Service", service("not-yet-there")), inputs);
        });

        it("answers what the server would make of it, without a status, and makes nothing", async () => {
            const made = await preview("core/v1:Service", service(namespace));
            assert.equal(made.spec.sessionAffinity, "None");
            assert.equal(made.status, undefined);
            assert.equal(await find("core/v1:Service", "preview"), undefined);
        });

        it("fails on what the server would refuse", async () => {
            const bad = object("v1", "PersistentVolume", { name: "bad" }, { spec: { ...NFS, nfs: { path: "/x" } } });
            await assert.rejects(preview("core/v1:PersistentVolume", bad), /spec.nfs.server: Required value/);
        });

        it("answers inputs with unknown values as they are", async () => {
            const volume = object(
                "v1",
                "PersistentVolume",
                { name: "later" },
                { spec: { ...NFS, nfs: { server: UNKNOWN, path: "/x" } } },
            );
            assert.equal((await preview("core/v1:PersistentVolume", volume)).spec.nfs.server, UNKNOWN);
        });
    });
});
