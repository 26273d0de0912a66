// Which cluster the fallback plugin "kubernetes" uses, and what it says of one
// that it cannot use.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { detour } from "./detour";
import { driven, freshNamespace, object, resource, testKubeconfig } from "./kubernetes-fixture";

describe("fallback plugin kubernetes, against an API server", function () {
    this.timeout(60_000);

    describe("clusters that cannot be used", () => {
        const metadata = { namespace: freshNamespace(), name: "any" };
        const inputs = object("v1", "ConfigMap", metadata, { data: {} });
        const message = async (settings: Obj): Promise<string> => {
            const plugin = driven(settings);
            const request = { ...resource("core/v1:ConfigMap"), inputs, timeout: 0, preview: false };
            const error = await plugin.provider.create(request, plugin.context).catch((reason) => reason);
            assert.ok(error instanceof Error);
            return error.message;
        };

        it("names the contexts that there are", async () => {
            assert.match(await message({ context: "nowhere" }), /no context "nowhere"; it has: \S+/);
        });

        it("says which kubeconfig is not there", async () => {
            assert.match(await message({ kubeconfig: "/nowhere/config" }), /\/nowhere\/config does not exist/);
        });

        it("says within a minute that nobody answers, and at which address", async () => {
            const away = await detour(testKubeconfig());
            await away.close();
            assert.match(
                await message({ kubeconfig: away.kubeconfig }),
                /cannot be reached: https:\/\/127.0.0.1:\d+: .*ECONNREFUSED/,
            );
        });
    });
});
