// The smallest Pulumi program there is for a cluster, as the measure of what
// starting the engine, Node and the provider costs by itself.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { repository } from "../commands/environment";
import type { Stack } from "../commands/stack";

/** Seconds of each preview of it, nothing to change. */
export async function singleConfigMap(stack: Stack, folder: string, rounds: number): Promise<number[]> {
    await mkdir(folder, { recursive: true });
    await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
    // JavaScript: nothing but the SDK is loaded.
    const program = `
const kubernetes = require("@pulumi/kubernetes");
const provider = new kubernetes.Provider("cluster", { kubeconfig: ${JSON.stringify(stack.cluster?.kubeconfig)} });
new kubernetes.core.v1.ConfigMap("one", { data: { one: "1" } }, { provider });
`;
    await writeFile(join(folder, "index.js"), program);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "single-config-map", main: "index.js" }));
    const project = { name: "single-config-map", runtime: { name: "nodejs", options: { typescript: false } } };
    await writeFile(join(folder, "Pulumi.yaml"), stringify(project));
    const here = ["--cwd", folder];
    await stack.read(["stack", "init", "--no-select", "--secrets-provider", "passphrase", ...here]);
    await stack.read(["up", "--yes", "--skip-preview", ...here]);
    const seconds: number[] = [];
    for (let i = 0; i < rounds; i++) {
        const start = performance.now();
        await stack.read(["preview", ...here]);
        seconds.push((performance.now() - start) / 1000);
    }
    await stack.read(["destroy", "--yes", "--skip-preview", ...here]);
    return seconds;
}
