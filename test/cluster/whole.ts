// A `make` that is interrupted, and whether all is whole after it: Pulumi's
// state knows every object of the stack, and holds nothing that it began and
// did not end.
import assert from "node:assert/strict";
import { objectOf } from "../../commands/kubernetes";
import { openStack } from "../../commands/stack";
import { deploymentOf } from "../../commands/state";
import { labels, PART_OF } from "../../contract/src";
import type { Instance, Made, Running } from "./instance";

/** Waiting ends at once; what is asked of the cluster at that moment is still answered. */
const WITHIN_MS = 30_000;

const KINDS = "namespaces,priorityclasses,pv,pvc,services,configmaps,networkpolicies,statefulsets,deployments,pods";

export interface Wholeness {
    /** What ctrl-C in a terminal does. */
    interrupted(running: Running): Promise<Made>;
    /** @throws AssertionError naming what Pulumi has lost, or not ended */
    assertWhole(): Promise<void>;
    /** The same, and nothing that the state has is missing: for a stack that is up. */
    assertComplete(): Promise<void>;
}

async function interrupted({ pid, ended }: Running): Promise<Made> {
    const start = performance.now();
    process.kill(-pid, "SIGINT");
    const made = await ended;
    const seconds = Math.round((performance.now() - start) / 1000);
    assert.ok(performance.now() - start < WITHIN_MS, `it must end within seconds, and took ${seconds}`);
    return made;
}

/** Of the stack on this instance. */
export function wholeness({ name, kubectl }: Instance): Wholeness {
    /** Objects of the stack in the cluster that it made itself, as "Kind namespace/name". */
    async function made(): Promise<string[]> {
        const all = JSON.parse(
            await kubectl(["get", KINDS, "-A", "-l", `${labels.partOf}=${PART_OF}`, "-o", "json"]),
        ) as {
            items: { kind: string; metadata: { name: string; namespace?: string; ownerReferences?: object[] } }[];
        };
        return all.items
            .filter(({ metadata }) => metadata.ownerReferences === undefined)
            .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
    }

    async function state(): Promise<{ known: string[]; pending: readonly object[] }> {
        process.env.CLUSTER = name;
        const { resources = [], pending_operations: pending = [] } = await deploymentOf(await openStack("state"));
        const known = resources
            .map(objectOf)
            .filter((object) => object !== undefined)
            .map((object) => `${object.kind} ${object.namespace ?? ""}/${object.name}`);
        return { known, pending };
    }

    async function assertWhole(): Promise<void> {
        const { known, pending } = await state();
        assert.deepEqual(pending, [], "no operation is left half done");
        const lost = (await made()).filter((object) => !known.includes(object));
        assert.deepEqual(lost, [], "every object of the stack is in its state");
    }

    async function assertComplete(): Promise<void> {
        await assertWhole();
        const there = await made();
        const missing = (await state()).known.filter((object) => !there.includes(object));
        assert.deepEqual(missing, [], "every object of the state is in the cluster");
    }

    return { interrupted, assertWhole, assertComplete };
}
