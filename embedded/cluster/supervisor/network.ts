// Builds the cluster's network in the supervisor's own network namespace, which
// is empty before; it vanishes with the namespace. The plan is ../network.ts.
import { existsSync, writeFileSync } from "node:fs";
import { run } from "../../run";
import { kernelSettings, linkCommands } from "../network";

export async function buildNetwork(): Promise<void> {
    await run("ip", ["-batch", "-"], { input: `${linkCommands().join("\n")}\n` });
    for (const [name, value] of kernelSettings()) {
        const file = `/proc/sys/${name}`;
        if (existsSync(file)) writeFileSync(file, value);
    }
}
