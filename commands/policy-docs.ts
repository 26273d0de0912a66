// `make policy-docs`: writes docs/policies from what the policies say of themselves.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./environment";
import { policyPages } from "./policy-pages";

export async function policyDocs(): Promise<void> {
    const folder = join(repository, "docs/policies");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const [file, text] of policyPages()) await writeFile(join(folder, file), text);
}
