// What of Pulumi is on this machine already: the CLI on PATH and the plugins
// that the user has installed.
import { constants, existsSync } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run } from "../run";
import type { OnPath } from "./choice";

export async function findOnPath(program: string): Promise<string | undefined> {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
        if (folder !== "" && (await executable(join(folder, program)))) return join(folder, program);
    }
    return undefined;
}

async function executable(file: string): Promise<boolean> {
    try {
        await access(file, constants.X_OK);
        return (await stat(file)).isFile();
    } catch {
        return false;
    }
}

export async function pulumiOnPath(): Promise<OnPath | undefined> {
    const pulumi = await findOnPath("pulumi");
    if (pulumi === undefined) return undefined;
    const version = await run(pulumi, ["version"], {
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    }).catch(() => "");
    const beside = join(dirname(await realpath(pulumi)), "pulumi-language-nodejs");
    const languageHost = (await executable(beside)) || (await findOnPath("pulumi-language-nodejs")) !== undefined;
    return { pulumi, version, languageHost };
}

/** The user's own, where Pulumi keeps plugins and credentials. */
export const userHome = (): string => process.env.PULUMI_HOME || join(homedir(), ".pulumi");

export interface Plugin {
    name: string;
    /** Without "v". */
    version: string;
}

/** As `pulumi plugin install` names it. */
export const pluginFolder = ({ name, version }: Plugin): string => `resource-${name}-v${version}`;
export const pluginProgram = ({ name }: Plugin): string => `pulumi-resource-${name}`;

/** The folder of a plugin that the user has installed; one whose installation was interrupted does not count. */
export function installedPlugin(plugin: Plugin): string | undefined {
    const folder = join(userHome(), "plugins", pluginFolder(plugin));
    const complete = existsSync(join(folder, pluginProgram(plugin))) && !existsSync(`${folder}.partial`);
    return complete ? folder : undefined;
}
