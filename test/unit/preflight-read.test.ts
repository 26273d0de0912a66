// What the preflight asks an API server, and what it makes of the answers.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { connect } from "../../kube-api";
import type { Facts, Wants } from "../../preflight/facts";
import { readFacts, Unusable } from "../../preflight/read";
import { ApiServer, node, paths } from "../harness/api-server";

const wants: Wants = {
    placement: "required",
    preview: false,
    source: {},
    capacity: "1Gi",
    server: { clientNetworks: [], storage: {} },
};
const names = {
    namespaces: ["share", "users"],
    serverClaim: { namespace: "share", name: "data" },
    pair: { namespace: "users", name: "lab-share" },
};

const pod = (name: string, claimName: string, labels = {}, phase = "Running"): object => ({
    metadata: { name, labels },
    spec: { volumes: [{ name: "share", persistentVolumeClaim: { claimName } }] },
    status: { phase },
});

describe("the preflight's questions", () => {
    let server: ApiServer;
    before(async () => {
        server = await ApiServer.start();
    });
    beforeEach(() => server.serve());
    after(() => server.stop());

    const read = async (want: Wants = wants): Promise<Facts> => {
        const cluster = await connect({ kubeconfig: server.kubeconfig, context: server.context });
        return readFacts(cluster, want, names);
    };

    it("read nodes, classes, names and rights, each with the user's credentials", async () => {
        server.serve({
            [paths.nodes]: {
                items: [
                    node("a", {
                        address: "10.0.0.7",
                        podCIDR: "10.42.0.0/24",
                        providerID: "aws:///eu-1/i-0",
                        unschedulable: true,
                    }),
                ],
            },
            "/api/v1/namespaces/share/persistentvolumeclaims/data": {
                metadata: { uid: "2" },
                spec: {
                    volumeName: "pvc-2",
                    storageClassName: "standard",
                    resources: { requests: { storage: "2Gi" } },
                },
                status: { capacity: { storage: "1Gi" } },
            },
            "/api/v1/namespaces/users/pods": {
                items: [
                    pod("theirs", "lab-share"),
                    pod("over", "lab-share", {}, "Succeeded"),
                    pod("of another claim", "other"),
                    pod("ours", "lab-share", { "app.kubernetes.io/part-of": "nfs-storage-stack" }),
                ],
            },
            "/api/v1/namespaces/users": { metadata: { name: "users", deletionTimestamp: "2026-01-01T00:00:00Z" } },
            "/api/v1/namespaces/users/persistentvolumeclaims/lab-share": {
                metadata: { uid: "1" },
                spec: { volumeName: "lab-share" },
            },
            "/api/v1/persistentvolumes/lab-share": {
                metadata: {},
                spec: { claimRef: { namespace: "users", name: "lab-share", uid: "1" } },
            },
        });
        assert.deepEqual(await read(), {
            nodes: {
                value: [
                    {
                        name: "a",
                        addresses: ["10.0.0.7"],
                        platform: "linux/amd64",
                        osImage: "Debian GNU/Linux 13",
                        takesPods: true,
                        away: "cordoned",
                        podNetworks: ["10.42.0.0/24"],
                        cloud: "aws",
                    },
                ],
            },
            storageClasses: { value: [{ name: "standard", isDefault: true, grows: false }] },
            rights: [
                { value: { verb: "create", resource: "namespaces", allowed: true } },
                { value: { verb: "create", resource: "persistentvolumes", allowed: true } },
                { value: { verb: "get", resource: "namespaces", name: "kube-system", allowed: true } },
                {
                    value: {
                        verb: "create",
                        group: "scheduling.k8s.io",
                        resource: "priorityclasses",
                        allowed: true,
                    },
                },
            ],
            taken: {
                ending: [{ value: undefined }, { value: { name: "users", held: "" } }],
                volume: {
                    value: { claim: { namespace: "users", name: "lab-share", uid: "1" }, labels: {}, ending: false },
                },
                claim: { value: { uid: "1", volume: "lab-share", ending: false } },
                users: { value: ["theirs"] },
                serverClaim: {
                    value: {
                        uid: "2",
                        volume: "pvc-2",
                        className: "standard",
                        requested: "2Gi",
                        capacity: "1Gi",
                        ending: false,
                    },
                },
            },
        });
        assert.equal(server.asked.length, 12);
        for (const { question, token } of server.asked) assert.equal(token, "Bearer word", question);
    });

    it("leave out what the stack does not need", async () => {
        const { rights } = await read({ placement: "preferred", preview: false, source: {}, capacity: "1Gi" });
        assert.ok(!rights.some((right) => "value" in right && right.value.resource === "priorityclasses"));
        const asked = server.asked.map(({ question }) => question).join("\n");
        assert.doesNotMatch(asked, /storageclasses|persistentvolumeclaims\/data/);
    });

    it("leave open what is refused, in the server's words", async () => {
        server.serve({ [paths.nodes]: 403, [paths.storageClasses]: 403, [paths.reviews]: 403 });
        const unread = { unread: "refused with 403" };
        const { nodes, storageClasses, taken, rights } = await read();
        assert.deepEqual([nodes, storageClasses, rights], [unread, unread, Array(4).fill(unread)]);
        assert.deepEqual(taken.serverClaim, { value: undefined });
    });

    it("are asked again while the server is busy", async () => {
        let busy = 2;
        server.serve({ [paths.nodes]: () => (busy-- > 0 ? 503 : { items: [] }) });
        assert.deepEqual((await read()).nodes, { value: [] });
    });

    it("end when the credentials are refused", async () => {
        server.serve({ [paths.nodes]: 401 });
        await assert.rejects(read(), (error: Error) => {
            assert.ok(error instanceof Unusable);
            assert.match(error.message, /^its API server http:\/\/127\.0\.0\.1:\d+ refuses the credentials/);
            return true;
        });
    });

    it("end within seconds where nothing, or something else, answers", async () => {
        const other = createServer((socket) => {
            socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello\n"));
        });
        await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
        const { port } = other.address() as { port: number };
        const url = `http://127.0.0.1:${port}`;
        const kubeconfig = JSON.stringify({
            contexts: [{ name: "lab", context: { cluster: "lab" } }],
            clusters: [{ name: "lab", cluster: { server: url } }],
        });
        const asking = async (): Promise<Facts> =>
            readFacts(await connect({ kubeconfig, context: "lab" }), wants, names);
        await assert.rejects(asking(), /can't be reached: HTTP status 200, and no JSON but "hello"/);
        await new Promise((resolve) => other.close(resolve));
        const start = performance.now();
        await assert.rejects(asking(), /can't be reached: connect ECONNREFUSED/);
        assert.ok(performance.now() - start < 6_000);
    });
});
