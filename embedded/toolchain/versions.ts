// Versions, each read from the one place where it is written down: what is built
// here in cli/go.mod, the plugins' in their SDKs, because the CLI looks for
// the plugin of just the SDK's version.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(__dirname, "..", "..");

const CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3";
export const KUBERNETES_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4";
/** The release that the required commit of it went into. */
const KUBERNETES_RELEASE = "4.25.0";

/** Of a module that a go.mod requires, without "v". */
export function requiredVersion(goMod: string, module: string): string {
    for (const line of goMod.split("\n")) {
        const [, name, version] = /^\s*(?:require\s+)?(\S+)\s+v(\S+)/.exec(line) ?? [];
        if (name === module && version !== undefined) return version;
    }
    throw new Error(`go.mod does not require ${module}`);
}

const required = (module: string): string =>
    requiredVersion(readFileSync(join(__dirname, "cli", "go.mod"), "utf8"), module);

export const cliVersion = (): string => required(CLI_MODULE);

/**
 * What the Kubernetes plugin that is built here says of itself: a commit between two releases, which Pulumi calls an
 * alpha of the next. It is no older than the SDK, or the engine would warn of it in every command.
 */
export const kubernetesPluginVersion = (): string => alphaVersion(KUBERNETES_RELEASE, required(KUBERNETES_MODULE));

/** Of a Go pseudo-version, "0.0.0-TIME-COMMIT". */
export function alphaVersion(release: string, pseudo: string): string {
    const [, time, commit] = /-(\d{14})-([0-9a-f]{12})$/.exec(pseudo) ?? [];
    if (time === undefined) throw new Error(`${pseudo} is no pseudo-version of a Go module`);
    return `${release}-alpha.${time}+${commit}`;
}

export function sdkVersion(name: string): string {
    const file = join(ROOT, "node_modules", "@pulumi", name, "package.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
