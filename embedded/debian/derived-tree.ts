// A Debian system with more packages in it: a copy of the minimal one (tree.ts)
// in which apt has installed them.
import { built } from "../cache";
import { install } from "./apt";
import { copyTree, debianTree } from "./tree";

export interface DerivedTree {
    /** Names its folder. */
    name: string;
    /** Shown while it is made. */
    title: string;
    packages: readonly string[];
}

export function derivedTree({ name, title, packages }: DerivedTree): Promise<string> {
    return built({
        name,
        title,
        inputs: ["1", ...packages],
        build: async (into, progress, log) => {
            await copyTree(await debianTree(), into);
            await install({ tree: into, progress, log }, packages);
        },
    });
}
