// Options of the stack's components, and what they pass on to their children.
import type { ComponentResourceOptions, CustomResourceOptions, Resource } from "@pulumi/pulumi";

/**
 * Pulumi does not pass a component's `dependsOn` on to its children, so that only their creation would wait and not the
 * deletion of what they depend on. The components here do, and for that take resources that are known at once.
 */
export type ComponentOptions = Omit<ComponentResourceOptions, "dependsOn"> & { dependsOn?: readonly Resource[] };

/** For `super()`. */
export function ownOptions(options: ComponentOptions | undefined): ComponentResourceOptions {
    const { dependsOn, ...others } = options ?? {};
    return { ...others, ...(dependsOn && { dependsOn: [...dependsOn] }) };
}

/** For every child: its parent, what its parent depends on, and what else it does. */
export function childOptions(
    parent: Resource,
    options: ComponentOptions | undefined,
    ...siblings: readonly Resource[]
): CustomResourceOptions {
    return { parent, dependsOn: [...(options?.dependsOn ?? []), ...siblings] };
}

/**
 * For what holds data, or what everything that mounts depends on. Never for a component: its children would inherit it,
 * and among them are some that every change replaces.
 */
export function protection(protect: boolean | undefined): CustomResourceOptions {
    return protect ? { protect } : {};
}

/**
 * How long `pulumi up` waits for pods, instead of the provider's ten minutes: pulling an image, a start and a server's
 * grace take two at most on a slow node, and who waits for what never comes is told why.
 */
export const podTimeouts = { create: "5m", update: "5m" } as const;
