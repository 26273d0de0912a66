// Versions, each read from the one place where it is written down: the CLI's
// in its go.mod, the plugins' in their SDKs, because an SDK and its plugin must
// be the same version.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(__dirname, "..", "..");

const CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3";

/** Of a module that a go.mod requires, without "v". */
export function requiredVersion(goMod: string, module: string): string {
    for (const line of goMod.split("\n")) {
        const [, name, version] = /^\s*(?:require\s+)?(\S+)\s+v(\S+)/.exec(line) ?? [];
        if (name === module && version !== undefined) return version;
    }
    throw new Error(`go.mod does not require ${module}`);
}

export const cliVersion = (): string =>
    requiredVersion(readFileSync(join(__dirname, "cli", "go.mod"), "utf8"), CLI_MODULE);

export function sdkVersion(name: string): string {
    const file = join(ROOT, "node_modules", "@pulumi", name, "package.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
