// `make clean`: embedded clusters with their data, and everything that was built.
// Refuses while a stack that make deployed to another cluster still has
// resources: the tools that could destroy it are among what goes.
import { rm } from "node:fs/promises";
import { clusterDelete, clusterNames } from "../embedded/cluster";
import { engineStop } from "../embedded/engine";
import { cacheDirectory, stateDirectory } from "../embedded/paths";
import { step, UserError } from "../embedded/steps";
import { environmentNames, environmentOf } from "./environment";
import { openStack, stateResources, wasOpened } from "./stack";

export async function clean(): Promise<void> {
    const environments = environmentNames().map((name) => environmentOf(name));
    for (const { name } of environments.filter((one) => one.context !== undefined && wasOpened(one))) {
        process.env.ENV = name;
        const resources = await stateResources(await openStack("state")).catch((error: Error) => {
            if (/no stack named/.test(error.message)) return [];
            throw new UserError(
                `can't tell whether the stack ${name} still has resources, so nothing is deleted: ${error.message}`,
            );
        });
        const held = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
        if (held.length > 0) {
            throw new UserError(
                `the stack ${name} still has ${held.length} resources on its cluster: run \`make down ENV=${name}\` first. Nothing was deleted.`,
            );
        }
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
