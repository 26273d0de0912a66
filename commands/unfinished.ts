// A command that was cut off, by ctrl-C, a kill or a power failure, may leave
// what Pulumi's state does not know: objects that are still being deleted, one
// that was just made, a volume whose claim is gone. A mark says that it was cut
// off; the next command first makes state and cluster agree, and goes on.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { kubectlProgram } from "../embedded/cluster";
import { run } from "../embedded/run";
import { type Progress, step } from "../embedded/steps";
import type { Environment } from "./environment";
import { foundObjects, type KubernetesObject, type ObjectName, objectList, objectOf } from "./kubernetes";
import { type Deployment, deploymentOf, type Readable } from "./state";

/** Longer than the end of a pod takes, of which a deletion is mostly made; what is held by a finalizer never goes. */
const GONE_PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

export class Mark {
    private readonly file: string;

    constructor(home: string, { name }: Pick<Environment, "name">) {
        this.file = join(home, `unfinished.${name}`);
    }

    get isThere(): boolean {
        return existsSync(this.file);
    }
    set(): Promise<void> {
        return writeFile(this.file, "");
    }
    clear(): Promise<void> {
        return rm(this.file, { force: true });
    }
}

/** Makes state and cluster agree. Only on the embedded cluster, where nothing can be lost by it. */
export async function agree(stack: Readable, { kubeconfig }: { kubeconfig: string }): Promise<void> {
    await step("Look at what the interrupted command has left", async (progress) => {
        const kubectl = [...(await kubectlProgram()), "--kubeconfig", kubeconfig];
        const deployment = await deploymentOf(stack);
        const objects = (deployment.resources ?? []).map(objectOf).filter((object) => object !== undefined);
        await removeBegun(kubectl, begunObjects(deployment));
        await release(kubectl, await remaining(kubectl, objects, progress));
        // What it can't do is said by the command that follows, with its reason.
        await stack.read(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]).catch(() => {});
    });
}

/** What was just being made when the CLI was killed: made or not, the state does not have it. Pure. */
export function begunObjects({ pending_operations = [] }: Deployment): ObjectName[] {
    return pending_operations
        .filter(({ type }) => type === "creating")
        .map(({ resource }) => {
            const { namespace, name } = (resource.inputs?.metadata ?? {}) as { namespace?: string; name?: string };
            const id = namespace === undefined ? name : `${namespace}/${name}`;
            return name === undefined ? undefined : objectOf({ ...resource, id });
        })
        .filter((object) => object !== undefined);
}

async function removeBegun(kubectl: readonly string[], objects: readonly ObjectName[]): Promise<void> {
    if (objects.length === 0) return;
    const [program = "", ...first] = kubectl;
    const args = ["delete", "--ignore-not-found", "--timeout=60s", "-f", "-"];
    await run(program, [...first, ...args], { input: objectList(objects) });
}

/** What is there once everything that is being deleted has gone, or does not go. */
async function remaining(
    kubectl: readonly string[],
    objects: readonly ObjectName[],
    progress: Progress,
): Promise<KubernetesObject[]> {
    const end = performance.now() + GONE_PATIENCE_MS;
    for (;;) {
        const found = await foundObjects(kubectl, objects);
        const ending = found.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
        if (ending.length === 0 || performance.now() >= end) return found;
        progress(`still being deleted: ${ending.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ")}`);
        await pause(PAUSE_MS);
    }
}

/** A volume that was bound to a claim that is gone is bound to no other before that is taken out of it. */
async function release(kubectl: readonly string[], objects: readonly KubernetesObject[]): Promise<void> {
    const [program = "", ...first] = kubectl;
    for (const { kind, metadata, spec } of objects) {
        const { namespace = "", name = "", uid } = spec?.claimRef ?? {};
        if (kind !== "PersistentVolume" || uid === undefined) continue;
        const looks = [
            "get",
            "pvc",
            "--namespace",
            namespace,
            name,
            "--ignore-not-found",
            "-o",
            "jsonpath={.metadata.uid}",
        ];
        if ((await run(program, [...first, ...looks])) === uid) continue;
        const patch = JSON.stringify([{ op: "remove", path: "/spec/claimRef/uid" }]);
        await run(program, [...first, "patch", "pv", metadata.name, "--type", "json", "--patch", patch]);
    }
}
