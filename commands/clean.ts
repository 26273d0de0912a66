// `make clean`: embedded clusters with their data, and everything that was built.
// Refuses while a stack that make deployed to another cluster still has
// resources: the tools that could destroy it are among what goes.
import { rm } from "node:fs/promises";
import { clusterDelete, clusterNames } from "../embedded/cluster";
import { engineStop } from "../embedded/engine";
import { cacheDirectory, stateDirectory } from "../embedded/paths";
import { step, UserError } from "../embedded/steps";
import { environmentNames, environmentOf } from "./environment";
import { openStack, wasOpened } from "./stack";
import { type StateResource, stateResources } from "./state";

export async function clean(): Promise<void> {
    const held = await heldOutside();
    if (held.length > 0) {
        throw new UserError(`nothing was deleted:\n${held.map((line) => `  - ${line}`).join("\n")}`);
    }
    for (const name of await clusterNames()) {
        await clusterDelete(name);
    }
    await engineStop();
    await step("Delete caches and state", async () => {
        await rm(stateDirectory(), { recursive: true, force: true });
        await rm(cacheDirectory(), { recursive: true, force: true });
    });
}

/** A line for each stack on another cluster that has resources, or of which that can't be told. */
async function heldOutside(): Promise<string[]> {
    const environments = environmentNames().map((name) => environmentOf(name));
    const lines: string[] = [];
    for (const { name } of environments.filter((one) => one.context !== undefined && wasOpened(one))) {
        process.env.ENV = name;
        try {
            const held = (await stateResources(await openStack("state"))).filter(isHeld);
            if (held.length > 0) {
                lines.push(
                    `the stack ${name} still has ${held.length} resource${held.length === 1 ? "" : "s"} on its cluster: run \`make down ENV=${name}\` first`,
                );
            }
        } catch (error) {
            const { message } = error as Error;
            if (/no stack named/.test(message)) continue; // a file without a stack
            lines.push(`can't tell whether the stack ${name} still has resources: ${message}`);
        }
    }
    return lines;
}

/** Something that exists, and that the stack made. */
const isHeld = ({ custom, external, type }: StateResource): boolean =>
    custom && external !== true && !type.startsWith("pulumi:");
