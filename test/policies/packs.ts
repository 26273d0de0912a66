// The packs of this repository, for their tests.
import { join } from "node:path";
import { repository } from "../../commands/environment";
import { Pack, type PackOptions } from "../harness/analyzer";
import { tracked } from "../harness/tracked";

export const policiesFolder = join(repository, "policies");

/** Every folder that Pulumi takes for a pack. */
export const packNames = tracked().flatMap((file) => /^policies\/([^/]+)\/PulumiPolicy\.yaml$/.exec(file)?.[1] ?? []);

export const startPack = (name: string, options?: PackOptions): Promise<Pack> =>
    Pack.start(join(policiesFolder, name), options);
