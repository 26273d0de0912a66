// What follows from a set of registrations: the tree of parents, and the order
// in which the engine deletes. Pure; engine.ts makes the registrations.
import type { RegisteredOptions, RegisteredResource } from "./monitor";

/** As much of a registration as decides about its place. */
export type Placed = Pick<
    RegisteredResource,
    "type" | "name" | "urn" | "custom" | "parent" | "dependencies" | "propertyDependencies"
> & { options: Pick<RegisteredOptions, "provider" | "deletedWith" | "replaceWith"> };

/**
 * The batches in which the engine deletes all of these, first batch first. The
 * engine's rule (ScheduleDeletes in pulumi's pkg/resource/deploy): a resource's
 * depth is the longest way down to one that needs nothing; batches go from the
 * deepest up, one after the other, each in parallel.
 */
export function deletionOrder<T extends Placed>(resources: readonly T[]): T[][] {
    const depths = new Map<string, number>();
    resources.forEach((resource, index) => {
        const before = resources.slice(0, index);
        const below = directDependencies(resource, before).map((urn) => depths.get(urn) ?? 0);
        depths.set(resource.urn, below.length === 0 ? 0 : Math.max(...below) + 1);
    });
    const batches: T[][] = [];
    for (const resource of resources) {
        const depth = depths.get(resource.urn) ?? 0;
        batches[depth] ??= [];
        batches[depth].push(resource);
    }
    return batches.reverse();
}

/** Parent, provider, dependencies of any kind; of a component also what is inside it (as far as it was there before). */
function directDependencies(resource: Placed, before: readonly Placed[]): string[] {
    const { provider, deletedWith, replaceWith } = resource.options;
    const named = new Set([
        ...resource.dependencies,
        ...Object.values(resource.propertyDependencies).flat(),
        ...(provider === undefined ? [] : [provider]),
        ...(deletedWith === undefined ? [] : [deletedWith]),
        ...replaceWith,
    ]);
    const parents = new Map(before.map((other) => [other.urn, other.parent]));
    const components = new Set(before.filter((other) => !other.custom).map((other) => other.urn));
    const insideNamed = (urn: string): boolean => {
        for (let parent = parents.get(urn); parent !== undefined; parent = parents.get(parent)) {
            if (named.has(parent) && components.has(parent)) return true;
        }
        return false;
    };
    return before
        .map((other) => other.urn)
        .filter((urn) => named.has(urn) || urn === resource.parent || insideNamed(urn));
}

/** One line a resource, children under their parent and indented; sorted, because registrations race. */
export function tree(resources: readonly Placed[]): string {
    const sorted = [...resources].sort((a, b) => (line(a) < line(b) ? -1 : 1));
    const known = new Set(resources.map((resource) => resource.urn));
    const lines = (parent: string | undefined, indent: string): string[] =>
        sorted
            .filter((r) => (r.parent !== undefined && known.has(r.parent) ? r.parent : undefined) === parent)
            .flatMap((r) => [indent + line(r), ...lines(r.urn, `${indent}    `)]);
    return lines(undefined, "").join("\n");
}

const line = (resource: Placed): string => `${resource.type} ${resource.name}`;
