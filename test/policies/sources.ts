// Which file a policy is in: one a file, named by its rule.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { trackedIn } from "../harness/tracked";
import { policiesFolder } from "./packs";

/** @throws Error when there is no such file, or more than one. */
export function fileOfPolicy(pack: string, policy: string): string {
    const folder = join(policiesFolder, pack);
    const files = trackedIn(`policies/${pack}`)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(folder, file))
        .filter((file) => readFileSync(file, "utf8").includes(`name: "${policy}",`));
    const [file, ...more] = files;
    if (file === undefined || more.length > 0)
        throw new Error(`${files.length} files of ${folder} have the policy ${policy}`);
    return file;
}
