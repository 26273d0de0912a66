// Which Pulumi is used, decided from what was found. Pure; index.ts looks
// around and acts on it.
import { UserError } from "../steps";

/** Where the CLI and its language host come from, which belong together. */
export type Origin = "path" | "release" | "fallback";

/** Overrides the decision; see README.md. */
export const VARIABLE = "NFS_STORAGE_STACK_PULUMI";
const ORIGINS: readonly Origin[] = ["path", "release", "fallback"];

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
    /** Already in the cache. */
    built: { release: boolean; fallback: boolean };
}

/** "probe": find out whether Pulumi's release can be had; yes means "release", no means "fallback". */
export function chooseOrigin({ wanted, onPath, built }: Situation): Origin | "probe" {
    const problem = onPath ? unusable(onPath) : "there is no pulumi on PATH";
    if (wanted === "path" && problem !== undefined) {
        throw new UserError(`${VARIABLE} is "path", but ${problem}`);
    }
    if (wanted !== undefined) return wanted;
    if (problem === undefined) return "path";
    if (built.release) return "release";
    return built.fallback ? "fallback" : "probe";
}

export interface PluginSituation {
    /** Pulumi's own is installed for the user or on PATH. */
    installed: boolean;
    wanted?: Origin | undefined;
    cli: Origin;
    /** Whether Pulumi's releases answer; asked only when it decides. */
    reachable: () => Promise<boolean>;
}

/** "acquire": the CLI downloads Pulumi's own when it first needs it. */
export async function choosePlugin(found: PluginSituation): Promise<"installed" | "acquire" | "fallback"> {
    if (found.wanted === "fallback") return "fallback";
    if (found.installed) return "installed";
    if (found.cli === "fallback") return "fallback";
    if (found.wanted === "release" || found.cli === "release") return "acquire";
    return (await found.reachable()) ? "acquire" : "fallback";
}
