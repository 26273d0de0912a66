// Finds what a program registered.
import assert from "node:assert/strict";
import type { Provisioned, RegisteredResource } from "../harness/engine";

/** @throws AssertionError that lists what there is */
export function named({ resources }: Provisioned, type: string, name: string): RegisteredResource {
    const found = resources.find((resource) => resource.type === type && resource.name === name);
    assert.ok(found, `no ${type} ${name} among\n${resources.map((one) => `  ${one.type} ${one.name}`).join("\n")}`);
    return found;
}

/** All of one type. */
export function ofType({ resources }: Provisioned, type: string): RegisteredResource[] {
    return resources.filter((resource) => resource.type === type);
}

/** What is at a path such as spec.containers.0.env of a resource's inputs; undefined when there is nothing. */
export function at(resource: RegisteredResource, path: string): unknown {
    return path
        .split(".")
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], resource.inputs);
}

/** The environment of a pod's first container, by name; the pod is at `path`. */
export function environment(resource: RegisteredResource, path: string): Record<string, unknown> {
    const variables = at(resource, `${path}.containers.0.env`) as { name: string; value?: unknown }[];
    return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}
