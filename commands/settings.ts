// `make settings`: writes what is made of settings/keys.ts.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./environment";
import { projectFile, settingsPage } from "./settings-files";

export async function settings(): Promise<void> {
    const project = join(repository, "Pulumi.yaml");
    await writeFile(project, projectFile(await readFile(project, "utf8")));
    await writeFile(join(repository, "docs/settings.md"), settingsPage());
}
