// Which environment a command is for, and what its file says about where it is
// deployed to: an environment that names no kube context gets the embedded cluster.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../embedded/steps";

export const repository = join(__dirname, "..");
export const PROJECT = "nfs-storage-stack";

export interface Environment {
    /** Name of the Pulumi stack, and the middle of its file's name. */
    name: string;
    /** Its tracked file. */
    file: string;
    /** The kube context it names; undefined means the embedded cluster. */
    context: string | undefined;
}

/** All environments that have a file. */
export function environments(directory = repository): Environment[] {
    return readdirSync(directory)
        .map((file) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .map((name) => environmentOf(name, directory));
}

/** @throws UserError when there is no such environment or its file can't be read. */
export function environmentOf(name: string, directory = repository): Environment {
    const file = join(directory, `Pulumi.${name}.yaml`);
    if (!/^[A-Za-z0-9_-]+$/.test(name) || !existsSync(file)) {
        const known = environments(directory).map((environment) => environment.name);
        throw new UserError(`ENV=${name}: no file Pulumi.${name}.yaml here; environments: ${known.join(", ")}`);
    }
    try {
        const content = parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null;
        const context = content?.config?.[`${PROJECT}:context`];
        return { name, file, context: typeof context === "string" ? context : undefined };
    } catch (error) {
        throw new UserError(`Pulumi.${name}.yaml is not valid YAML: ${(error as Error).message}`);
    }
}

/** The environment that make was called for. @default dev */
export const chosenEnvironment = (): Environment => environmentOf(process.env.ENV || "dev");

/** The instance of the embedded cluster that make was called for. @default default */
export const chosenCluster = (): string => process.env.CLUSTER || "default";
