// Which Pulumi is used, decided from what was found. Pure; index.ts looks
// around and acts on it.
import { UserError } from "../steps";

/** Where the CLI and its language host come from, which belong together. "built": from Go modules, here. */
export type Origin = "path" | "release" | "built";

/** Overrides the decision; see README.md. */
export const VARIABLE = "NFS_STORAGE_STACK_PULUMI";
const ORIGINS: readonly Origin[] = ["path", "release", "built"];

/** Policy packs are run through the language host since this version of the CLI: older ones were never tried. */
const OLDEST_CLI = [3, 221] as const;

export interface OnPath {
    /** Path of the CLI. */
    pulumi: string;
    /** As it says itself, such as "v3.245.0". */
    version: string;
    /** Whether pulumi-language-nodejs is beside it or on PATH too. */
    languageHost: boolean;
}

export function wantedOrigin(value: string | undefined): Origin | undefined {
    if (value === undefined || value === "" || value === "auto") return undefined;
    const origin = ORIGINS.find((candidate) => candidate === value);
    if (origin === undefined) {
        throw new UserError(`${VARIABLE} is "${value}"; allowed are auto, ${ORIGINS.join(", ")}`);
    }
    return origin;
}

/** Why the CLI on PATH cannot be used, or undefined when it can. */
export function unusable(found: OnPath): string | undefined {
    const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(found.version.trim()) ?? [];
    if (major === undefined) return `${found.pulumi} does not say its version, but "${found.version.trim()}"`;
    const wanted = `${OLDEST_CLI.join(".")} or a later 3.x`;
    if (Number(major) !== OLDEST_CLI[0] || Number(minor) < OLDEST_CLI[1]) {
        return `${found.pulumi} is version ${found.version.trim()}, needed is ${wanted}`;
    }
    if (!found.languageHost) return `${found.pulumi} has no pulumi-language-nodejs beside it or on PATH`;
    return undefined;
}

export interface Situation {
    wanted?: Origin | undefined;
    onPath?: OnPath | undefined;
    /** In the cache already. */
    cached: { release: boolean; built: boolean };
}

/** "probe": find out whether Pulumi's release can be had; yes means "release", no means "built". */
export function chooseOrigin({ wanted, onPath, cached }: Situation): Origin | "probe" {
    const problem = onPath ? unusable(onPath) : "there is no pulumi on PATH";
    if (wanted === "path" && problem !== undefined) {
        throw new UserError(`${VARIABLE} is "path", but ${problem}`);
    }
    if (wanted !== undefined) return wanted;
    if (problem === undefined) return "path";
    if (cached.release) return "release";
    return cached.built ? "built" : "probe";
}

export interface PluginSituation {
    /** Pulumi's own is installed for the user or on PATH. */
    installed: boolean;
    wanted?: Origin | undefined;
    cli: Origin;
    /** Whether Pulumi's releases answer; asked only when it decides. */
    reachable: () => Promise<boolean>;
}

/** "acquire": the CLI downloads Pulumi's own when it first needs it. "made": here, as plugins.ts says. */
export async function choosePlugin(found: PluginSituation): Promise<"installed" | "acquire" | "made"> {
    if (found.wanted === "built") return "made";
    if (found.installed) return "installed";
    if (found.cli === "built") return "made";
    if (found.wanted === "release" || found.cli === "release") return "acquire";
    return (await found.reachable()) ? "acquire" : "made";
}
