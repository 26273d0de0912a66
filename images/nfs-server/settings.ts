// The server's environment, checked once; all problems are reported together.
import { serverPod } from "@nfs-storage-stack/contract";

export interface ServerSettings {
    /** Pseudo path of the export that clients mount. */
    exportPath: string;
    squashUid: number;
    squashGid: number;
}

/** @throws Error that lists every problem */
export function settingsFrom(env: NodeJS.ProcessEnv): ServerSettings {
    const problems: string[] = [];
    const exportPath = env[serverPod.env.exportPath] ?? "";
    if (!/^(\/[^/]+)+$/.test(exportPath)) {
        problems.push(`${serverPod.env.exportPath} is ${JSON.stringify(exportPath)}; a path such as /share is needed`);
    }
    const id = (name: string): number => {
        const text = env[name] ?? "";
        if (!/^\d{1,10}$/.test(text)) {
            problems.push(`${name} is ${JSON.stringify(text)}; a number such as 65534 is needed`);
        }
        return Number(text);
    };
    const settings = {
        exportPath,
        squashUid: id(serverPod.env.squashUid),
        squashGid: id(serverPod.env.squashGid),
    };
    if (problems.length > 0) throw new Error(`the server's environment is not usable:\n  ${problems.join("\n  ")}`);
    return settings;
}
