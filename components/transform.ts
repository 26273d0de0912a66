// How callers change what a component makes: every component takes `transforms`,
// with one function a child, so that an option is needed only for what most
// users change.
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** What a child is made of, just before it is made. */
export interface Child<Args> {
    args: Args;
    opts: CustomResourceOptions;
}

/** Gives the child another shape; nothing, when it was changed in place or stays as it is. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its argument and returns nothing is meant
export type Transform<Args> = (child: Child<Args>) => Child<Args> | void;

/** Arguments and options for a resource's constructor, to be spread into it after the name. */
export function transformed<Args>(
    transform: Transform<Args> | undefined,
    args: Args,
    opts: CustomResourceOptions,
): [Args, CustomResourceOptions] {
    const child = { args, opts };
    const changed = transform?.(child) ?? child;
    return [changed.args, changed.opts];
}
