// What of Pulumi is used and whose it is, in a line for people. Pure.
import type { Origin } from "./choice";

export interface Parts {
    cli: { origin: Origin; version: string };
    /** By their names. "made": here, because Pulumi's own releases cannot be had. */
    plugins: readonly { name: string; source: "installed" | "acquire" | "made"; version: string; sdk: string }[];
}

const OF_CLI: Record<Origin, string> = {
    path: "the one on PATH",
    release: "Pulumi's release",
    built: "built from Pulumi's module, with a language host of this project as fallback",
};

export function about({ cli, plugins }: Parts): string {
    return [
        `Pulumi CLI ${cli.version} (${OF_CLI[cli.origin]})`,
        ...plugins.map(({ name, source, version, sdk }) => {
            if (source !== "made") return `plugin ${name} ${sdk} (Pulumi's release)`;
            if (version === sdk) return `plugin ${name} ${sdk} (a fallback of this project)`;
            return `plugin ${name} ${version} (built from Pulumi's module; the SDK is ${sdk})`;
        }),
    ].join(", ");
}
