// The packs of this repository, for their tests.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Pack, type PackOptions } from "../harness/analyzer";

export const repository = join(__dirname, "../..");
export const policiesFolder = join(repository, "policies");

/** Every folder that Pulumi takes for a pack. */
export const packNames = readdirSync(policiesFolder).filter((name) =>
    existsSync(join(policiesFolder, name, "PulumiPolicy.yaml")),
);

export const startPack = (name: string, options?: PackOptions): Promise<Pack> =>
    Pack.start(join(policiesFolder, name), options);
