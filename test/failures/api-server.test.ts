// The API server ends in the middle of `make up` and `make down`, more than
// once: its supervisor starts it again, and whoever asked asks again.
import assert from "node:assert/strict";
import { clusterFolder } from "../../embedded/cluster/folder";
import { processOf } from "../cluster/belongings";
import { instance, sharedCluster } from "../cluster/instance";
import { wholeness } from "../cluster/whole";
import { testApi } from "../toolchain/kubernetes-fixture";

const shared = instance(sharedCluster);
const { kubectl, makes, startMake } = shared;
const { assertComplete, assertWhole } = wholeness(shared);

const kill = async (): Promise<void> => {
    process.kill(await processOf(clusterFolder(sharedCluster).root, "kube-apiserver"), "SIGKILL");
};

/** Resolves when there is one of that name; survives what it tests. */
async function appears(path: string, name: string): Promise<void> {
    await (await testApi()).seen(path, {}, (objects) => objects.some(({ metadata }) => metadata.name === name));
}

describe("an API server that ends", () => {
    after(() => makes("down"));

    it("is waited for by make up, each time", async () => {
        const up = startMake("up");
        for (const [path, name] of [
            ["/apis/apps/v1/statefulsets", "nfs-server"],
            ["/apis/apps/v1/statefulsets", "nfs-writer"],
            ["/apis/apps/v1/deployments", "nfs-readers"],
        ] as const) {
            await appears(path, name);
            await kill();
        }
        const { code, stdout, output } = await up.ended;
        assert.equal(code, 0, output);
        assert.match(stdout, /verdict +passed/);
        await assertComplete();
    });

    it("is waited for by make down", async () => {
        const clients = "nfs-storage-stack-dev-nfs-clients";
        const down = startMake("down");
        await kubectl(["wait", "--for=delete", "--timeout=120s", "-n", clients, "deployment/nfs-readers"]);
        await kill();
        const { code, output } = await down.ended;
        assert.equal(code, 0, output);
        // It has stopped the cluster, too; what is on it is looked at after starting it again.
        await makes("cluster", { ARGS: "up" });
        await assertWhole();
    });
});
