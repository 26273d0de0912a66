// What to tell a registry: the resource's own credentials, else the provider's,
// else those of `docker login`. The choice is pure; only the last reads a file.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Obj } from "../plugin/values";
import { canonicalDomain } from "./reference";

export interface Credentials {
    username: string;
    password: string;
    serveraddress: string;
}

/** Of docker:registryAuth, each item with address, username and password. */
export function fromProvider(registryAuth: unknown, domain: string): Credentials | undefined {
    const list: Obj[] = typeof registryAuth === "string" ? JSON.parse(registryAuth || "[]") : (registryAuth ?? []);
    for (const { address, username, password } of list) {
        if (canonicalDomain(String(address)) === canonicalDomain(domain) && username && password) {
            return { username, password, serveraddress: domain };
        }
    }
    return undefined;
}

/** Of a config.json that `docker login` wrote; credential helpers are not asked. */
export function fromDockerConfig(config: Obj, domain: string): Credentials | undefined {
    for (const [server, entry] of Object.entries<Obj>(config.auths ?? {})) {
        if (canonicalDomain(server) !== canonicalDomain(domain) || typeof entry.auth !== "string") continue;
        const decoded = Buffer.from(entry.auth, "base64").toString("utf8");
        const colon = decoded.indexOf(":");
        if (colon > 0) {
            return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serveraddress: domain };
        }
    }
    return undefined;
}

export async function dockerConfig(): Promise<Obj> {
    const folder = process.env.DOCKER_CONFIG || join(homedir(), ".docker");
    try {
        return JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as Obj;
    } catch {
        return {};
    }
}

/**
 * The value of X-Registry-Auth; engines want the header even when there is nothing to tell. Padded, unlike Node's
 * "base64url": the engine takes a header that it can't decode for none at all.
 */
export const authHeader = (credentials: Credentials | undefined): string =>
    Buffer.from(JSON.stringify(credentials ?? {}))
        .toString("base64")
        .replaceAll("+", "-")
        .replaceAll("/", "_");
